// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: tiles of a picture, fetched and put back by DMA.
 */
#include "tests/target/example_2d.h"

#include "arch/wait.h"
#include "msi/irq.h"

#include <errno.h>

static void on_end(void *context, void *cookie, int status)
{
    struct example_tiles *tiles = context;

    (void)cookie;
    if (status != 0)
        __atomic_add_fetch(&tiles->failed, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&tiles->done, 1, __ATOMIC_RELEASE);
    wait_notify();
}

int example_tiles_open(struct example_tiles *tiles)
{
    const struct udma_channel_config config = {
        .name = "tiles",
        .core = IRQ_CORE_ANY,
        .depth = 1,
        .callback = on_end,
        .context = tiles,
        .transfers = &udma_transfers, /* more than udma_copy() */
    };

    *tiles = (struct example_tiles){.channel = NULL};
    return udma_channel_open(&config, &tiles->channel);
}

static bool is_done(void *argument)
{
    const struct example_tiles *tiles = argument;

    return __atomic_load_n(&tiles->done, __ATOMIC_ACQUIRE) != 0;
}

static int run(struct example_tiles *tiles, const struct udma_move *move)
{
    const struct udma_transfer_config config = {.moves = move, .count = 1};
    struct udma_transfer *transfer;
    int error = udma_transfer_prepare(tiles->channel, &config, &transfer);

    if (error != 0)
        return error;
    tiles->done = tiles->failed = 0;
    error = udma_submit(tiles->channel, &transfer, 1, NULL);
    if (error == 0)
        error = wait_for(is_done, tiles, 20000000);
    if (error == 0 && tiles->failed != 0)
        error = -EIO;
    /* One that has not ended is still the channel's, and goes with it. */
    (void)udma_transfer_release(transfer);
    return error;
}

static uintptr_t place(const struct example_picture *picture, uint32_t x, uint32_t y)
{
    return (uintptr_t)picture->pixels + (uintptr_t)y * picture->width + x;
}

int example_tiles_fetch(struct example_tiles *tiles, const struct example_picture *picture,
                        uint32_t x, uint32_t y, uint8_t *tile, uint32_t width, uint32_t height)
{
    const struct udma_move move =
        udma_move_rows((uintptr_t)tile, width, place(picture, x, y), picture->width, width, height);

    return run(tiles, &move);
}

int example_tiles_put(struct example_tiles *tiles, const struct example_picture *picture,
                      uint32_t x, uint32_t y, const uint8_t *tile, uint32_t width, uint32_t height)
{
    const struct udma_move move =
        udma_move_rows(place(picture, x, y), picture->width, (uintptr_t)tile, width, width, height);

    return run(tiles, &move);
}

int example_tiles_close(struct example_tiles *tiles)
{
    return udma_channel_close(tiles->channel);
}
