// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: samples that DMA puts into a ring of blocks, for ever.
 */
#include "tests/target/example_cyclic.h"

#include "msi/irq.h"

/* Only when the channel is aborted would this be called: a cyclic transfer has no end. */
static void on_end(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

/* A block is full. The DMA is at the next one by now, and comes back to this one last. */
static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    struct example_sampler *sampler = context;

    sampler->lost += lost;
    if (status == 0)
        sampler->sampled(sampler->blocks[index], sampler->size);
}

static int start(struct example_sampler *sampler, uintptr_t place, unsigned width)
{
    struct udma_move periods[EXAMPLE_BLOCKS];
    const struct udma_transfer_config config = {
        .moves = periods,
        .count = EXAMPLE_BLOCKS,
        .cyclic = true,
        .period = on_period,
        .context = sampler,
        .trigger = UDMA_TRIGGER_0,
        .step = UDMA_STEP_MOVE,
    };
    struct udma_transfer *transfer;
    int error;

    for (unsigned i = 0; i < EXAMPLE_BLOCKS; i++)
        periods[i] = (struct udma_move){
            /* The same `width` bytes again and again: a stride of 0. */
            .source = {place, {width, sampler->size / width, 1, 1}, {0, 0, 0, 0}},
            .destination = {(uintptr_t)sampler->blocks[i], {sampler->size, 1, 1, 1}, {0}},
        };
    error = udma_transfer_prepare(sampler->channel, &config, &transfer);
    return error == 0 ? udma_submit(sampler->channel, &transfer, 1, NULL) : error;
}

int example_sampler_start(struct example_sampler *sampler, uintptr_t place, unsigned width,
                          uint8_t *blocks[EXAMPLE_BLOCKS], size_t size,
                          void (*sampled)(const uint8_t *block, size_t size))
{
    const struct udma_channel_config config = {
        .name = "sampler",
        .core = IRQ_CORE_ANY,
        .depth = 1,
        .callback = on_end,
        .transfers = &udma_transfers,
    };
    int error;

    *sampler = (struct example_sampler){.size = size, .sampled = sampled};
    for (unsigned i = 0; i < EXAMPLE_BLOCKS; i++)
        sampler->blocks[i] = blocks[i];
    error = udma_channel_open(&config, &sampler->channel);
    if (error != 0)
        return error;
    error = start(sampler, place, width);
    if (error != 0)
        (void)udma_channel_close(sampler->channel); /* frees the transfer too */
    return error;
}

void example_sampler_tick(struct example_sampler *sampler)
{
    (void)udma_trigger(sampler->channel);
}

int example_sampler_stop(struct example_sampler *sampler)
{
    return udma_channel_close(sampler->channel);
}
