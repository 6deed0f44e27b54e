// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive channels: what comes over PSI-L, from a transmit channel or a peripheral, is written to
 * memory (AM65x TRM SPRUID7, "Unified DMA Controller (UDMAP)", receive flows; TI-SCI documentation,
 * "UDMAP Receive Flow Configure").
 *
 * A packet gets its descriptors from its flow's free-descriptor rings: the first from the one that
 * is for its size, the second, third and all further ones from rings 1, 2 and 3. If there is none,
 * the flow says whether the packet waits, and with it all behind it, or is dropped and what it has
 * got goes back. A flow that is not the channel's is refused: the packet is dropped, the first such
 * is told in RX_FLOW_ID_FW_STATUS, with an event. Monolithic descriptors are not modelled.
 *
 * A channel of the transfer type writes a peripheral's stream to where TR descriptors of types 0 to
 * 3 say; they come from a ring of its own. Their triggers are not modelled.
 */
#include "twin/models/udmap.h"

#define RING_MODE_RING    0u
#define ERROR_RETRY       1u /* else a packet is dropped */
#define THRESHOLD_SHIFT   5  /* a size threshold counts 32 bytes */

/* Tag selectors: what each byte of a tag is made of. */
#define SELECT_FIXED      1u
#define SELECT_FLOW       2u
#define SELECT_LOW        4u
#define SELECT_HIGH       5u

/* A packet whose source was switched off in its middle. */
#define ERROR_FLAG_CUT    1u

/* Without a buffer for a peripheral's packet the source tries again some time. */
#define NO_BUFFER_LATENCY (10u * MICROSECOND)

/* Of a packet that is dropped so many buffers are given back; links are followed for it, all at
 * once. */
#define RECLAIM_MAX       4096u

/* Of these only a few are waited for at a time, and a ring's doorbell is rung often. */
static unsigned waiting;

void receive_reset(void)
{
    waiting = 0;
}

static void set_waits(struct receive_channel *rchan, bool waits)
{
    if (rchan->waits != waits)
        waiting += waits ? 1u : ~0u;
    rchan->waits = waits;
}

/* It may be able to go on, in a while. */
static void wake(struct receive_channel *rchan)
{
    set_waits(rchan, false);
    if (!timer_armed(&rchan->common.timer))
        timer_arm(&rchan->common.timer, START_LATENCY);
}

static uint16_t own_thread(enum navss navss, unsigned index)
{
    return (uint16_t)(udmap_shape(navss)->psil_base + index) | PSIL_DESTINATION;
}

/* ---------------------------------------------------------------- flows and their rings */

static uint16_t first_ring(const struct udmap_flow *flow, uint32_t length)
{
    for (unsigned i = 0; i < 3; i++)
        if ((flow->threshold_enable >> i & 1) != 0 && length <= (uint32_t)flow->threshold[i]
                                                                    << THRESHOLD_SHIFT)
            return i == 0 ? flow->free_ring[0] : flow->size_ring[i - 1];
    /* Larger than all that are in use; 0: none is. */
    for (unsigned i = 3; i > 0; i--)
        if ((flow->threshold_enable >> (i - 1) & 1) != 0)
            return flow->size_ring[i - 1];
    return flow->free_ring[0];
}

/* The ring that a packet's buffer number n comes from. */
static uint16_t ring_of_buffer(const struct udmap_flow *flow, unsigned n, uint32_t length)
{
    if (n == 0)
        return first_ring(flow, length);
    return flow->free_ring[n < 3 ? n : 3];
}

static bool flow_is_allowed(const struct receive_channel *rchan, unsigned index, uint16_t flow)
{
    const struct udmap_channel_settings *settings = &rchan->common.settings;
    return flow == index ||
           (flow >= settings->flow_start && flow - settings->flow_start < settings->flow_count);
}

static bool is_waited_for(enum navss navss, unsigned index, unsigned ring)
{
    const struct receive_channel *rchan = udmap_rchan(navss, index);
    const struct udmap_flow *flow = udmap_flow(navss, rchan->flow);
    if (udmap_is_transfer(&rchan->common))
        return rchan->waits && ring == udmap_request_ring(navss, index);
    return rchan->waits && flow != NULL &&
           ring_of_buffer(flow, rchan->packet.open ? rchan->packet.buffers : 0, rchan->expected) ==
               ring;
}

