// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/application.md: a loop that fetches blocks by DMA and takes no interrupts.
 */
#include "tests/target/example_polled.h"

static int fetch(struct example_polled *loop)
{
    uint8_t *block = loop->blocks[(loop->fetched + loop->failed) % 2];

    return udma_copy(loop->channel, (uintptr_t)block, (uintptr_t)loop->source, loop->size, block);
}

/* Called by udma_poll(), so by the loop itself: nothing here needs a lock or an atomic. */
static void on_fetched(void *context, void *cookie, int status)
{
    struct example_polled *loop = context;

    if (status == 0) {
        loop->fetched++;
        loop->fresh = cookie;
    } else {
        loop->failed++;
    }
    (void)fetch(loop); /* refused only when the channel is being closed, or has failed */
}

int example_polled_open(struct example_polled *loop, const uint8_t *source, uint8_t *blocks[2],
                        size_t size)
{
    const struct udma_channel_config config = {
        .name = "blocks", .polled = true, .depth = 1, .callback = on_fetched, .context = loop};
    int error;

    *loop =
        (struct example_polled){.source = source, .blocks = {blocks[0], blocks[1]}, .size = size};
    error = udma_channel_open(&config, &loop->channel);
    if (error != 0)
        return error;
    error = fetch(loop);
    if (error != 0)
        (void)udma_channel_close(loop->channel);
    return error;
}

const uint8_t *example_polled_turn(struct example_polled *loop)
{
    const uint8_t *fresh;

    (void)udma_poll(loop->channel);
    fresh = loop->fresh;
    loop->fresh = NULL;
    return fresh;
}

int example_polled_close(struct example_polled *loop)
{
    return udma_channel_close(loop->channel);
}
