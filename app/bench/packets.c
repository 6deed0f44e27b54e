// SPDX-License-Identifier: BSD-3-Clause
/*
 * What packets cost that this core sends and receives: over UDMA alone, from a transmit channel to
 * a receive channel, and as frames of the Ethernet port, through its MAC's own loopback. One at a
 * time, and in batches that one call sends and one interrupt of each side takes.
 */
#include "app/bench/bench.h"
#include "arch/core.h"
#include "arch/time.h"
#include "drivers/cpsw/cpsw.h"
#include "drivers/udma/packet.h"
#include "drivers/udma/udma.h"
#include "platform/cpsw.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BATCH       16u
#define DEPTH       32u
#define FRAME_SIZE  1514u
#define SETTLE_US   1000u /* so many have arrived by then */
#define HEADER_SIZE 14u

/* A way from here to here. */
struct way {
    const char *names[4]; /* one at a time: its submission, its interrupts; of a batch's, each */
    int (*send)(struct way *way, unsigned count);
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    struct cpsw *port;
    uint8_t *memory; /* the frame that is sent, then the receive buffers */
    struct udma_buffer buffer;
    struct udma_packet packets[BATCH];
    struct udma_buffer arrived[BATCH];
    unsigned expected, sent, received, wrong;
};

/* ---- callbacks: the tools know their names ---- */

static void bench_sent(void *context, void *cookie, int status)
{
    struct way *way = context;

    (void)cookie;
    way->sent++;
    way->wrong += status != 0;
}

/* Whether all have come, whose buffers go back together. */
static inline bool are_last(struct way *way, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        way->wrong += packets[i]->length != FRAME_SIZE;
        way->arrived[way->received] = packets[i]->buffers[0];
        way->arrived[way->received++].length = CPSW_BUFFER_SIZE;
    }
    return way->received == way->expected;
}

static void bench_packet(void *context, struct udma_received *const *packets, unsigned count)
{
    struct way *way = context;

    if (are_last(way, packets, count))
        way->wrong += udma_flow_give(way->flow, 0, way->arrived, way->received) < 0;
}

static void bench_frame(void *context, unsigned flow, struct udma_received *const *packets,
                        unsigned count)
{
    struct way *way = context;

    if (are_last(way, packets, count))
        way->wrong += cpsw_give(way->port, flow, way->arrived, way->received) < 0;
}

static void forget_packet(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer; /* it lies in the way's memory */
}

static void forget_frame(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    (void)context;
    (void)flow;
    (void)buffer;
}

/* ---- rounds ---- */

/* With IRQs masked, which state undoes: all that is sent has arrived when they are let in. */
static int run_round(struct way *way, unsigned count, unsigned long state,
                     struct bench_figure *figures)
{
    int taken;

    for (unsigned i = 0; i < count; i++)
        way->packets[i] = (struct udma_packet){.buffers = &way->buffer, .buffer_count = 1};
    way->sent = way->received = 0;
    way->expected = count;
    BENCH_STEP(&figures[1], 1, taken = way->send(way, count));
    if (taken != (int)count)
        return taken < 0 ? taken : -EIO;

    deadline_t settled = deadline_after_us(SETTLE_US);

    while (!deadline_passed(settled))
        ;
    BENCH_STEP(&figures[0], 0, irq_restore(state));
    (void)irq_save();
    if (way->sent == count && way->received == count)
        return way->wrong == 0 ? 0 : -EIO;
    figures[0].count--; /* some were late */
    settled = deadline_after_us(BENCH_ARRIVAL_US);
    irq_restore(state);
    while (__atomic_load_n(&way->sent, __ATOMIC_RELAXED) != count ||
           __atomic_load_n(&way->received, __ATOMIC_RELAXED) != count) {
        if (deadline_passed(settled))
            return -ETIMEDOUT;
    }
    (void)irq_save();
    return 0;
}

static int run_rounds(struct way *way, uint32_t rounds, struct bench_figure *figures)
{
    unsigned long state = irq_save();
    int error = 0;

    for (unsigned batch = 0; batch < 2u && error == 0; batch++) {
        const unsigned count = batch != 0 ? BATCH : 1u;

        for (uint32_t i = 0; i < rounds && error == 0; i++)
            error = run_round(way, count, state, figures);
        irq_restore(state);
        bench_print(way->names[2u * batch], &figures[1], count);
        bench_print(way->names[2u * batch + 1u], &figures[0], count);
        state = irq_save();
    }
    irq_restore(state);
    return error;
}

static uint8_t *receive_buffer(const struct way *way, unsigned number)
{
    return way->memory + (size_t)(number + 1u) * CPSW_BUFFER_SIZE;
}