void udmap_flows_changed(enum navss navss)
{
    for (unsigned i = 0; waiting != 0 && i < udmap_shape(navss)->receive_channels; i++)
        if (udmap_rchan(navss, i)->waits)
            wake(udmap_rchan(navss, i));
}

void udmap_ring_filled(enum navss navss, unsigned ring)
{
    for (unsigned i = 0; waiting != 0 && i < udmap_shape(navss)->receive_channels; i++) {
        struct receive_channel *rchan = udmap_rchan(navss, i);
        if (is_waited_for(navss, i, ring))
            wake(rchan);
    }
}

/* ---------------------------------------------------------------- packets */

static void drop(struct receive_channel *rchan)
{
    rchan->dropping = true;
    model_count(AM65X_COUNT_PACKETS_DROPPED, 1);
}

/* The next descriptor for the packet. false: it has to wait, or is dropped now. */
static bool add_buffer(enum navss navss, struct receive_channel *rchan)
{
    const struct udmap_flow *flow = udmap_flow(navss, rchan->flow);
    unsigned n = rchan->packet.open ? rchan->packet.buffers : 0;
    uint16_t ring = ring_of_buffer(flow, n, rchan->expected);
    bool first = n == 0, words_in_buffer = first && flow->ps_location != 0 && flow->psinfo != 0;
    uint64_t descriptor;

    if (!ringacc_has(navss, ring)) {
        ring_monitor_change(navss, ring, 0); /* asked, and found empty */
        if (flow->error_handling == ERROR_RETRY)
            set_waits(rchan, true);
        else
            drop(rchan);
        return false;
    }
    bool popped = ringacc_pop(navss, ring, &descriptor);
    model_for_rings(ringacc_registers(navss, ring),
                    ringacc_registers(navss, flow->destination_ring));
    if (!popped || !packet_in_add(&rchan->packet, descriptor, first ? flow->sop_offset : 0,
                                  words_in_buffer ? 4u * rchan->header.word_count : 0))
        udmap_error(&rchan->common); /* a descriptor that leads nowhere: the next one, then */
    return true;
}

bool receive_begin(enum navss navss, unsigned index, const struct psil_header *header,
                   uint32_t length)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    if (!udmap_runs(&rchan->common) || rchan->state != CHANNEL_IDLE || rchan->waits)
        return false;
    if (rchan->begun)
        return true; /* it has waited for its first descriptor */
    rchan->begun = true;
    rchan->dropping = false;
    rchan->expected = length;
    rchan->header = *header;
    if (rchan->header.word_count > PSIL_WORDS_MAX)
        rchan->header.word_count = PSIL_WORDS_MAX;
    rchan->flow = header->flow == PSIL_FLOW_DEFAULT ? (uint16_t)index : header->flow;
    if (!flow_is_allowed(rchan, index, rchan->flow) || udmap_flow(navss, rchan->flow) == NULL) {
        udmap_flow_refused(navss, index, rchan->flow);
        drop(rchan);
    }
    return true;
}

uint32_t receive_put(enum navss navss, unsigned index, const uint8_t *data, uint32_t size)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    uint32_t taken = 0;

    if (!rchan->dropping)
        model_for_rings(0,
                        ringacc_registers(navss, udmap_flow(navss, rchan->flow)->destination_ring));
    for (unsigned step = 0; step < STEPS_MAX && !rchan->dropping && !rchan->waits; step++) {
        bool written;
        if (rchan->packet.open && taken == size)
            break;
        if (!rchan->packet.open || rchan->packet.room == 0) {
            (void)add_buffer(navss, rchan);
            continue;
        }
        taken += packet_in_write(&rchan->packet, data + taken, size - taken, &written);
        if (!written)
            udmap_error(&rchan->common);
    }
    return rchan->dropping ? size : taken;
}

static uint8_t tag_byte(uint16_t selector, uint16_t fixed, uint16_t flow, uint16_t tag)
{
    switch (selector) {
    case SELECT_FIXED:
        return (uint8_t)fixed;
    case SELECT_FLOW:
        return (uint8_t)flow;
    case SELECT_LOW:
        return (uint8_t)tag;
    case SELECT_HIGH:
        return (uint8_t)(tag >> 8);
    default:
        return 0;
    }
}

static uint16_t two_bytes(uint8_t high, uint8_t low)
{
    return (uint16_t)(high << 8 | low);
}

