// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transmit channels that send over PSI-L: packets to a receive channel of either UDMAP or to a
 * peripheral (AM65x TRM SPRUID7, "Unified DMA Controller (UDMAP)").
 *
 * To a receive channel a packet goes slice by slice, from buffer to buffer. For a peripheral that
 * takes packets it is put together first; one that takes streams gets bytes as they are read. What
 * the other end can't take stays where it is, and the channel waits.
 *
 * A channel of the transfer type reads what TR descriptors of types 0 to 3 describe, for a
 * peripheral that takes streams.
 */
#include "twin/models/udmap.h"

#define NO_BUFFER_LATENCY (10u * MICROSECOND)

/* What is on its way from one place in memory to another; of no use between calls. */
static uint8_t scratch[2048];

/* Where a channel's data goes. */
struct target {
    bool known;
    uint16_t thread;
    bool to_channel;
    enum navss navss; /* of the receive channel */
    unsigned index;   /* the receive channel, or the thread's number in its peripheral's row */
    const struct psil_peripheral *peripheral;
};

static struct target find_target(enum navss navss, unsigned index)
{
    struct target target = {.known = false};

    target.known =
        psil_destination((uint16_t)(udmap_shape(navss)->psil_base + index), &target.thread);
    if (!target.known)
        return target;
    target.to_channel = udmap_find_rchan(target.thread, &target.navss, &target.index);
    if (!target.to_channel)
        target.peripheral = psil_find(target.thread, &target.index);
    return target;
}

static bool flushes(const struct channel *channel)
{
    return (channel->peer[PSIL_PEER_ENABLE] & PEER_FLUSH) != 0;
}

/* The other end is there, and on. */
static bool target_runs(const struct channel *channel, const struct target *target)
{
    if (!target->known)
        return false;
    if (target->to_channel) {
        const struct channel *receive = &udmap_rchan(target->navss, target->index)->common;
        return udmap_is_packet(channel) && udmap_is_packet(receive) && udmap_runs(receive);
    }
    bool takes = target->peripheral != NULL && (target->peripheral->take_packet != NULL ||
                                                target->peripheral->take_bytes != NULL);
    return udmap_peer_runs(channel) && (takes || flushes(channel));
}

bool transmit_can_work(enum navss navss, unsigned index)
{
    const struct transmit_channel *tchan = udmap_tchan(navss, index);
    struct target target = find_target(navss, index);

    return !tchan->waits && udmap_runs(&tchan->common) && target_runs(&tchan->common, &target);
}

/* ---------------------------------------------------------------- the end of a packet */

static void give_back(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    const struct packet_out *packet = &tchan->packet;
    bool transfer = udmap_is_transfer(&tchan->common);
    uint64_t descriptor = packet->return_each ? packet->current : packet->head;

    tchan->state = CHANNEL_IDLE;
    tchan->common.packets++;
    model_count(transfer ? AM65X_COUNT_DMA_TRANSFERS : AM65X_COUNT_PACKETS_SENT, 1);
    uint64_t bytes = transfer ? tchan->transfer.bytes : packet->length - packet->left;
    udmap_trace("tchan", index, " sent ", bytes, descriptor, packet->return_ring);
    model_event(AM65X_EVENT_RETURNED, udmap_subject(navss, index),
                descriptor | (uint64_t)packet->return_ring << AM65X_EVENT_RETURN_RING_SHIFT, bytes);
    udmap_return(navss, packet->return_ring, descriptor, packet->return_to_head);
}

/* All of the packet has left. */
static void packet_sent(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    uint64_t delay = udmap_return_delay();

    udmap_buffer_give(&tchan->gather);
    tchan->gathered = 0;
    if (tchan->packet.failed)
        udmap_error(&tchan->common);
    tchan->state = CHANNEL_RETURNING;
    if (delay == 0)
        give_back(navss, index);
    else
        timer_arm(&tchan->common.timer, delay);
}

void transmit_drop(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    struct target target = find_target(navss, index);

    if (tchan->state == CHANNEL_MOVING && target.to_channel)
        receive_abort(target.navss, target.index);
    udmap_buffer_give(&tchan->gather);
    tchan->gathered = 0;
    tchan->waits = tchan->ending = false;
}

/* ---------------------------------------------------------------- its data */

