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

/* ---- what goes with a packet ---- */

/* Behind the twelve words: EPIB, and the protocol-specific words. */
static void fill_extended(struct udma_host_packet *descriptor, const struct udma_header *header,
                          bool epib)
{
    static const uint32_t none[UDMA_EPIB_WORDS];
    uint32_t *words = descriptor->extended;

    if (epib) {
        packet_copy_four(words, header->has_epib ? header->epib : none);
        words += UDMA_EPIB_WORDS;
    }
    if (header->word_count != 0)
        packet_copy_words(words, header->words, header->word_count);
}

static void fill_header(const struct udma_transmit *transmit, struct udma_host_packet *descriptor,
                        const struct udma_header *header, uint32_t length)
{
    const bool epib = header->has_epib || transmit->needs_epib;

    descriptor->packet_info[0] = HOST_INFO0_HOST | (epib ? HOST_INFO0_EPIB : 0) |
                                 header->word_count << HOST_INFO0_WORDS_SHIFT | length;
    descriptor->packet_info[1] = (header->protocol_flags & 0xfu) << HOST_INFO1_FLAGS_SHIFT |
                                 (transmit->number & HOST_INFO1_ID_MASK) << HOST_INFO1_ID_SHIFT |
                                 header->flow;
    descriptor->packet_info[2] =
        (header->type & 0x1fu) << HOST_INFO2_TYPE_SHIFT | transmit->completion_ring;
    descriptor->tags = (uint32_t)header->source_tag << 16 | header->destination_tag;
    fill_extended(descriptor, header, epib);
}

void udma_transmit_prepare(struct udma_transmit *transmit, const struct udma_header *header)
{
    if (header != NULL)
        transmit->header = *header;
    else
        transmit->header.flow = UDMA_FLOW_DEFAULT;
    transmit->header_is_short = transmit->header.word_count <= UDMA_EPIB_WORDS;
    fill_header(transmit, &transmit->first, &transmit->header, 0);
}

/* ---- queueing ---- */

/* Bytes in all buffers; 0: one is missing or empty. */
static uint64_t sum_of_buffers(const struct udma_packet *packet)
{
    uint64_t length = 0;

    for (unsigned i = 0; i < packet->buffer_count; i++) {
        if (packet->buffers[i].data == NULL || packet->buffers[i].length == 0)
            return 0;
        length += packet->buffers[i].length;
    }
    return length;
}

PACKET_INLINE void fill_buffer(struct udma_host_packet *descriptor,
                               const struct udma_buffer *buffer)
{
    descriptor->next = 0;
    descriptor->buffer = (uintptr_t)buffer->data;
    descriptor->buffer_length = buffer->length;
    descriptor->original_length = buffer->length;
    descriptor->original_buffer = (uintptr_t)buffer->data;
}

/* A packet of one buffer, without a header of its own, whose channel's is four words at most: most
 * are. What is not read of EPIB and words is written too. */
PACKET_INLINE bool is_plain(const struct udma_packet *packet, uint32_t length_max)
{
    return packet->buffer_count == 1u && packet->header == NULL && packet->buffers != NULL &&
           packet->buffers->data != NULL && packet->buffers->length - 1u < length_max;
}

PACKET_INLINE void fill_plain(struct udma_host_packet *descriptor,
                              const struct udma_host_packet *first,
                              const struct udma_buffer *buffer)
{
    const uint64_t head0 = first->head[0], head1 = first->head[1];
    const uint64_t words0 = first->extended_pairs[0], words1 = first->extended_pairs[1];
    const uint64_t words2 = first->extended_pairs[2], words3 = first->extended_pairs[3];

    descriptor->head[0] = head0 | buffer->length;
    descriptor->head[1] = head1;
    fill_buffer(descriptor, buffer);
    descriptor->extended_pairs[0] = words0;
    descriptor->extended_pairs[1] = words1;
    descriptor->extended_pairs[2] = words2;
    descriptor->extended_pairs[3] = words3;
}

/* Any other. Returns its length; 0: there is something wrong with it, and nothing is filled. */
static uint32_t fill_other(const struct udma_transmit *transmit,
                           struct udma_host_packet *descriptor, const struct udma_packet *packet)
{
    const struct udma_header *header = packet->header != NULL ? packet->header : &transmit->header;
    uint64_t length;

    if (packet->buffer_count == 0 || packet->buffer_count > transmit->config.buffers_max ||
        packet->buffers == NULL || header->word_count > UDMA_WORDS_MAX ||
        header->flow > UDMA_FLOW_DEFAULT)
        return 0;
    length = sum_of_buffers(packet);
    if (length == 0 || length > transmit->length_max)
        return 0;
    fill_header(transmit, descriptor, header, (uint32_t)length);
    fill_buffer(descriptor, packet->buffers);
    for (unsigned i = 1; i < packet->buffer_count; i++) {
        descriptor[i - 1u].next = (uintptr_t)&descriptor[i];
        fill_buffer(&descriptor[i], &packet->buffers[i]);
    }
    return (uint32_t)length;
}

PACKET_INLINE void take_into_use(struct udma_packet_slot *slot, uint64_t *element, void *cookie,
                                 uint32_t length)
{
    slot->buffer.cookie = cookie;
    slot->length = length;
    *element = (uintptr_t)slot->descriptor;
}

