// SPDX-License-Identifier: BSD-3-Clause
/*
 * The data path of a receive flow: giving it buffers, and the completion ring's interrupt (AM65x
 * TRM SPRUID7, 10.2.2 UDMAP: "Host Packet Descriptor", "Receive Flow"). packet_path.h has the
 * rules.
 *
 * A slot is a buffer. The UDMAP takes descriptors from the free rings, links those of a packet, and
 * gives back the first.
 */
#include "drivers/udma/packet_channels.h"

#include <errno.h>

/* ---- giving ---- */

static void fill(struct udma_host_packet *descriptor, const struct udma_buffer *buffer,
                 uint16_t ring)
{
    descriptor->packet_info[0] = HOST_INFO0_HOST;
    descriptor->packet_info[1] = 0;
    descriptor->packet_info[2] = ring;
    descriptor->next = 0;
    descriptor->buffer = (uintptr_t)buffer->data;
    descriptor->buffer_length = buffer->length;
    descriptor->original_length = buffer->length;
    descriptor->original_buffer = (uintptr_t)buffer->data;
}

/* With the feed's lock. 0 and how many, or why not the first. */
static int give(struct udma_flow *flow, struct udma_feed *feed, const struct udma_buffer *buffers,
                unsigned count, unsigned *given)
{
    struct udma_consumer *consumer = &flow->consumer;

    for (unsigned i = 0; i < count; i++) {
        struct udma_packet_slot *slot;
        uint64_t descriptor;

        if (buffers[i].data == NULL || buffers[i].length == 0 ||
            buffers[i].length > UDMA_BUFFER_MAX)
            return -EINVAL;
        slot = packet_take_free(feed);
        if (slot == NULL)
            return 0;
        descriptor = (uintptr_t)consumer->descriptors +
                     ((uint64_t)(slot - consumer->slots) << consumer->shift);
        fill((struct udma_host_packet *)descriptor, &buffers[i], consumer->ring.index);
        slot->data = buffers[i].data;
        slot->cookie = buffers[i].cookie;
        slot->length = buffers[i].length;
        packet_put(feed, i, descriptor);
        *given = i + 1u;
    }
    return 0;
}

int udma_flow_give(struct udma_flow *flow, unsigned free_ring, const struct udma_buffer *buffers,
                   unsigned count)
{
    struct udma_feed *feed;
    unsigned long state;
    unsigned given = 0;
    int error;

    if (flow == NULL || buffers == NULL || free_ring >= flow->consumer.feed_count)
        return -EINVAL;
    feed = &flow->feeds[free_ring];
    state = spin_lock(&feed->lock);
    error = feed->refusal;
    if (error == 0)
        error = give(flow, feed, buffers, count, &given);
    if (given != 0)
        packet_push(feed, &flow->consumer, given);
    spin_unlock(&feed->lock, state);
    return given != 0 ? (int)given : error;
}

/* ---- delivering ---- */

/* What goes with the packet. Its words can't be more than the descriptor has room for, whatever the
 * descriptor says. */
PACKET_INLINE void read_header(struct udma_packet *packet,
                               const struct udma_host_packet *descriptor)
{
    const uint32_t info0 = descriptor->packet_info[0], info1 = descriptor->packet_info[1];
    const uint32_t *extended = descriptor->extended;
    const uint32_t words = HOST_INFO0_WORDS(info0);

    packet->length = HOST_INFO0_LENGTH(info0);
    packet->type = (uint8_t)HOST_INFO2_TYPE(descriptor->packet_info[2]);
    packet->protocol_flags = (uint8_t)HOST_INFO1_FLAGS(info1);
    packet->error_flags = (uint8_t)HOST_INFO1_ERRORS(info1);
    packet->flow = (uint16_t)HOST_INFO1_FLOW(info1);
    packet->source_tag = (uint16_t)(descriptor->tags >> 16);
    packet->destination_tag = (uint16_t)descriptor->tags;
    packet->has_epib = (info0 & HOST_INFO0_EPIB) != 0;
    if (packet->has_epib)
        for (unsigned i = 0; i < UDMA_EPIB_WORDS; i++)
            packet->epib[i] = *extended++;
    packet->word_count = words < UDMA_WORDS_MAX ? words : UDMA_WORDS_MAX;
    for (unsigned i = 0; i < packet->word_count; i++)
        packet->words[i] = extended[i];
}

