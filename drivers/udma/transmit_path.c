// SPDX-License-Identifier: BSD-3-Clause
/*
 * The data path of a transmit channel: queueing packets, and the completion ring's interrupt (AM65x
 * TRM SPRUID7, 10.2.2 UDMAP: "Host Packet Descriptor"). packet_path.h has the rules.
 *
 * A slot is a packet; its descriptors lie in a row, as many as the channel's packets have buffers
 * at most, linked as far as this packet has them. The UDMAP gives back the first, when it has read
 * all.
 */
#include "drivers/udma/packet_channels.h"

#include <errno.h>

/* ---- queueing ---- */

/* Returns the packet's length; 0: there is something wrong with it. */
static uint32_t check(const struct udma_transmit *transmit, const struct udma_packet *packet)
{
    uint64_t length = 0;

    if (packet->buffer_count == 0 || packet->buffer_count > transmit->config.buffers_max ||
        packet->buffers == NULL || packet->word_count > UDMA_WORDS_MAX ||
        packet->flow > UDMA_FLOW_DEFAULT)
        return 0;
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        if (packet->buffers[i].data == NULL || packet->buffers[i].length == 0)
            return 0;
        length += packet->buffers[i].length;
    }
    return length <= UDMA_BUFFER_MAX ? (uint32_t)length : 0;
}

static void fill_buffers(struct udma_host_packet *descriptor, const struct udma_packet *packet)
{
    for (unsigned i = 0; i < packet->buffer_count; i++, descriptor++) {
        const struct udma_buffer *buffer = &packet->buffers[i];

        descriptor->next =
            i + 1u < packet->buffer_count ? (uintptr_t)(descriptor + 1) : UINT64_C(0);
        descriptor->buffer = (uintptr_t)buffer->data;
        descriptor->buffer_length = buffer->length;
        descriptor->original_length = buffer->length;
        descriptor->original_buffer = (uintptr_t)buffer->data;
    }
}

static void fill(const struct udma_transmit *transmit, struct udma_host_packet *descriptor,
                 const struct udma_packet *packet, uint32_t length)
{
    const struct udma_endpoint *endpoint = transmit->config.endpoint;
    const bool epib = packet->has_epib || (endpoint != NULL && endpoint->needs_epib);
    uint32_t *extended = descriptor->extended;

    descriptor->packet_info[0] = HOST_INFO0_HOST | (epib ? HOST_INFO0_EPIB : 0) |
                                 packet->word_count << HOST_INFO0_WORDS_SHIFT | length;
    descriptor->packet_info[1] = (packet->protocol_flags & 0xfu) << HOST_INFO1_FLAGS_SHIFT |
                                 (transmit->number & HOST_INFO1_ID_MASK) << HOST_INFO1_ID_SHIFT |
                                 packet->flow;
    descriptor->packet_info[2] =
        (packet->type & 0x1fu) << HOST_INFO2_TYPE_SHIFT | transmit->completion_ring;
    descriptor->tags = (uint32_t)packet->source_tag << 16 | packet->destination_tag;
    if (epib)
        for (unsigned i = 0; i < UDMA_EPIB_WORDS; i++)
            *extended++ = packet->has_epib ? packet->epib[i] : 0;
    for (unsigned i = 0; i < packet->word_count; i++)
        *extended++ = packet->words[i];
    fill_buffers(descriptor, packet);
}

/* With the feed's lock. Nobody is told of room twice, nor of none that was there: the flag is set
 * before the last look, and read after a slot has come back. */
static struct udma_packet_slot *take_slot(struct udma_transmit *transmit)
{
    struct udma_packet_slot *slot = packet_take_free(&transmit->feed);

    if (__builtin_expect(slot != NULL, 1))
        return slot;
    relaxed_store_bool(&transmit->wants_room, true);
    barrier_cores();
    return packet_take_free(&transmit->feed);
}

/* With the feed's lock. 0 and how many, or why not the first. */
static int queue(struct udma_transmit *transmit, const struct udma_packet *packets, unsigned count,
                 unsigned *queued)
{
    struct udma_consumer *consumer = &transmit->consumer;

    for (unsigned i = 0; i < count; i++) {
        const uint32_t length = check(transmit, &packets[i]);
        struct udma_packet_slot *slot;
        uint64_t descriptor;

        if (length == 0)
            return -EINVAL;
        slot = take_slot(transmit);
        if (slot == NULL)
            return -EAGAIN;
        descriptor = (uintptr_t)consumer->descriptors +
                     ((uint64_t)(slot - consumer->slots) << consumer->shift);
        fill(transmit, (struct udma_host_packet *)descriptor, &packets[i], length);
        slot->cookie = packets[i].cookie;
        slot->length = length;
        packet_put(&transmit->feed, i, descriptor);
        *queued = i + 1u;
    }
    return 0;
}

