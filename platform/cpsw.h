// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet port of the platform.
 */
#ifndef PLATFORM_CPSW_H
#define PLATFORM_CPSW_H

#include "drivers/cpsw/cpsw.h"

/* For cpsw_open(); NULL: there is none. Any context, after the bring-up. */
const struct cpsw_facts *platform_cpsw(void);

#endif
