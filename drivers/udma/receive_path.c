// SPDX-License-Identifier: BSD-3-Clause
/*
 * The data path of a receive flow: giving it buffers, and the completion ring's interrupt (AM65x
 * TRM SPRUID7, 10.2.2 UDMAP: "Host Packet Descriptor", "Receive Flow"). packet_path.h has the
 * rules.
 *
 * A slot is a buffer. The UDMAP takes descriptors from the free rings, links those of a packet, and
 * gives back the first. What it has put into that is not copied: the callback reads what it wants
 * (received.c).
 */
#include "drivers/udma/packet_channels.h"

#include <errno.h>

/* ---- giving ---- */

PACKET_INLINE bool is_valid(const struct udma_buffer *buffer, uint32_t least)
{
    return buffer->data != NULL && buffer->length - least <= UDMA_BUFFER_MAX - least;
}

PACKET_INLINE void fill(struct udma_host_packet *descriptor, const struct udma_buffer *buffer,
                        const uint64_t head[2])
{
    descriptor->head[0] = head[0];
    descriptor->head[1] = head[1];
    descriptor->next = 0;
    descriptor->buffer = (uintptr_t)buffer->data;
    descriptor->buffer_length = buffer->length;
    descriptor->original_length = buffer->length;
    descriptor->original_buffer = (uintptr_t)buffer->data;
}

/* From there on, in a row. Returns how many: up to a buffer that can't be. */
PACKET_INLINE uint32_t give_row(const struct udma_flow *flow, const struct udma_feed *feed,
                                uint32_t at, const struct udma_buffer *buffer, uint32_t count)
{
    struct udma_received *const *slots = &feed->free_slots[at], *const *const first = slots;
    uint64_t *elements = &feed->ring.elements[at];
    const uint64_t head[2] = {flow->free_head[0], flow->free_head[1]};
    const struct udma_buffer *const end = buffer + count;
    const uint32_t least = flow->buffer_min;

    for (; buffer != end && is_valid(buffer, least); buffer++) {
        struct udma_packet_slot *slot = packet_slot_of(*slots++);

        fill(slot->descriptor, buffer, head);
        slot->buffer.data = buffer->data;
        slot->buffer.cookie = buffer->cookie;
        slot->length = buffer->length;
        *elements++ = (uintptr_t)slot->descriptor;
    }
    return (uint32_t)(slots - first);
}

/* On from the beginning. */
static __attribute__((noinline)) uint32_t give_more(const struct udma_flow *flow,
                                                    const struct udma_feed *feed,
                                                    const struct udma_buffer *buffers,
                                                    uint32_t count)
{
    return give_row(flow, feed, 0, buffers, count);
}

/* With the feed's lock. How many, or -EINVAL. */
PACKET_INLINE int give(const struct udma_flow *flow, const struct udma_feed *feed,
                       const struct udma_buffer *buffers, uint32_t count)
{
    const uint32_t room = packet_room(feed), at = feed->pushed & feed->mask;
    const uint32_t most = count < room ? count : room, row = packet_row(feed, at, most);
    uint32_t given = give_row(flow, feed, at, buffers, row);

    if (__builtin_expect(given == row && row != most, 0))
        given += give_more(flow, feed, buffers + row, most - row);
    return given != 0 || is_valid(buffers, flow->buffer_min) ? (int)given : -EINVAL;
}

/* Apart: GCC works the feed's place out again and again where it is not given. */
static __attribute__((noinline)) int give_to(const struct udma_flow *flow, struct udma_feed *feed,
                                             const struct udma_buffer *buffers, unsigned count)
{
    unsigned long state = spin_lock_inline(&feed->lock);
    int given = feed->refusal;

    if (given == 0)
        given = give(flow, feed, buffers, count);
    if (given > 0)
        packet_push(feed, &flow->consumer, (uint32_t)given);
    spin_unlock_inline(&feed->lock, state);
    return given;
}

int udma_flow_give(struct udma_flow *flow, unsigned free_ring, const struct udma_buffer *buffers,
                   unsigned count)
{
    if (flow == NULL || buffers == NULL || free_ring >= flow->consumer.feed_count)
        return -EINVAL;
    return count != 0 ? give_to(flow, &flow->feeds[free_ring], buffers, count) : 0;
}

/* ---- delivering: packets of one buffer, from the first free ring, without errors ---- */

/* Not of a slot that is free, either, nor of more than there is room for. */
PACKET_INLINE bool is_plain(const struct udma_host_packet *descriptor, uint64_t head,
                            uint32_t length, uint32_t room)
{
    const uint64_t more = descriptor->next | HOST_HEAD_ERRORS(head);

    return (length == descriptor->buffer_length) & (length - 1u < room) & (more == 0);
}

/* Takes as many as can be told of at once; returns how many, up to one that is different. */
PACKET_INLINE uint32_t take_plain(struct udma_flow *flow, const uint64_t *elements, uint32_t count,
                                  struct udma_received **free_slots)
{
    struct udma_packet_counters *counters = &flow->consumer.counters;
    struct udma_packet_slot *const slots = flow->consumer.slots;
    const uint64_t descriptors = (uintptr_t)flow->consumer.descriptors;
    const uint64_t mine = flow->feeds[0].slots, *const end = elements + count;
    struct udma_received **const first = free_slots;
    uint32_t bytes = 0;