static int measure(struct way *way, int (*open)(struct way *), int (*close)(struct way *),
                   uint32_t rounds, struct bench_figure *figures)
{
    int error, closed;

    way->memory = dma_alloc((size_t)(DEPTH + 1u) * CPSW_BUFFER_SIZE);
    if (way->memory == NULL)
        return -ENOMEM;
    memset(way->memory, 0, FRAME_SIZE);
    way->buffer = (struct udma_buffer){.data = way->memory, .length = FRAME_SIZE};
    error = open(way);
    if (error == 0)
        error = run_rounds(way, rounds, figures);
    do
        closed = close(way);
    while (closed == -EAGAIN);
    dma_free(way->memory);
    return error != 0 ? error : closed;
}

/* ---- UDMA alone ---- */

static int send_packets(struct way *way, unsigned count)
{
    return udma_send(way->transmit, way->packets, count);
}

static int open_receiver(struct way *way)
{
    const struct udma_receive_config receive = {.name = "bench", .flow_count = 1};
    const struct udma_flow_config flow = {.name = "bench receive",
                                          .core = core_id(),
                                          .depth = DEPTH,
                                          .when_empty = UDMA_FLOW_WAIT,
                                          .received = bench_packet,
                                          .returned = forget_packet,
                                          .context = way};
    int error = udma_receive_open(&receive, &way->receive);

    if (error == 0)
        error = udma_flow_open(way->receive, 0, &flow, &way->flow);
    for (unsigned i = 0; i < DEPTH && error == 0; i++) {
        const struct udma_buffer buffer = {.data = receive_buffer(way, i),
                                           .length = CPSW_BUFFER_SIZE};

        error = udma_flow_give(way->flow, 0, &buffer, 1) == 1 ? 0 : -EIO;
    }
    return error;
}

static int open_channels(struct way *way)
{
    const struct udma_transmit_config transmit = {.name = "bench transmit",
                                                  .core = core_id(),
                                                  .depth = DEPTH,
                                                  .buffers_max = 1,
                                                  .sent = bench_sent,
                                                  .context = way};
    int error = open_receiver(way);

    if (error == 0)
        error = udma_transmit_open(&transmit, &way->transmit);
    if (error == 0)
        error = udma_loopback_pair(way->transmit, way->receive);
    return error == 0 ? udma_receive_start(way->receive) : error;
}

static int close_channels(struct way *way)
{
    int error = way->transmit != NULL ? udma_transmit_close(way->transmit) : 0;

    if (error == -EAGAIN)
        return error;
    way->transmit = NULL;
    return way->receive != NULL ? udma_receive_close(way->receive) : error;
}

int bench_packets(uint32_t rounds, struct bench_figure *figures)
{
    static struct way way = {.names = {"submission of a packet over UDMA", "its two interrupts",
                                       "submission of 16 packets over UDMA",
                                       "their two interrupts"},
                             .send = send_packets};
    int error = measure(&way, open_channels, close_channels, rounds, figures);

    if (error != 0)
        bench_print_error("packets", error);
    return error;
}

/* ---- Ethernet ---- */

static int send_frames(struct way *way, unsigned count)
{
    return cpsw_send(way->port, way->packets, count);
}

static int open_port(struct way *way)
{
    static const uint8_t header[HEADER_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
                                                0x6b, 0x33, 0x00, 0x00, 0x02, 0x88, 0xb5};
    const struct cpsw_config config = {.name = "bench",
                                       .facts = platform_cpsw(),
                                       .loopback = true,
                                       .flow_count = 1,
                                       .flows = {{.core = core_id(), .depth = DEPTH}},
                                       .send_core = core_id(),
                                       .send_depth = DEPTH,
                                       .received = bench_frame,
                                       .sent = bench_sent,
                                       .returned = forget_frame,
                                       .context = way};
    int error = config.facts != NULL ? cpsw_open(&config, &way->port) : -ENODEV;

    memcpy(way->memory, header, sizeof(header));
    for (unsigned i = 0; i < DEPTH && error == 0; i++) {
        const struct udma_buffer buffer = {.data = receive_buffer(way, i),
                                           .length = CPSW_BUFFER_SIZE};

        error = cpsw_give(way->port, 0, &buffer, 1) == 1 ? 0 : -EIO;
    }
    return error == 0 ? cpsw_start(way->port) : error;
}

static int close_port(struct way *way)
{
    return way->port != NULL ? cpsw_close(way->port) : 0;
}

int bench_frames(uint32_t rounds, struct bench_figure *figures)
{
    static struct way way = {.names = {"submission of an Ethernet frame", "its two interrupts",
                                       "submission of 16 Ethernet frames", "their two interrupts"},
                             .send = send_frames};
    int error = measure(&way, open_port, close_port, rounds, figures);

    if (error != 0)
        bench_print_error("frames", error);
    return error;
}
