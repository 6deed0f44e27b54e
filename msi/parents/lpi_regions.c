// SPDX-License-Identifier: BSD-3-Clause
/*
 * Regions of LPIs in a bitmap; the first free one that fits is taken. The search happens only when
 * a device is bound.
 */
#include "msi/parents/lpi_regions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define WORD_BITS 64u

int irq_lpi_regions_init(struct irq_lpi_regions *regions, uint32_t first, uint32_t limit)
{
    uint32_t count = limit - first;

    *regions = (struct irq_lpi_regions){.first = first, .count = count};
    regions->used = calloc((count + WORD_BITS - 1) / WORD_BITS, sizeof(*regions->used));
    return regions->used != NULL ? 0 : -ENOMEM;
}

/* The part of a region's bits that lies in the word of `start`: aligned to its size, a region of
 * up to 64 lies in one word, a larger one fills words. */
static uint64_t word_mask(uint32_t start, uint32_t size)
{
    if (size >= WORD_BITS)
        return UINT64_MAX;
    return ((UINT64_C(1) << size) - 1) << (start % WORD_BITS);
}

static bool is_free(const struct irq_lpi_regions *regions, uint32_t start, uint32_t size)
{
    uint64_t mask = word_mask(start, size);

    for (uint32_t at = start; at < start + size; at += WORD_BITS) {
        if ((regions->used[at / WORD_BITS] & mask) != 0)
            return false;
    }
    return true;
}

static void flip(struct irq_lpi_regions *regions, uint32_t start, uint32_t size)
{
    uint64_t mask = word_mask(start, size);

    for (uint32_t at = start; at < start + size; at += WORD_BITS)
        regions->used[at / WORD_BITS] ^= mask;
}

int irq_lpi_regions_take(struct irq_lpi_regions *regions, unsigned bits, uint32_t *lpi)
{
    if (bits >= 32 || (UINT32_C(1) << bits) > regions->count)
        return -ENOSPC;

    uint32_t size = UINT32_C(1) << bits;

    for (uint32_t start = 0; start <= regions->count - size; start += size) {
        if (is_free(regions, start, size)) {
            flip(regions, start, size);
            regions->in_use += size;
            *lpi = regions->first + start;
            return 0;
        }
    }
    return -ENOSPC;
}

int irq_lpi_regions_take_last(struct irq_lpi_regions *regions, uint32_t *lpi)
{
    for (uint32_t start = regions->count; start-- != 0;) {
        if (is_free(regions, start, 1)) {
            flip(regions, start, 1);
            regions->in_use++;
            *lpi = regions->first + start;
            return 0;
        }
    }
    return -ENOSPC;
}

void irq_lpi_regions_give(struct irq_lpi_regions *regions, unsigned bits, uint32_t lpi)
{
    uint32_t size = UINT32_C(1) << bits;

    flip(regions, lpi - regions->first, size);
    regions->in_use -= size;
}
