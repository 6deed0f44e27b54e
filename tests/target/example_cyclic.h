// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: samples that DMA puts into a ring of blocks, for ever.
 */
#ifndef TESTS_TARGET_EXAMPLE_CYCLIC_H
#define TESTS_TARGET_EXAMPLE_CYCLIC_H

#include "drivers/udma/transfers.h"

#define EXAMPLE_BLOCKS 4u

struct example_sampler {
    struct udma_channel *channel;
    uint8_t *blocks[EXAMPLE_BLOCKS];
    size_t size; /* of a block */
    void (*sampled)(const uint8_t *block, size_t size);
    uint64_t lost; /* blocks that nobody has seen in time */
};

/* Begins to fill block after block from a place of `width` bytes that never moves, such as a FIFO's
 * register; a block whenever example_sampler_tick() is called. sampled() is called in interrupt
 * context. Thread context. Errors of udma_channel_open(), udma_transfer_prepare() and
 * udma_submit(). */
int example_sampler_start(struct example_sampler *sampler, uintptr_t place, unsigned width,
                          uint8_t *blocks[EXAMPLE_BLOCKS], size_t size,
                          void (*sampled)(const uint8_t *block, size_t size));

/* Any context. */
void example_sampler_tick(struct example_sampler *sampler);

/* Thread context. Errors of udma_channel_close(). */
int example_sampler_stop(struct example_sampler *sampler);

#endif
