// SPDX-License-Identifier: BSD-3-Clause
/*
 * Data-cache maintenance by address to the point of coherency (Arm ARM DDI 0487, D4.4.8).
 */
#include "arch/cache.h"

#include "arch/barrier.h"
#include "arch/sysreg.h"

#include <stdint.h>

/* The smallest line of all levels: CTR_EL0.DminLine is the log2 of its 4-byte words. */
static uintptr_t line_size(void)
{
    return (uintptr_t)4 << (sysreg_read(CTR_EL0) >> 16 & 0xf);
}

/* Stores before are ordered to the maintenance of their own address (D4.4.8), so one barrier at the
 * end is enough: the maintenance has completed when each of these returns. */
#define FOR_EACH_LINE(instruction, from, to, line)                                                 \
    do {                                                                                           \
        const uintptr_t step = (line), end = (to);                                                 \
                                                                                                   \
        for (uintptr_t at = (from) & ~(step - 1); at < end; at += step)                            \
            __asm__ volatile(instruction ", %0" ::"r"(at) : "memory");                             \
        barrier_complete();                                                                        \
    } while (0)

void dcache_clean_invalidate(const void *start, size_t size)
{
    FOR_EACH_LINE("dc civac", (uintptr_t)start, (uintptr_t)start + size, line_size());
}

void dcache_invalidate(void *start, size_t size)
{
    uintptr_t line = line_size(), from = (uintptr_t)start, to = from + size;
    uintptr_t whole_from = (from + line - 1) & ~(line - 1), whole_to = to & ~(line - 1);

    /* A line that is shared with a neighbour's data is written back too. */
    if (size != 0 && (from != whole_from || whole_from > whole_to))
        dcache_clean_invalidate(start, 1);
    if (size != 0 && to != whole_to)
        dcache_clean_invalidate((uint8_t *)start + size - 1, 1);
    if (whole_from < whole_to)
        FOR_EACH_LINE("dc ivac", whole_from, whole_to, line);
}
