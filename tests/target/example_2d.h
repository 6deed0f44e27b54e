// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: tiles of a picture, fetched and put back by DMA.
 */
#ifndef TESTS_TARGET_EXAMPLE_2D_H
#define TESTS_TARGET_EXAMPLE_2D_H

#include "drivers/udma/transfers.h"

struct example_picture {
    uint8_t *pixels;
    uint32_t width; /* bytes of a row */
    uint32_t height;
};

struct example_tiles {
    struct udma_channel *channel;
    unsigned done, failed; /* atomic; the callback counts */
};

/* Thread context. Errors of udma_channel_open(). */
int example_tiles_open(struct example_tiles *tiles);

/* Copies `height` rows of `width` bytes between a picture, from (x, y) on, and a tile in which they
 * lie one after the other; waits for the end. Thread context. -EIO: the DMA failed; errors of
 * udma_transfer_prepare() and udma_submit(); -ETIMEDOUT. */
int example_tiles_fetch(struct example_tiles *tiles, const struct example_picture *picture,
                        uint32_t x, uint32_t y, uint8_t *tile, uint32_t width, uint32_t height);
int example_tiles_put(struct example_tiles *tiles, const struct example_picture *picture,
                      uint32_t x, uint32_t y, const uint8_t *tile, uint32_t width, uint32_t height);

/* Thread context. Errors of udma_channel_close(). */
int example_tiles_close(struct example_tiles *tiles);

#endif