static void make_tags(struct psil_header *header, const struct udmap_flow *flow, uint16_t asked)
{
    uint16_t source = header->source_tag, destination = header->destination_tag;

    header->source_tag =
        two_bytes(tag_byte(flow->source_high_select, flow->source_high, asked, source),
                  tag_byte(flow->source_low_select, flow->source_low, asked, source));
    header->destination_tag = two_bytes(
        tag_byte(flow->destination_high_select, flow->destination_high, asked, destination),
        tag_byte(flow->destination_low_select, flow->destination_low, asked, destination));
}

/* In ring mode software alone puts elements into a free-descriptor ring: what hardware has to put
 * back there is lost. So is what came from a ring that the flow names no more, if it names none. */
static void give_free_again(enum navss navss, unsigned ring, uint64_t descriptor)
{
    if (ringacc_ring(navss, ring) != NULL && ringacc_ring(navss, ring)->mode != RING_MODE_RING)
        udmap_push(navss, ring, descriptor, false);
}

/* What a dropped packet had got goes back where it came from. */
static void reclaim(enum navss navss, struct receive_channel *rchan)
{
    const struct udmap_flow *flow = udmap_flow(navss, rchan->flow);
    uint64_t descriptor = rchan->packet.head;

    for (unsigned n = 0; n < rchan->packet.buffers && n < RECLAIM_MAX; n++) {
        uint64_t next = packet_link(descriptor);
        give_free_again(navss, ring_of_buffer(flow, n, rchan->expected), descriptor);
        descriptor = next;
    }
    rchan->packet.open = false;
}

static void give_back(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    bool transfer = udmap_is_transfer(&rchan->common);
    uint16_t ring =
        transfer ? rchan->transfer.return_ring : udmap_flow(navss, rchan->flow)->destination_ring;

    rchan->state = CHANNEL_IDLE;
    rchan->common.packets++;
    model_count(transfer ? AM65X_COUNT_DMA_TRANSFERS : AM65X_COUNT_PACKETS, 1);
    uint64_t bytes = transfer ? rchan->transfer.bytes : rchan->packet.length;
    udmap_trace("rchan", index, " received ", bytes, rchan->returned, ring);
    model_event(AM65X_EVENT_RECEIVED, udmap_subject(navss, index),
                rchan->returned | (uint64_t)ring << AM65X_EVENT_RETURN_RING_SHIFT, bytes);
    udmap_return(navss, ring, rchan->returned, false);
}

void receive_end(enum navss navss, unsigned index, uint64_t delay)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    const struct udmap_flow *flow = udmap_flow(navss, rchan->flow);

    rchan->begun = false;
    if (rchan->dropping) {
        rchan->dropping = false;
        if (rchan->packet.open)
            reclaim(navss, rchan);
        return;
    }
    make_tags(&rchan->header, flow, rchan->header.flow);
    rchan->header.flow = rchan->flow;
    rchan->common.bytes += rchan->packet.length;
    rchan->common.start_bytes += rchan->packet.length;
    model_count(AM65X_COUNT_DMA_BYTES, rchan->packet.length);
    model_for_rings(0, ringacc_registers(navss, flow->destination_ring));
    packet_in_end(&rchan->packet, &rchan->header, flow->einfo != 0, flow->psinfo != 0);
    rchan->returned = rchan->packet.head;
    rchan->state = CHANNEL_RETURNING;
    delay += udmap_return_delay();
    if (delay == 0)
        give_back(navss, index);
    else
        timer_arm(&rchan->common.timer, delay);
}

/* ---------------------------------------------------------------- transfers */

static void send_event(const struct receive_channel *rchan)
{
    if (rchan->common.event != EVENT_NONE)
        inta_event(rchan->common.event);
}

/* A TR is over. The next one is at work; or the descriptor goes back. */
static void next_request(struct receive_channel *rchan)
{
    bool event = transfer_wants_event(&rchan->transfer);
    bool more = transfer_next(&rchan->transfer, !rchan->ending);

    if (event)
        send_event(rchan);
    if (more)
        return;
    rchan->returned = rchan->transfer.descriptor;
    rchan->state = CHANNEL_RETURNING;
    timer_arm(&rchan->common.timer, RETURN_LATENCY + udmap_return_delay());
}

