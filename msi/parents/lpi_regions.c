// SPDX-License-Identifier: BSD-3-Clause
/*
 * Regions of LPIs by halves: a free block of 2^n LPIs is split until a region fits, and goes
 * together with its other half when both are free again. Each size has a bitmap of its free blocks,
 * and one of the bitmap's words that have any; so taking and giving cost the same however many are
 * in use. Of the blocks that fit the one with the lowest LPIs is taken.
 */
#include "msi/parents/lpi_regions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define WORD_BITS 64u

static uint32_t words_for(uint32_t bits)
{
    return (bits + WORD_BITS - 1) / WORD_BITS;
}

static uint64_t bit(uint32_t number)
{
    return UINT64_C(1) << (number % WORD_BITS);
}

static void enter(struct irq_lpi_blocks *blocks, uint32_t index)
{
    uint32_t word = index / WORD_BITS;

    blocks->free[word] |= bit(index);
    blocks->any[word / WORD_BITS] |= bit(word);
}

static void take_out(struct irq_lpi_blocks *blocks, uint32_t index)
{
    uint32_t word = index / WORD_BITS;

    blocks->free[word] &= ~bit(index);
    if (blocks->free[word] == 0)
        blocks->any[word / WORD_BITS] &= ~bit(word);
}

static bool is_free(const struct irq_lpi_blocks *blocks, uint32_t index)
{
    return index < blocks->count && (blocks->free[index / WORD_BITS] & bit(index)) != 0;
}

/* The first free block, or the last; false: there is none. */
static bool find(const struct irq_lpi_blocks *blocks, bool last, uint32_t *index)
{
    uint32_t words = words_for(words_for(blocks->count));

    for (uint32_t i = 0; i < words; i++) {
        uint32_t at = last ? words - 1 - i : i;
        uint64_t any = blocks->any[at];

        if (any == 0)
            continue;

        uint32_t word =
            at * WORD_BITS + (uint32_t)(last ? 63 - __builtin_clzll(any) : __builtin_ctzll(any));
        uint64_t free = blocks->free[word];

        *index = word * WORD_BITS +
                 (uint32_t)(last ? 63 - __builtin_clzll(free) : __builtin_ctzll(free));
        return true;
    }
    return false;
}

int irq_lpi_regions_init(struct irq_lpi_regions *regions, uint32_t first, uint32_t limit)
{
    uint32_t count = limit - first, words = 0;
    uint64_t *map;

    *regions = (struct irq_lpi_regions){.first = first, .count = count};
    for (unsigned size = 0; size < IRQ_LPI_SIZES; size++)
        words += words_for(count >> size) + words_for(words_for(count >> size));
    map = regions->maps = calloc(words, sizeof(*regions->maps));
    if (map == NULL)
        return -ENOMEM;
    for (unsigned size = 0; size < IRQ_LPI_SIZES; size++) {
        struct irq_lpi_blocks *blocks = &regions->sizes[size];

        blocks->count = count >> size;
        blocks->free = map;
        map += words_for(blocks->count);
        blocks->any = map;
        map += words_for(words_for(blocks->count));
    }
    for (uint32_t at = 0; at < count;) {
        unsigned size = IRQ_LPI_SIZES - 1;

        while ((at & ((UINT32_C(1) << size) - 1)) != 0 || count - at < UINT32_C(1) << size)
            size--;
        enter(&regions->sizes[size], at >> size);
        at += UINT32_C(1) << size;
    }
    return 0;
}

/* Takes the first region of 2^bits, or the last, out of the block that it lies in. */
static int take(struct irq_lpi_regions *regions, unsigned bits, bool last, uint32_t *lpi)
{
    unsigned size = IRQ_LPI_SIZES;
    uint32_t index = 0, found;

    for (unsigned i = bits; i < IRQ_LPI_SIZES; i++) {
        if (find(&regions->sizes[i], last, &found) &&
            (size == IRQ_LPI_SIZES || (found << i > index << size) == last)) {
            size = i;
            index = found;
        }
    }
    if (size == IRQ_LPI_SIZES)
        return -ENOSPC;
    take_out(&regions->sizes[size], index);
    while (size > bits) { /* the other half is free */
        size--;
        index = index * 2 + (last ? 1 : 0);
        enter(&regions->sizes[size], index ^ 1u);
    }
    regions->in_use += UINT32_C(1) << bits;
    *lpi = regions->first + (index << bits);
    return 0;
}

int irq_lpi_regions_take(struct irq_lpi_regions *regions, unsigned bits, uint32_t *lpi)
{
    return take(regions, bits, false, lpi);
}

int irq_lpi_regions_take_last(struct irq_lpi_regions *regions, uint32_t *lpi)
{
    return take(regions, 0, true, lpi);
}

void irq_lpi_regions_give(struct irq_lpi_regions *regions, unsigned bits, uint32_t lpi)
{
    uint32_t index = (lpi - regions->first) >> bits;
    unsigned size = bits;

    while (size + 1 < IRQ_LPI_SIZES && is_free(&regions->sizes[size], index ^ 1u)) {
        take_out(&regions->sizes[size], index ^ 1u);
        index /= 2;
        size++;
    }
    enter(&regions->sizes[size], index);
    regions->in_use -= UINT32_C(1) << bits;
}