static void count(struct transmit_channel *tchan, uint32_t bytes)
{
    tchan->common.bytes += bytes;
    tchan->common.start_bytes += bytes;
    model_count(AM65X_COUNT_DMA_BYTES, bytes);
}

static unsigned index_of(enum navss navss, const struct transmit_channel *tchan)
{
    return (unsigned)(tchan - udmap_tchan(navss, 0));
}

/* One step along the packet; returns the bytes that were read into `data`. */
static uint32_t read_step(enum navss navss, struct transmit_channel *tchan, uint8_t *data,
                          uint32_t limit)
{
    struct packet_out *packet = &tchan->packet;
    uint64_t finished;
    model_for_rings(ringacc_registers(navss, index_of(navss, tchan)), 0);
    uint32_t bytes = packet_out_read(packet, data, limit, &finished);

    if (finished != 0 && packet->return_each && !packet->failed)
        udmap_return(navss, packet->return_ring, finished, packet->return_to_head);
    return bytes;
}

/* Takes up to `size` bytes; returns how many; fewer: no more for now. */
static uint32_t offer(struct transmit_channel *tchan, const struct target *target, uint32_t size)
{
    bool last = tchan->packet.left == 0;

    if (target->to_channel)
        return receive_put(target->navss, target->index, scratch, size);
    if (flushes(&tchan->common))
        return size;
    return target->peripheral->take_bytes(target->index, scratch, size, last);
}

/* A slice of a packet, as it is read. Whether the other end took all that it was offered. */
static bool stream(enum navss navss, unsigned index, const struct target *target, uint32_t *moved,
                   unsigned *steps)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);

    while (tchan->packet.left != 0 && *moved < SLICE_BYTES && (*steps)++ < STEPS_MAX) {
        uint32_t read = read_step(navss, tchan, scratch, sizeof(scratch));
        uint32_t taken = read != 0 ? offer(tchan, target, read) : 0;
        packet_out_unread(&tchan->packet, read - taken);
        *moved += taken;
        if (taken < read)
            return false;
    }
    return true;
}

/* A slice of a packet that a peripheral takes as a whole. */
static void put_together(enum navss navss, struct transmit_channel *tchan, uint32_t *moved,
                         unsigned *steps)
{
    struct packet_buffer *buffer = udmap_buffer(tchan->gather);

    while (tchan->packet.left != 0 && (*steps)++ < STEPS_MAX) {
        uint32_t read = read_step(navss, tchan, &buffer->data[tchan->gathered],
                                  PSIL_PACKET_MAX - tchan->gathered);
        tchan->gathered += read;
        *moved += read;
    }
}

enum outcome {
    OUTCOME_MORE, /* later */
    OUTCOME_SENT,
    OUTCOME_WAITS, /* for the other end */
    OUTCOME_NO_BUFFER,
};

static enum outcome send_whole(enum navss navss, unsigned index, const struct target *target,
                               uint32_t *moved, unsigned *steps)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);

    if (tchan->packet.length > PSIL_PACKET_MAX) {
        tchan->packet.failed = true;
        return OUTCOME_SENT;
    }
    if (tchan->gather == 0 && (tchan->gather = udmap_buffer_take()) == 0)
        return OUTCOME_NO_BUFFER;
    put_together(navss, tchan, moved, steps);
    if (tchan->packet.left != 0)
        return OUTCOME_MORE;
    if (tchan->packet.failed || flushes(&tchan->common))
        return OUTCOME_SENT;
    bool taken = target->peripheral->take_packet(
        target->index, &tchan->packet.header, udmap_buffer(tchan->gather)->data, tchan->gathered);
    return taken ? OUTCOME_SENT : OUTCOME_WAITS;
}

static enum outcome send_to_channel(enum navss navss, unsigned index, const struct target *target,
                                    uint32_t *moved, unsigned *steps)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    struct receive_channel *rchan = udmap_rchan(target->navss, target->index);

    if (!receive_begin(target->navss, target->index, &tchan->packet.header, tchan->packet.length))
        return OUTCOME_WAITS;
    if (!stream(navss, index, target, moved, steps))
        return rchan->waits ? OUTCOME_WAITS : OUTCOME_MORE;
    if (tchan->packet.left != 0)
        return OUTCOME_MORE;
    /* An empty packet has a descriptor too. */
    if (!rchan->packet.open && !rchan->dropping)
        (void)receive_put(target->navss, target->index, scratch, 0);
    if (!rchan->packet.open && !rchan->dropping)
        return rchan->waits ? OUTCOME_WAITS : OUTCOME_MORE;
    receive_end(target->navss, target->index, 0);
    return OUTCOME_SENT;
}