/* Takes the buffers of a packet off their slots, from `slot` on; a slot that has been taken is
 * free, so that links which lead in a circle end. Returns the sum of what is in them, or
 * UINT32_MAX: something can't be. */
PACKET_INLINE uint32_t take_buffers(struct udma_flow *flow, struct udma_packet_slot *slot,
                                    uint64_t address)
{
    struct udma_consumer *consumer = &flow->consumer;
    struct udma_packet *packet = &flow->packet;
    uint32_t sum = 0, bad = 0;

    packet->buffer_count = 0;
    /* Others may give what has just been taken, so it needs a bound of its own. */
    while (address != 0 && slot != NULL && packet->buffer_count < consumer->slot_count) {
        const struct udma_host_packet *descriptor = (const struct udma_host_packet *)address;
        struct udma_buffer *buffer = &flow->buffers[packet->buffer_count++];

        *buffer =
            (struct udma_buffer){slot->data, HOST_LENGTH(descriptor->buffer_length), slot->cookie};
        if (__builtin_expect(buffer->length > slot->length, 0)) {
            buffer->length = slot->length;
            bad = UINT32_MAX;
        }
        sum += buffer->length;
        address = HOST_ADDRESS(descriptor->next);
        packet_give_back(&flow->feeds[slot->feed], slot);
        slot = address != 0 ? packet_find(consumer, address) : NULL;
    }
    return address != 0 ? UINT32_MAX : sum | bad;
}

/* What is rarely so. */
static __attribute__((noinline, cold)) void tell(struct udma_flow *flow, uint32_t sum)
{
    struct udma_packet *packet = &flow->packet;

    if (packet->error_flags != 0)
        udma_packet_error(&flow->consumer, UDMA_ERROR_PACKET);
    if (sum == packet->length)
        return;
    udma_packet_error(&flow->consumer, UDMA_ERROR_DESCRIPTOR);
    packet->length = 0;
    for (unsigned i = 0; i < packet->buffer_count; i++)
        packet->length += packet->buffers[i].length;
}

PACKET_INLINE void complete(struct udma_consumer *consumer, uint64_t element)
{
    struct udma_flow *flow = (struct udma_flow *)consumer;
    struct udma_packet_slot *slot = packet_find(consumer, element);
    struct udma_packet *packet = &flow->packet;
    uint32_t sum;

    if (__builtin_expect(slot == NULL, 0)) {
        udma_packet_other(consumer, element);
        return;
    }
    read_header(packet, (const struct udma_host_packet *)element);
    packet->buffers = flow->buffers;
    sum = take_buffers(flow, slot, element);
    if (__builtin_expect(sum != packet->length || packet->error_flags != 0, 0))
        tell(flow, sum);
    relaxed_store64_two(&consumer->counters.packets, consumer->counters.packets + 1u,
                        &consumer->counters.bytes, consumer->counters.bytes + packet->length);
    flow->config.received(flow->config.context, packet);
}

void udma_flow_complete(struct udma_consumer *consumer, uint64_t element)
{
    complete(consumer, element);
}

enum irq_return udma_flow_interrupt(void *context)
{
    return packet_handle(context, complete);
}

int udma_flow_poll(struct udma_flow *flow)
{
    return flow != NULL ? udma_packet_poll(&flow->consumer) : -EINVAL;
}

void udma_flow_return(struct udma_flow *flow)
{
    struct udma_consumer *consumer = &flow->consumer;

    for (unsigned i = 0; i < consumer->slot_count; i++) {
        struct udma_packet_slot *slot = &consumer->slots[i];
        const struct udma_buffer buffer = {slot->data, slot->length, slot->cookie};

        if (slot->length == 0)
            continue;
        slot->length = 0;
        PACKET_ADD(consumer->counters.canceled, 1);
        if (flow->config.returned != NULL)
            flow->config.returned(flow->config.context, &buffer);
    }
}

void udma_flow_get_counters(const struct udma_flow *flow, struct udma_packet_counters *counters)
{
    udma_packet_get_counters(&flow->consumer, counters);
}