/* Plain ones, from there on, in a row. Returns how many, up to one that is different. */
PACKET_INLINE uint32_t queue_plain(const struct udma_transmit *transmit, uint32_t at,
                                   const struct udma_packet *packet, uint32_t count)
{
    struct udma_received *const *slots = &transmit->feed.free_slots[at], *const *const first =
                                                                             slots;
    uint64_t *elements = &transmit->feed.ring.elements[at];
    const uint32_t plain_max = transmit->header_is_short ? transmit->length_max : 0;
    const struct udma_packet *const end = packet + count;

    for (; packet != end && is_plain(packet, plain_max); packet++) {
        struct udma_packet_slot *slot = packet_slot_of(*slots++);

        fill_plain(slot->descriptor, &transmit->first, packet->buffers);
        take_into_use(slot, elements++, packet->cookie, packet->buffers->length);
    }
    return (uint32_t)(slots - first);
}

/* Any, from the packet with that number on, wherever they lie. Returns the number of the first that
 * is not queued. */
static __attribute__((noinline)) uint32_t queue_rest(const struct udma_transmit *transmit,
                                                     const struct udma_packet *packets,
                                                     uint32_t number, uint32_t count)
{
    const struct udma_feed *feed = &transmit->feed;

    for (; number < count; number++) {
        const uint32_t at = (feed->pushed + number) & feed->mask;
        struct udma_packet_slot *slot = packet_slot_of(feed->free_slots[at]);
        const uint32_t length = fill_other(transmit, slot->descriptor, &packets[number]);

        if (length == 0)
            break;
        take_into_use(slot, &feed->ring.elements[at], packets[number].cookie, length);
    }
    return number;
}

/* With the feed's lock: how many of so many there is room for. Nobody is told of room twice, nor of
 * none that was there: the flag is set before the last look, and read after a slot has come back.
 */
static uint32_t find_room(struct udma_transmit *transmit, uint32_t count)
{
    uint32_t room = packet_room(&transmit->feed);

    if (__builtin_expect(room < count, 0)) {
        relaxed_store_bool(&transmit->wants_room, true);
        barrier_cores();
        room = packet_room(&transmit->feed);
    }
    return room < count ? room : count;
}

/* With the feed's lock. How many, or why not the first. */
PACKET_INLINE int queue(struct udma_transmit *transmit, const struct udma_packet *packets,
                        uint32_t count)
{
    const struct udma_feed *feed = &transmit->feed;
    const uint32_t most = find_room(transmit, count), at = feed->pushed & feed->mask;
    uint32_t queued = queue_plain(transmit, at, packets, packet_row(feed, at, most));

    if (__builtin_expect(queued != most, 0))
        queued = queue_rest(transmit, packets, queued, most);
    if (__builtin_expect(queued == 0, 0))
        return most == 0 ? -EAGAIN : -EINVAL;
    return (int)queued;
}

int udma_send(struct udma_transmit *transmit, const struct udma_packet *packets, unsigned count)
{
    unsigned long state;
    int queued;

    if (transmit == NULL || packets == NULL || count == 0)
        return -EINVAL;
    state = spin_lock_inline(&transmit->feed.lock);
    queued = transmit->feed.refusal;
    if (queued == 0)
        queued = queue(transmit, packets, count);
    if (queued > 0)
        packet_push(&transmit->feed, &transmit->consumer, (uint32_t)queued);
    spin_unlock_inline(&transmit->feed.lock, state);
    return queued;
}

/* ---- completing ---- */

/* Takes so many at most; returns how many, up to one that is none. */
PACKET_INLINE uint32_t take(struct udma_consumer *consumer, const uint64_t *elements,
                            uint32_t count, struct udma_received **free_slots)
{
    struct udma_packet_counters *counters = &consumer->counters;
    struct udma_packet_slot *const slots = consumer->slots;
    const uint64_t descriptors = (uintptr_t)consumer->descriptors, mine = consumer->slot_count;
    const uint64_t *const end = elements + count;
    struct udma_received **const first = free_slots;
    const unsigned shift = consumer->shift;
    uint32_t bytes = 0;

    while (elements != end) {
        const uint64_t element = *elements++;
        const uint64_t number = packet_number(descriptors, shift, element);
        struct udma_packet_slot *slot;

        if (number >= mine)
            break;
        slot = &slots[number];
        if (slot->length == 0)
            break;
        bytes += slot->length;
        slot->length = 0;
        *free_slots++ = &slot->received;
    }
    relaxed_store64_two(&counters->packets, counters->packets + (uint64_t)(free_slots - first),
                        &counters->bytes, counters->bytes + bytes);
    return (uint32_t)(free_slots - first);
}

PACKET_INLINE uint32_t complete(struct udma_consumer *consumer, const uint64_t *elements,
                                uint32_t count)
{
    struct udma_transmit *transmit = (struct udma_transmit *)consumer;
    struct udma_feed *feed = &transmit->feed;
    const uint32_t at = packet_back_at(feed);
    struct udma_received **slots = &feed->free_slots[at];
    const uint32_t taken =
        take(consumer, elements, packet_row(feed, at, count < PACKET_BATCH ? count : PACKET_BATCH),
             slots);

    if (__builtin_expect(taken == 0, 0)) {
        udma_packet_other(consumer, *elements);
        return 1;
    }
    packet_give_back(feed, taken);
    for (uint32_t i = 0; i < taken; i++)
        transmit->config.sent(transmit->config.context, packet_slot_of(slots[i])->buffer.cookie, 0);
    return taken;
}

uint32_t udma_transmit_complete(struct udma_consumer *consumer, const uint64_t *elements,
                                uint32_t count)
{
    return complete(consumer, elements, count);
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
    return transmit != NULL ? udma_packet_poll(&transmit->consumer) : -EINVAL;
}

static void cancel(struct udma_transmit *transmit, struct udma_packet_slot *slot)
{
    if (slot == NULL || slot->length == 0)
        return;
    slot->length = 0;
    PACKET_ADD(transmit->consumer.counters.canceled, 1);
    transmit->config.sent(transmit->config.context, slot->buffer.cookie, -ECANCELED);
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