static void begin_transfer(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    uint64_t descriptor;

    if (!ringacc_pop(navss, udmap_request_ring(navss, index), &descriptor)) {
        set_waits(rchan, true);
        return;
    }
    if (rchan->common.settings.atype == ATYPE_PHYSICAL &&
        rchan->common.settings.fetch_size >= FETCH_WORDS_LEAST &&
        transfer_begin(&rchan->transfer, descriptor, true))
        rchan->state = CHANNEL_MOVING;
    else
        udmap_error(&rchan->common);
}

/* On whose behalf memory is read and written. */
static void for_transfer(enum navss navss, unsigned index)
{
    model_for_rings(ringacc_registers(navss, udmap_request_ring(navss, index)),
                    ringacc_registers(navss, udmap_rchan(navss, index)->transfer.return_ring));
}

/* A stream's bytes; returns how many found a place. */
static uint32_t fill_transfer(enum navss navss, unsigned index, const uint8_t *data, uint32_t size,
                              bool last)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    struct transfer *transfer = &rchan->transfer;
    uint32_t taken = 0;

    for_transfer(navss, index);
    for (unsigned step = 0; step < STEPS_MAX && taken < size && !rchan->waits &&
                            udmap_runs(&rchan->common) && rchan->state != CHANNEL_RETURNING;
         step++) {
        if (rchan->state == CHANNEL_IDLE) {
            begin_transfer(navss, index);
            for_transfer(navss, index);
        } else if (transfer_is_over(transfer)) {
            next_request(rchan);
        } else {
            taken += transfer_write(transfer, data + taken, size - taken);
        }
        if (rchan->state == CHANNEL_MOVING && transfer_wants_event_within(transfer)) {
            transfer->crossed = 0;
            send_event(rchan);
        }
    }
    rchan->common.bytes += taken;
    rchan->common.start_bytes += taken;
    model_count(AM65X_COUNT_DMA_BYTES, taken);
    if (rchan->state != CHANNEL_MOVING || (!transfer_is_over(transfer) && !(last && taken == size)))
        return taken;
    if (!transfer_is_over(transfer) && rchan->common.settings.ignore_short == 0)
        transfer_cut(transfer, false);
    if (transfer_is_over(transfer))
        next_request(rchan);
    return taken;
}

/* With a teardown a descriptor that is not full goes back too. */
static void cut_transfer(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    if (!udmap_is_transfer(&rchan->common) || rchan->state != CHANNEL_MOVING)
        return;
    for_transfer(navss, index);
    transfer_cut(&rchan->transfer, true);
    (void)transfer_next(&rchan->transfer, false);
    rchan->returned = rchan->transfer.descriptor;
    give_back(navss, index);
}

/* ---------------------------------------------------------------- the end of both */

void receive_abort(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    if (!rchan->begun)
        return;
    set_waits(rchan, false);
    rchan->header.error_flags |= ERROR_FLAG_CUT;
    if (rchan->packet.open || rchan->dropping)
        receive_end(navss, index, RETURN_LATENCY);
    rchan->begun = false;
}

static void abandon(struct receive_channel *rchan)
{
    timer_cancel(&rchan->common.timer);
    set_waits(rchan, false);
    while (rchan->queued != 0)
        udmap_buffer_give(&rchan->queue[--rchan->queued]);
    rchan->state = CHANNEL_IDLE;
    rchan->taken = 0;
    rchan->begun = rchan->dropping = rchan->packet.open = false;
}

/* ---------------------------------------------------------------- teardown */

/* The message goes where the channel's packets go, or its transfers. */
static uint16_t teardown_ring(enum navss navss, unsigned index)
{
    const struct udmap_channel_settings *settings = &udmap_rchan(navss, index)->common.settings;
    const struct udmap_flow *own = udmap_flow(navss, index), *first;

    if (udmap_is_transfer(&udmap_rchan(navss, index)->common))
        return settings->completion_ring; /* it has no flow */
    if (own != NULL && own->destination_ring != RING_NONE)
        return own->destination_ring;
    if (settings->completion_ring != RING_NONE || settings->flow_count == 0)
        return settings->completion_ring;
    first = udmap_flow(navss, settings->flow_start);
    return first != NULL ? first->destination_ring : RING_NONE;
}

static void finish_teardown(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    uint64_t argument;
    uint16_t source;

    rchan->ending = rchan->ended = false;
    if (!udmap_is_block_copy(&rchan->common) &&
        model_fault_take(AM65X_FAULT_DMA_TEARDOWN, &argument))
        return;
    cut_transfer(navss, index);
    abandon(rchan);
    rchan->common.control &= ~CONTROL_ENABLE;
    if (!psil_source(own_thread(navss, index), &source))
        source = 0;
    udmap_peer_ended(&rchan->common, source);
    udmap_push(navss, teardown_ring(navss, index), TEARDOWN_MESSAGE, false);
}