static enum outcome send_slice(enum navss navss, unsigned index, const struct target *target,
                               uint32_t *moved, unsigned *steps)
{
    if (target->to_channel)
        return send_to_channel(navss, index, target, moved, steps);
    if (target->peripheral != NULL && target->peripheral->take_packet != NULL)
        return send_whole(navss, index, target, moved, steps);
    if (!stream(navss, index, target, moved, steps))
        return OUTCOME_WAITS;
    return udmap_tchan(navss, index)->packet.left == 0 ? OUTCOME_SENT : OUTCOME_MORE;
}

/* ---------------------------------------------------------------- transfers */

static void send_event(const struct transmit_channel *tchan)
{
    if (tchan->common.event != EVENT_NONE)
        inta_event(tchan->common.event);
}

/* A TR is over. Whether there is another one. */
static bool next_request(struct transmit_channel *tchan)
{
    bool event = transfer_wants_event(&tchan->transfer);
    bool more = transfer_next(&tchan->transfer, !udmap_tearing_down(&tchan->common));

    if (event)
        send_event(tchan);
    return more;
}

/* Some bytes of the TR at work. false: the other end took fewer than it was offered. */
static bool send_piece(struct transmit_channel *tchan, const struct target *target, uint32_t *moved)
{
    uint32_t read = transfer_read(&tchan->transfer, scratch, sizeof(scratch));
    bool last = transfer_is_over(&tchan->transfer) && transfer_ends_packet(&tchan->transfer);
    uint32_t taken = flushes(&tchan->common) ? read : 0;

    if (read != 0 && !flushes(&tchan->common))
        taken = target->peripheral->take_bytes(target->index, scratch, read, last);
    transfer_unread(&tchan->transfer, read - taken);
    *moved += taken;
    if (taken == read && read != 0 && transfer_wants_event_within(&tchan->transfer))
        send_event(tchan);
    return taken == read;
}

static enum outcome send_transfer(struct transmit_channel *tchan, const struct target *target,
                                  uint32_t *moved, unsigned *steps)
{
    if (target->peripheral == NULL || target->peripheral->take_bytes == NULL)
        return OUTCOME_WAITS;
    while (*moved < SLICE_BYTES && (*steps)++ < STEPS_MAX) {
        if (!udmap_triggered(tchan)) {
            if (!udmap_tearing_down(&tchan->common))
                return OUTCOME_WAITS;
            transfer_cut(&tchan->transfer, true);
        }
        if (transfer_is_over(&tchan->transfer)) {
            if (!next_request(tchan))
                return OUTCOME_SENT;
        } else if (!send_piece(tchan, target, moved)) {
            return OUTCOME_WAITS;
        }
    }
    return OUTCOME_MORE;
}

/* ---------------------------------------------------------------- work */

static void move(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    struct target target = find_target(navss, index);
    uint32_t moved = 0;
    unsigned steps = 0;

    if (!transmit_can_work(navss, index))
        return; /* the kick that changes that resumes */
    model_for_rings(ringacc_registers(navss, index),
                    ringacc_registers(navss, tchan->packet.return_ring));
    enum outcome outcome = udmap_is_transfer(&tchan->common)
                               ? send_transfer(tchan, &target, &moved, &steps)
                               : send_slice(navss, index, &target, &moved, &steps);
    count(tchan, moved);
    if (!target.to_channel && target.peripheral != NULL && target.peripheral->peer_read == NULL)
        tchan->common.peer[PSIL_PEER_BYTE_COUNT] += moved;
    tchan->waits = outcome == OUTCOME_WAITS;
    if (outcome == OUTCOME_SENT)
        packet_sent(navss, index);
    if (tchan->waits || timer_armed(&tchan->common.timer))
        return;
    timer_arm(&tchan->common.timer,
              outcome == OUTCOME_NO_BUFFER
                  ? NO_BUFFER_LATENCY
                  : START_LATENCY + moved / BYTES_PER_NS + steps * STEP_LATENCY);
}