    _Static_assert((uint64_t)PACKET_BATCH * UDMA_BUFFER_MAX <= UINT32_MAX, "of a batch");
    while (elements != end) {
        const uint64_t element = *elements++;
        const uint64_t number = packet_number(descriptors, HOST_PACKET_SHIFT, element);

        if (number >= mine)
            break;
        const struct udma_host_packet *descriptor =
            (const struct udma_host_packet *)(uintptr_t)element;
        const uint64_t head = descriptor->head[0];
        const uint32_t length = HOST_INFO0_LENGTH((uint32_t)head);
        struct udma_packet_slot *slot = &slots[number];

        if (!is_plain(descriptor, head, length, slot->length))
            break;
        slot->received.length = length;
        slot->length = 0;
        slot->buffer.length = length;
        *free_slots++ = &slot->received;
        bytes += length;
    }
    relaxed_store64_two(&counters->packets, counters->packets + (uint64_t)(free_slots - first),
                        &counters->bytes, counters->bytes + bytes);
    return (uint32_t)(free_slots - first);
}

/* ---- and all others, one by one ---- */

static void put_back(struct udma_flow *flow, struct udma_packet_slot *slot)
{
    struct udma_feed *feed = &flow->feeds[slot->feed];

    feed->free_slots[packet_back_at(feed)] = &slot->received;
    packet_give_back(feed, 1);
}

/* The packet's next buffer. Returns the address of the descriptor behind it, or 0; bad: there can't
 * be so much in it. */
static uint64_t take_buffer(struct udma_flow *flow, struct udma_packet_slot *slot, uint64_t address,
                            bool *bad)
{
    const struct udma_host_packet *descriptor = (const struct udma_host_packet *)(uintptr_t)address;
    struct udma_buffer *buffer = &flow->buffers[flow->other.buffer_count++];

    *buffer = slot->buffer;
    buffer->length = HOST_LENGTH(descriptor->buffer_length);
    if (buffer->length > slot->length) {
        buffer->length = slot->length;
        *bad = true;
    }
    flow->other.length += buffer->length;
    slot->length = 0;
    return HOST_ADDRESS(descriptor->next);
}

/* A slot that has been taken is free, so that links which lead in a circle end; others may give
 * what has just been taken, so it needs a bound of its own. The first is put back last: it has the
 * header. */
static void take_buffers(struct udma_flow *flow, struct udma_packet_slot *first, uint64_t element,
                         bool *bad)
{
    struct udma_consumer *consumer = &flow->consumer;
    uint64_t address = take_buffer(flow, first, element, bad);

    while (address != 0) {
        struct udma_packet_slot *slot = packet_find(consumer, address);

        if (slot == NULL || flow->other.buffer_count == consumer->slot_count) {
            *bad = true;
            break;
        }
        address = take_buffer(flow, slot, address, bad);
        put_back(flow, slot);
    }
    put_back(flow, first);
}

static __attribute__((noinline)) void take_other(struct udma_flow *flow, uint64_t element)
{
    struct udma_consumer *consumer = &flow->consumer;
    struct udma_packet_slot *slot = packet_find(consumer, element);
    struct udma_received *packet = &flow->other;
    bool bad = false;

    if (slot == NULL) {
        udma_packet_other(consumer, element);
        return;
    }
    packet->descriptor = (const struct udma_host_packet *)(uintptr_t)element;
    packet->error_flags = (uint8_t)HOST_HEAD_ERRORS(packet->descriptor->head[0]);
    packet->buffer_count = 0;
    packet->length = 0;
    take_buffers(flow, slot, element, &bad);
    if (packet->error_flags != 0)
        udma_packet_error(consumer, UDMA_ERROR_PACKET);
    if (bad || packet->length != HOST_INFO0_LENGTH(packet->descriptor->packet_info[0]))
        udma_packet_error(consumer, UDMA_ERROR_DESCRIPTOR);
    relaxed_store64_two(&consumer->counters.packets, consumer->counters.packets + 1u,
                        &consumer->counters.bytes, consumer->counters.bytes + packet->length);
    flow->config.received(flow->config.context, &packet, 1);
}

PACKET_INLINE uint32_t complete(struct udma_consumer *consumer, const uint64_t *elements,
                                uint32_t count)
{
    struct udma_flow *flow = (struct udma_flow *)consumer;
    struct udma_feed *feed = &flow->feeds[0];
    const uint32_t at = packet_back_at(feed);
    struct udma_received **free_slots = &feed->free_slots[at];
    const uint32_t taken =
        take_plain(flow, elements,
                   packet_row(feed, at, count < PACKET_BATCH ? count : PACKET_BATCH), free_slots);

    if (__builtin_expect(taken == 0, 0)) {
        take_other(flow, *elements);
        return 1;
    }
    packet_give_back(feed, taken);
    flow->config.received(flow->config.context, free_slots, taken);
    return taken;
}

uint32_t udma_flow_complete(struct udma_consumer *consumer, const uint64_t *elements,
                            uint32_t count)
{
    return complete(consumer, elements, count);
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
        const struct udma_buffer buffer = {slot->buffer.data, slot->buffer.cookie, slot->length};

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
