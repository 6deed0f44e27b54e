// SPDX-License-Identifier: BSD-3-Clause
/*
 * On the host the core's interface is the GIC driver's, or what stands in for it.
 */
#ifndef TESTS_HOST_ARCH_CPU_INTERFACE_H
#define TESTS_HOST_ARCH_CPU_INTERFACE_H

#include "drivers/gic/gic.h"

#include <stdint.h>

static inline uint64_t cpu_interface_acknowledge(void)
{
    return gic_acknowledge();
}

static inline void cpu_interface_end(uint64_t intid)
{
    gic_end((unsigned)intid);
}

static inline bool cpu_interface_is_raised(void)
{
    return gic_has_pending();
}

#endif