static void begin_teardown(enum navss navss, unsigned index, bool by_peer)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    const struct psil_peripheral *peripheral;
    unsigned argument;
    uint16_t source;

    if (rchan->ending)
        return;
    rchan->ending = true;
    rchan->ended = !by_peer || !psil_source(own_thread(navss, index), &source) ||
                   (peripheral = psil_find(source, &argument)) == NULL || peripheral->end == NULL ||
                   peripheral->end(argument);
    timer_arm(&rchan->common.timer, TEARDOWN_LATENCY);
}

/* The peripheral has nothing more, for good, as it was asked; so has the transmit channel, which
 * was torn down. */
static void receive_ended(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    rchan->ended = rchan->ending;
    wake(rchan);
}

void receive_source_ended(enum navss navss, unsigned index)
{
    if ((udmap_rchan(navss, index)->common.control & CONTROL_ENABLE) != 0)
        begin_teardown(navss, index, false);
}

/* Whether nothing more comes that would have to be written first. */
static bool may_finish(const struct receive_channel *rchan)
{
    if ((rchan->common.control & CONTROL_FORCED) != 0)
        return true;
    return rchan->ended && rchan->queued == 0 && !rchan->begun;
}

/* ---------------------------------------------------------------- work */

static void drop_first(struct receive_channel *rchan)
{
    udmap_buffer_give(&rchan->queue[0]);
    rchan->queued--;
    for (unsigned i = 0; i < rchan->queued; i++)
        rchan->queue[i] = rchan->queue[i + 1];
    rchan->taken = 0;
}

/* The oldest packet that waits to be written. */
static void write_queued(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    const struct packet_buffer *buffer = udmap_buffer(rchan->queue[0]);

    if (!receive_begin(navss, index, &buffer->header, buffer->length))
        return;
    rchan->taken +=
        receive_put(navss, index, &buffer->data[rchan->taken], buffer->length - rchan->taken);
    if (rchan->waits)
        return;
    uint32_t length = buffer->length;
    if (rchan->taken == length && (rchan->packet.open || rchan->dropping)) {
        drop_first(rchan);
        receive_end(navss, index, 0);
    }
    if (!timer_armed(&rchan->common.timer))
        timer_arm(&rchan->common.timer, START_LATENCY + length / BYTES_PER_NS);
}

/* The source may send again. */
static void tell_source(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);
    const struct psil_peripheral *peripheral;
    enum navss other;
    unsigned number;
    uint16_t source;

    if (!psil_source(own_thread(navss, index), &source))
        return;
    if (udmap_find_tchan(source, &other, &number)) {
        udmap_tchan(other, number)->waits = false;
        udmap_kick(other, number);
        return;
    }
    peripheral = psil_find(source, &number);
    if (!rchan->refused || rchan->queued == RECEIVE_QUEUE || peripheral == NULL)
        return;
    rchan->refused = false;
    if (peripheral->source_ready != NULL)
        peripheral->source_ready(number);
}

void receive_work(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    if (rchan->state == CHANNEL_RETURNING)
        give_back(navss, index);
    if (rchan->queued != 0 && !udmap_tearing_down(&rchan->common))
        write_queued(navss, index);
    if (rchan->ending && may_finish(rchan))
        finish_teardown(navss, index);
    else if (!rchan->waits && udmap_runs(&rchan->common))
        tell_source(navss, index);
}

void receive_control_changed(enum navss navss, unsigned index)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    if ((rchan->common.control & CONTROL_ENABLE) == 0) {
        rchan->ending = rchan->ended = false;
        abandon(rchan);
        return;
    }
    if (udmap_tearing_down(&rchan->common)) {
        begin_teardown(navss, index, false);
        receive_ended(navss, index);
        return;
    }
    if (udmap_is_block_copy(&rchan->common))
        return;
    rchan->refused = true;
    wake(rchan);
}

void receive_peer_changed(enum navss navss, unsigned index, uint32_t value)
{
    struct receive_channel *rchan = udmap_rchan(navss, index);

    if ((rchan->common.control & CONTROL_ENABLE) == 0)
        return;
    if ((value & PEER_TEARDOWN) != 0)
        begin_teardown(navss, index, true);
    else if (!udmap_is_block_copy(&rchan->common))
        wake(rchan);
}