static bool begin_packet(struct transmit_channel *tchan, uint64_t descriptor)
{
    const struct udmap_channel_settings *settings = &tchan->common.settings;
    struct psil_header *header = &tchan->packet.header;

    if (!packet_out_begin(&tchan->packet, descriptor, 4u * settings->fetch_size))
        return false;
    header->epib = header->epib && settings->filter_einfo == 0;
    if (settings->filter_pswords != 0)
        header->word_count = 0;
    return true;
}

/* A packet's descriptor, or one of TRs. */
static bool begin(struct transmit_channel *tchan, uint64_t descriptor)
{
    const struct udmap_channel_settings *settings = &tchan->common.settings;

    if (settings->atype != ATYPE_PHYSICAL || settings->fetch_size < FETCH_WORDS_LEAST)
        return false;
    if (!udmap_is_transfer(&tchan->common))
        return begin_packet(tchan, descriptor);
    tchan->packet = (struct packet_out){.failed = false};
    if (!transfer_begin(&tchan->transfer, descriptor, true))
        return false;
    /* What the end of a packet has to know. */
    tchan->packet.head = tchan->transfer.descriptor;
    tchan->packet.return_ring = tchan->transfer.return_ring;
    return true;
}

static void fetch(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    uint64_t descriptor;

    if (!transmit_can_work(navss, index) || !ringacc_pop(navss, index, &descriptor))
        return;
    if (!begin(tchan, descriptor)) {
        udmap_error(&tchan->common);
        udmap_kick(navss, index);
        return;
    }
    tchan->state = CHANNEL_MOVING;
    model_event(AM65X_EVENT_FETCHED, udmap_subject(navss, index), tchan->packet.head, 0);
    move(navss, index);
}

/* ---------------------------------------------------------------- teardown */

static void finish_teardown(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    struct target target = find_target(navss, index);
    uint64_t argument;

    tchan->ending = false;
    if (model_fault_take(AM65X_FAULT_DMA_TEARDOWN, &argument))
        return;
    transmit_drop(navss, index);
    tchan->common.control &= ~CONTROL_ENABLE;
    if (target.known)
        udmap_peer_ended(&tchan->common, target.thread);
    if (tchan->common.settings.suppress_teardown_packet == 0)
        udmap_push(navss, tchan->common.settings.completion_ring, TEARDOWN_MESSAGE, false);
    if (target.to_channel)
        receive_source_ended(target.navss, target.index);
}

/* Between two packets: the other end is told, and may take its time. */
static void tear_down(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    struct target target = find_target(navss, index);
    bool forced = (tchan->common.control & CONTROL_FORCED) != 0;

    if (tchan->ending && !forced)
        return;
    if (!forced && target.peripheral != NULL && target.peripheral->end != NULL &&
        !target.peripheral->end(target.index)) {
        tchan->ending = true;
        return;
    }
    finish_teardown(navss, index);
}

void transmit_ended(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);

    if (tchan->ending)
        finish_teardown(navss, index);
}

/* A forced teardown: the packet, or the transfer, in flight ends where it is. */
static void abort_packet(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);

    if (udmap_is_transfer(&tchan->common)) {
        transfer_cut(&tchan->transfer, true);
        (void)transfer_next(&tchan->transfer, false);
    }
    transmit_drop(navss, index);
    give_back(navss, index);
}

void transmit_work(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = udmap_tchan(navss, index);
    bool ends = udmap_tearing_down(&tchan->common);

    if (tchan->state == CHANNEL_RETURNING)
        give_back(navss, index);
    else if (tchan->state == CHANNEL_MOVING && ends &&
             (tchan->common.control & CONTROL_FORCED) != 0)
        abort_packet(navss, index);
    if (tchan->state == CHANNEL_MOVING)
        move(navss, index);
    else if (tchan->state == CHANNEL_IDLE && ends)
        tear_down(navss, index);
    else if (tchan->state == CHANNEL_IDLE)
        fetch(navss, index);
}

void psil_ready(uint16_t destination_thread)
{
    enum navss navss;
    unsigned index;
    uint16_t source;

    if (!psil_source(destination_thread, &source) || !udmap_find_tchan(source, &navss, &index))
        return;
    udmap_tchan(navss, index)->waits = false;
    udmap_kick(navss, index);
}
