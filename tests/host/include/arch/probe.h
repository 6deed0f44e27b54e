// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses that may be refused, on the host: none is.
 */
#ifndef TESTS_HOST_ARCH_PROBE_H
#define TESTS_HOST_ARCH_PROBE_H

#include "arch/mmio.h"

static inline int probe_read32(uintptr_t address, uint32_t *value)
{
    *value = mmio_read32(address);
    return 0;
}

static inline int probe_write32(uintptr_t address, uint32_t value)
{
    mmio_write32(address, value);
    return 0;
}

#endif
