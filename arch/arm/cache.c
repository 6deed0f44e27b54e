// SPDX-License-Identifier: BSD-3-Clause
/*
 * Data-cache maintenance by address to the point of coherency (Arm ARM DDI 0406, B4.2.1): for
 * memory that others read or write and that is not dma_alloc()'s, which is not cached at all.
 */
#include "arch/cache.h"

#include "arch/barrier.h"
#include "arch/cp15.h"

#include <stdint.h>

#define LINE 32u /* Cortex-R5 TRM DDI 0460, 8.1 */

void dcache_clean_invalidate(const void *start, size_t size)
{
    uintptr_t end = (uintptr_t)start + size;

    for (uintptr_t at = (uintptr_t)start & ~(LINE - 1u); at < end; at += LINE)
        cp15_write(CP15_DCCIMVAC, at);
    barrier_complete();
}

void dcache_invalidate(void *start, size_t size)
{
    uintptr_t from = (uintptr_t)start, to = from + size;
    uintptr_t whole_from = (from + LINE - 1) & ~(LINE - 1u), whole_to = to & ~(LINE - 1u);

    /* A line that is shared with a neighbour's data is written back too. */
    if (size != 0 && (from != whole_from || whole_from > whole_to))
        dcache_clean_invalidate(start, 1);
    if (size != 0 && to != whole_to)
        dcache_clean_invalidate((uint8_t *)start + size - 1, 1);
    for (uintptr_t at = whole_from; at < whole_to; at += LINE)
        cp15_write(CP15_DCIMVAC, at);
    barrier_complete();
}