/* ---------------------------------------------------------------- what peripherals send */

/* The channel that takes what a thread sends. NULL: none, or one that is off. */
static struct receive_channel *taker(uint16_t source_thread, enum navss *navss, unsigned *index)
{
    uint16_t destination;

    if (!psil_destination(source_thread, &destination) ||
        !udmap_find_rchan(destination, navss, index))
        return NULL;
    struct receive_channel *rchan = udmap_rchan(*navss, *index);
    bool on = (rchan->common.control & CONTROL_ENABLE) != 0 &&
              (rchan->common.peer[PSIL_PEER_ENABLE] & PEER_ENABLE) != 0;
    return on && !rchan->ended ? rchan : NULL;
}

static bool is_paused(const struct receive_channel *rchan)
{
    return (rchan->common.control & CONTROL_PAUSE) != 0 ||
           (rchan->common.peer[PSIL_PEER_ENABLE] & PEER_PAUSE) != 0;
}

bool psil_source_runs(uint16_t source_thread)
{
    enum navss navss;
    unsigned index;

    return taker(source_thread, &navss, &index) != NULL;
}

static bool is_lost(const struct receive_channel *rchan)
{
    uint64_t argument;
    bool lost = rchan == NULL || !udmap_is_packet(&rchan->common) ||
                model_fault_take(AM65X_FAULT_PACKET_DROPPED, &argument);

    if (lost)
        model_count(AM65X_COUNT_PACKETS_DROPPED, 1);
    return lost;
}

bool psil_send_packet(uint16_t source_thread, const struct psil_header *header, const uint8_t *data,
                      uint32_t length)
{
    enum navss navss;
    unsigned index;
    struct receive_channel *rchan = taker(source_thread, &navss, &index);
    uint8_t number = 0;

    if (rchan != NULL && rchan->queued < RECEIVE_QUEUE && !is_paused(rchan))
        number = udmap_buffer_take();
    if (rchan != NULL && number == 0) {
        rchan->refused = true;
        if (!timer_armed(&rchan->common.timer) && !rchan->waits)
            timer_arm(&rchan->common.timer, NO_BUFFER_LATENCY);
        return false;
    }
    if (length > PSIL_PACKET_MAX || is_lost(rchan)) {
        udmap_buffer_give(&number);
        return true;
    }
    struct packet_buffer *buffer = udmap_buffer(number);
    buffer->header = *header;
    buffer->length = length;
    memcpy(buffer->data, data, length);
    rchan->queue[rchan->queued++] = number;
    if (!timer_armed(&rchan->common.timer) && !rchan->waits)
        timer_arm(&rchan->common.timer, FETCH_LATENCY);
    return true;
}

uint32_t psil_send_bytes(uint16_t source_thread, const uint8_t *data, uint32_t size, bool last)
{
    static const struct psil_header plain = {.flow = PSIL_FLOW_DEFAULT};
    enum navss navss;
    unsigned index;
    struct receive_channel *rchan = taker(source_thread, &navss, &index);
    uint32_t taken = 0;

    if (rchan == NULL)
        return size;
    if (udmap_is_packet(&rchan->common) && !is_paused(rchan) &&
        receive_begin(navss, index, &plain, 0))
        taken = receive_put(navss, index, data, size);
    else if (udmap_is_transfer(&rchan->common) && !is_paused(rchan))
        taken = fill_transfer(navss, index, data, size, last);
    rchan->refused = rchan->refused || taken < size;
    if (rchan->begun && taken == size && last && (rchan->packet.open || rchan->dropping))
        receive_end(navss, index, RETURN_LATENCY);
    if (rchan->refused && !rchan->waits && !timer_armed(&rchan->common.timer))
        timer_arm(&rchan->common.timer, START_LATENCY);
    return taken;
}

void psil_ended(uint16_t thread)
{
    enum navss navss;
    unsigned index;
    uint16_t other;

    if ((thread & PSIL_DESTINATION) == 0) {
        if (psil_destination(thread, &other) && udmap_find_rchan(other, &navss, &index))
            receive_ended(navss, index);
    } else if (psil_source(thread, &other) && udmap_find_tchan(other, &navss, &index)) {
        transmit_ended(navss, index);
    }
}
