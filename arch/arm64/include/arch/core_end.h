// SPDX-License-Identifier: BSD-3-Clause
/*
 * How the firmware ends.
 */
#ifndef ARCH_CORE_END_H
#define ARCH_CORE_END_H

#include "arch/psci.h"

/* Powers the SoC off, with a status for who can see it: psci_system_off(). Any context. */
static inline noreturn void core_end(uint8_t status)
{
    psci_system_off(status);
}

#endif
