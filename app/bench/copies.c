// SPDX-License-Identifier: BSD-3-Clause
/*
 * What copies by DMA cost: one of 4 KiB, with its interrupt, and one of a stream of which eight are
 * queued at any time.
 */
#include "app/bench/bench.h"
#include "app/bench/interrupts.h"
#include "arch/core.h"
#include "arch/time.h"
#include "drivers/udma/udma.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define COPY_SIZE    4096u
#define STREAM_DEPTH 8u
#define SETTLE_US    1000u /* that many copies are done by then */

struct stream {
    struct udma_channel *channel;
    uint8_t *buffer;
    unsigned done; /* since the interrupt began */
    int error;
};

/* The first half of the buffer to the second. */
static int copy(struct udma_channel *channel, uint8_t *buffer)
{
    return udma_copy(channel, (uintptr_t)buffer + COPY_SIZE, (uintptr_t)buffer, COPY_SIZE, NULL);
}

/* ---- one at a time ---- */

/* figures[1] is the submission, figures[0] the interrupt. */
static int copy_once(struct udma_channel *channel, uint8_t *buffer, struct bench_figure *figures)
{
    uint64_t calls_before = bench_calls();
    uint32_t before = bench_handler_calls();
    unsigned long state = irq_save();
    int error;

    BENCH_STEP(&figures[1], 1, error = copy(channel, buffer));
    if (error != 0 || !bench_wait_pending()) {
        irq_restore(state);
        return error != 0 ? error : -ETIMEDOUT;
    }
    bench_let_in(&figures[0], state, calls_before, before);
    return 0;
}

static int measure_single(uint32_t rounds, uint8_t *buffer, struct bench_figure *figures)
{
    const struct udma_channel_config config = {
        .name = "bench", .core = core_id(), .depth = 1, .callback = bench_callback};
    struct udma_channel *channel;
    int error = udma_channel_open(&config, &channel), closed;

    if (error != 0)
        return error;
    for (uint32_t i = 0; i < rounds && error == 0; i++)
        error = copy_once(channel, buffer, figures);
    closed = udma_channel_close(channel);
    bench_print("submission of a copy of 4 KiB", &figures[1], 1);
    bench_print_interrupt("DMA completion (ring > INTA > INTR > SPI, to the channel's callback)",
                          &figures[0]);
    return error != 0 ? error : closed;
}

/* ---- a stream ---- */

static void on_copy(void *context, void *cookie, int status)
{
    struct stream *stream = context;

    (void)cookie;
    stream->done++;
    if (status == 0)
        status = copy(stream->channel, stream->buffer);
    if (status != 0)
        stream->error = status;
}

/* With IRQs masked, which state undoes. */
static int stream_once(struct stream *stream, unsigned long state, struct bench_figure *figure)
{
    deadline_t settled = deadline_after_us(SETTLE_US);

    while (!deadline_passed(settled))
        ;
    stream->done = 0;
    BENCH_STEP(figure, 0, irq_restore(state));
    (void)irq_save();
    if (stream->done != STREAM_DEPTH)
        figure->count--; /* some were late */
    return stream->error;
}

/* A stream in its course: the core comes to it when all that were queued are done, so that one
 * interrupt takes them off the ring and queues as many again. */
static int run_stream(uint32_t rounds, struct stream *stream, struct bench_figure *figure)
{
    unsigned long state = irq_save();
    int error = 0;

    for (unsigned i = 0; i < STREAM_DEPTH && error == 0; i++)
        error = copy(stream->channel, stream->buffer);
    for (uint32_t i = 0; i < rounds && error == 0; i++)
        error = stream_once(stream, state, figure);
    irq_restore(state);
    return error;
}

static int measure_stream(uint32_t rounds, uint8_t *buffer, struct bench_figure *figure)
{
    struct stream stream = {.buffer = buffer};
    const struct udma_channel_config config = {.name = "bench",
                                               .core = core_id(),
                                               .depth = STREAM_DEPTH,
                                               .callback = on_copy,
                                               .context = &stream};
    int error = udma_channel_open(&config, &stream.channel), closed;

    if (error != 0)
        return error;
    error = run_stream(rounds, &stream, figure);
    closed = udma_channel_close(stream.channel);
    bench_print("a copy of 4 KiB in a stream, 8 queued", figure, STREAM_DEPTH);
    return error != 0 ? error : closed;
}

int bench_copies(uint32_t rounds, struct bench_figure *figures)
{
    uint8_t *buffer = dma_alloc(2 * COPY_SIZE);
    int error = buffer == NULL ? -ENOMEM : measure_single(rounds, buffer, figures);

    if (error == 0)
        error = measure_stream(rounds, buffer, figures);
    dma_free(buffer);
    if (error != 0)
        bench_print_error("copies", error);
    return error;
}
