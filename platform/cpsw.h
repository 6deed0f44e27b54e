// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's Ethernet port, for cpsw_open() (drivers/cpsw/cpsw.h).
 */
#ifndef PLATFORM_CPSW_H
#define PLATFORM_CPSW_H

#include "drivers/cpsw/cpsw.h"

/* Where MCU_CPSW0 is, what its PHY needs, as the loader's device tree has it, or
 * else the EVM's, and which errata the silicon has. Another board's own code may change a copy.
 * NULL: the MCU Navigator, which its frames go through, is not up. Thread context; what is returned
 * stays. */
const struct cpsw_facts *platform_cpsw(void);

#endif
