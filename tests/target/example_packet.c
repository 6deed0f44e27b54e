// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: packets, sent from one channel and received by another.
 */
#include "tests/target/example_packet.h"

#include "msi/irq.h"

#include <errno.h>

/* In the interrupt: the packet has left, and its memory is ours again. */
static void on_sent(void *context, void *cookie, int status)
{
    struct example_packet *link = context;

    (void)cookie;
    if (status == 0)
        link->sent++;
}

/* A packet, in one buffer or in several. They are ours; here they are given back at once, and the
 * driver tells the hardware of all of an interrupt's together. */
static void take(struct example_packet *link, const struct udma_received *packet)
{
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        struct udma_buffer *buffer = &packet->buffers[i];

        for (uint32_t at = 0; at < buffer->length; at++)
            link->sum += ((const uint8_t *)buffer->data)[at];
        buffer->length = EXAMPLE_PACKET_SIZE;
    }
    link->bytes += packet->length;
    link->received++;
    (void)udma_flow_give(link->flow, 0, packet->buffers, packet->buffer_count);
}

/* In the interrupt: packets have come. */
static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        take(context, packets[i]);
}

/* In the close: nothing has come into this one. */
static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)buffer;
    ((struct example_packet *)context)->returned++;
}

static int fill_flow(struct example_packet *link)
{
    link->memory = dma_alloc(EXAMPLE_PACKET_BUFFERS * EXAMPLE_PACKET_SIZE);
    if (link->memory == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < EXAMPLE_PACKET_BUFFERS; i++) {
        const struct udma_buffer buffer = {.data = link->memory + i * EXAMPLE_PACKET_SIZE,
                                           .length = EXAMPLE_PACKET_SIZE};

        (void)udma_flow_give(link->flow, 0, &buffer, 1); /* there is room: depth */
    }
    return 0;
}

static int open_receiver(struct example_packet *link)
{
    /* With .endpoint a peripheral would be at the other end. */
    const struct udma_receive_config receive = {.name = "example", .flow_count = 1};
    const struct udma_flow_config flow = {.name = "example receive",
                                          .core = IRQ_CORE_ANY,
                                          .depth = EXAMPLE_PACKET_BUFFERS,
                                          .when_empty = UDMA_FLOW_WAIT,
                                          .received = on_received,
                                          .returned = on_returned,
                                          .context = link};
    int error = udma_receive_open(&receive, &link->receive);

    if (error == 0)
        error = udma_flow_open(link->receive, 0, &flow, &link->flow);
    return error == 0 ? fill_flow(link) : error;
}

static int open_transmitter(struct example_packet *link)
{
    const struct udma_transmit_config transmit = {.name = "example transmit",
                                                  .core = 0,
                                                  .depth = 8,
                                                  .buffers_max = 1,
                                                  .sent = on_sent,
                                                  .context = link};
    int error = udma_transmit_open(&transmit, &link->transmit);

    return error == 0 ? udma_loopback_pair(link->transmit, link->receive) : error;
}

int example_packet_open(struct example_packet *link)
{
    int error;

    *link = (struct example_packet){0};
    error = open_receiver(link);
    if (error == 0)
        error = open_transmitter(link);
    if (error == 0)
        error = udma_receive_start(link->receive);
    if (error != 0)
        (void)example_packet_close(link);
    return error;
}

int example_packet_send(struct example_packet *link, const void *data, uint32_t length)
{
    struct udma_buffer buffer = {.data = (void *)(uintptr_t)data, .length = length};
    const struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1};

    return udma_send(link->transmit, &packet, 1);
}

/* The sender first: its close lets the packet in flight arrive. */
int example_packet_close(struct example_packet *link)
{
    int error = link->transmit != NULL ? udma_transmit_close(link->transmit) : 0;
    int later = link->receive != NULL ? udma_receive_close(link->receive) : 0;

    dma_free(link->memory);
    return error != 0 ? error : later;
}