int udma_send(struct udma_transmit *transmit, const struct udma_packet *packets, unsigned count)
{
    unsigned queued = 0;
    unsigned long state;
    int error;

    if (transmit == NULL || packets == NULL || count == 0)
        return -EINVAL;
    state = spin_lock(&transmit->feed.lock);
    error = transmit->feed.refusal;
    if (error == 0)
        error = queue(transmit, packets, count, &queued);
    if (queued != 0)
        packet_push(&transmit->feed, &transmit->consumer, queued);
    spin_unlock(&transmit->feed.lock, state);
    return queued != 0 ? (int)queued : error;
}

/* ---- completing ---- */

PACKET_INLINE void complete(struct udma_consumer *consumer, uint64_t element)
{
    struct udma_transmit *transmit = (struct udma_transmit *)consumer;
    struct udma_packet_slot *slot = packet_find(consumer, element);
    uint32_t length;
    void *cookie;

    if (__builtin_expect(slot == NULL, 0)) {
        udma_packet_other(consumer, element);
        return;
    }
    cookie = slot->cookie;
    length = slot->length;
    packet_give_back(&transmit->feed, slot);
    relaxed_store64_two(&consumer->counters.packets, consumer->counters.packets + 1u,
                        &consumer->counters.bytes, consumer->counters.bytes + length);
    transmit->config.sent(transmit->config.context, cookie, 0);
}

void udma_transmit_complete(struct udma_consumer *consumer, uint64_t element)
{
    complete(consumer, element);
}

static __attribute__((noinline, cold)) void tell_of_room(struct udma_transmit *transmit)
{
    if (__atomic_exchange_n(&transmit->wants_room, false, __ATOMIC_RELAXED) &&
        transmit->config.ready != NULL && !PACKET_GET(transmit->consumer.closing))
        transmit->config.ready(transmit->config.context);
}

/* After slots have come back, and a barrier has made that seen. */
PACKET_INLINE void look_for_who_waits(struct udma_transmit *transmit)
{
    if (__builtin_expect(relaxed_load_bool(&transmit->wants_room) != 0, 0))
        tell_of_room(transmit);
}

void udma_transmit_after(struct udma_consumer *consumer)
{
    barrier_cores();
    look_for_who_waits((struct udma_transmit *)consumer);
}

enum irq_return udma_transmit_interrupt(void *context)
{
    struct udma_transmit *transmit = context;
    enum irq_return result = packet_handle(&transmit->consumer, complete);

    if (result == IRQ_HANDLED)
        look_for_who_waits(transmit);
    return result;
}

int udma_transmit_poll(struct udma_transmit *transmit)
{
    int taken = transmit != NULL ? udma_packet_poll(&transmit->consumer) : -EINVAL;

    if (taken > 0)
        look_for_who_waits(transmit);
    return taken;
}

static void cancel(struct udma_transmit *transmit, struct udma_packet_slot *slot)
{
    if (slot == NULL || slot->length == 0)
        return;
    slot->length = 0;
    PACKET_ADD(transmit->consumer.counters.canceled, 1);
    transmit->config.sent(transmit->config.context, slot->cookie, -ECANCELED);
}

/* They come back in order, so those that have not are the last that were put; they still lie in the
 * ring's memory, which the hardware only reads. */
void udma_transmit_cancel(struct udma_transmit *transmit)
{
    struct udma_consumer *consumer = &transmit->consumer;
    const struct udma_feed *feed = &transmit->feed;
    uint32_t left = 0;

    for (unsigned i = 0; i < consumer->slot_count; i++)
        if (consumer->slots[i].length != 0)
            left++;
    for (; left != 0; left--)
        cancel(transmit,
               packet_find(consumer, feed->ring.elements[(feed->pushed - left) & feed->mask]));
    /* Unless the hardware has given them back in another order. */
    for (unsigned i = 0; i < consumer->slot_count; i++)
        cancel(transmit, &consumer->slots[i]);
}

void udma_transmit_get_counters(const struct udma_transmit *transmit,
                                struct udma_packet_counters *counters)
{
    udma_packet_get_counters(&transmit->consumer, counters);
}
