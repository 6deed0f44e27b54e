// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/application.md: a loop that fetches blocks by DMA and takes no interrupts.
 */
#ifndef TESTS_TARGET_EXAMPLE_POLLED_H
#define TESTS_TARGET_EXAMPLE_POLLED_H

#include "drivers/udma/udma.h"

struct example_polled {
    struct udma_channel *channel;
    const uint8_t *source;
    uint8_t *blocks[2]; /* one is worked on while the other is fetched */
    size_t size;
    const uint8_t *fresh; /* the block that has come, until the loop takes it */
    unsigned fetched, failed;
};

/* Thread context. Errors of udma_channel_open() and udma_copy(). */
int example_polled_open(struct example_polled *loop, const uint8_t *source, uint8_t *blocks[2],
                        size_t size);

/* A turn of the loop; never waits. The block that has come since the last turn, or NULL; the next
 * one is under way then. Any context. */
const uint8_t *example_polled_turn(struct example_polled *loop);

/* Thread context. Errors of udma_channel_close(). */
int example_polled_close(struct example_polled *loop);

#endif
