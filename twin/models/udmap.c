// SPDX-License-Identifier: BSD-3-Clause
/*
 * The unified DMAs of the main and the MCU Navigator Subsystem (AM65x TRM SPRUID7, "Unified DMA
 * Controller (UDMAP)"). Channels are configured by the system firmware (sysfw_rm.c) and run by
 * their real-time registers.
 *
 * Block-copy channels are modelled: transmit channel n takes TR descriptors from ring n, is paired
 * over PSI-L with a receive channel of the same UDMAP, moves the data in slices at some bytes per
 * nanosecond, and returns the descriptor to the ring that the descriptor names. Nothing happens
 * inside a register access: all of it is due later. Channels paired with a peripheral can be
 * configured, enabled and torn down, but no data flows.
 *
 * Of a channel's settings these act on a block copy: its type; the address type, since there are no
 * tables that an address other than a physical one could be looked up in; the fetch size, FIFO
 * depth and burst size; pause on error; the completion ring, and whether a teardown tells it; the
 * scheduling priority. The others are kept: priority, quality of service and order id are for the
 * bus; the filters and flows for packets; credits for external channels; what is too short or too
 * long is ignored, or not, in the split mode of such ones.
 */
#include "twin/models/transfer.h"

#define TCHAN_MAX                 152u /* the main UDMAP's 120, and 32 for external peripherals */
#define RCHAN_MAX                 150u
#define FLOW_MAX                  300u

#define CHANNEL_PAGE_SHIFT        12
#define PEER_REGISTERS            16u

/* Global configuration. */
#define GCFG_CAP2                 0x28u
#define GCFG_CAP3                 0x2cu
#define CAP2_EXTERNAL_SHIFT       9
#define CAP2_RECEIVE_SHIFT        18

/* A channel's real-time registers. */
#define RT_CONTROL                0x000u
#define RT_TRIGGER                0x008u
#define RT_PEER_FIRST             0x200u
#define RT_PEER_LAST              0x23cu
#define RT_PEER_ENABLE            0x220u
#define RT_PACKET_COUNT           0x400u
#define RT_BYTE_COUNT             0x408u
#define RT_START_BYTES            0x410u

#define CONTROL_ENABLE            (UINT32_C(1) << 31)
#define CONTROL_TEARDOWN          (UINT32_C(1) << 30)
#define CONTROL_PAUSE             (UINT32_C(1) << 29)
#define CONTROL_FORCED            (UINT32_C(1) << 28)
#define CONTROL_ERROR             (UINT32_C(1) << 0)
#define CONTROL_WRITABLE          (CONTROL_ENABLE | CONTROL_TEARDOWN | CONTROL_PAUSE | CONTROL_FORCED)

#define PEER_TEARDOWN             (UINT32_C(1) << 30)

/* Channel types that copy blocks: pass by reference, pass by value. */
#define TYPE_BLOCK_COPY_REFERENCE 12u
#define TYPE_BLOCK_COPY_VALUE     13u

/* An address that needs no translation. */
#define ATYPE_PHYSICAL            0u

/* A descriptor's header, which a channel has to fetch whole. */
#define FETCH_WORDS_LEAST         4u

/* A channel's FIFO: TI's numbers for the AM65x (CSL of its processor SDK). */
#define FIFO_BYTES                128u
#define FIFO_BYTES_HIGH           1024u
#define HIGH_CAPACITY_MAIN        8u /* channels from 0 on */
#define HIGH_CAPACITY_MCU         2u

#define BURST_64                  1u /* each further code doubles it */

/* What a completion ring gets for a teardown. */
#define TEARDOWN_MESSAGE          UINT64_C(1)

/* Timing. It only has to be later than the doorbell, and to let channels interleave. */
#define FETCH_LATENCY             (2u * MICROSECOND)
#define START_LATENCY             100u
#define TEARDOWN_LATENCY          (1u * MICROSECOND)
#define RETURN_LATENCY            200u
#define RETURN_SPREAD             (30u * MICROSECOND) /* in the mood misordered */
#define SLICE_BYTES               16384u
#define BYTES_PER_NS              4u

enum channel_state {
    CHANNEL_IDLE,
    CHANNEL_MOVING,
    CHANNEL_RETURNING,
};

struct channel {
    struct udmap_channel_settings settings;
    uint16_t event; /* for the end of a TR */
    uint32_t control, packets, bytes, start_bytes;
    uint32_t peer[PEER_REGISTERS];
    struct model_timer timer;
};

struct transmit_channel {
    struct channel common;
    enum channel_state state;
    struct transfer transfer;
    uint32_t uncounted; /* bytes of the slice that is on its way */
    bool failed;        /* a TR of the descriptor has ended with an error */
};

static const struct udmap_shape shapes[NAVSS_COUNT] = {
    [NAVSS_MAIN] = {DEV_MAIN_UDMAP, DEV_MAIN_NAVSS, 0x1000, 120, 32, 150, 300},
    [NAVSS_MCU] = {DEV_MCU_UDMAP, DEV_MCU_NAVSS, 0x6000, 48, 0, 48, 96},
};

static struct transmit_channel tchans[NAVSS_COUNT][TCHAN_MAX];
static struct channel rchans[NAVSS_COUNT][RCHAN_MAX];
static struct udmap_flow flows[NAVSS_COUNT][FLOW_MAX];

static void tchan_expired(unsigned argument);
static void rchan_expired(unsigned argument);

const struct udmap_shape *udmap_shape(enum navss navss)
{
    return &shapes[navss];
}

static unsigned tchan_count(enum navss navss)
{
    return shapes[navss].transmit_channels + shapes[navss].external_channels;
}

static uint32_t event_subject(enum navss navss, unsigned index)
{
    return index | (navss == NAVSS_MCU ? AM65X_EVENT_MCU : 0);
}

/* A timer's argument: the NAVSS and the channel. */
static unsigned pack(unsigned navss, unsigned index)
{
    return navss << 16 | index;
}

static const struct udmap_channel_settings reset_settings = {
    .completion_ring = RING_NONE,
    .burst_size = BURST_64,
};

/* What an earlier user may have left: each value is one that the register can hold, and none is
 * what a block copy of the A53's needs. */
static const struct udmap_channel_settings garbage_settings = {
    .type = 2,
    .completion_ring = 0,
    .fetch_size = 1,
    .pause_on_error = 1,
    .atype = 2,
    .priority = 7,
    .qos = 7,
    .order_id = 15,
    .scheduling = 3,
    .burst_size = 3,
    .filter_einfo = 1,
    .filter_pswords = 1,
    .suppress_teardown_packet = 1,
    .credit_count = 7,
    .fifo_depth = 32,
    .ignore_short = 1,
    .ignore_long = 1,
};

static void channel_reset(struct channel *channel, void (*expire)(unsigned), unsigned argument)
{
    channel->settings = model_mood(AM65X_MOOD_GARBAGE_FIELDS) ? garbage_settings : reset_settings;
    channel->event = EVENT_NONE;
    channel->timer.expire = expire;
    channel->timer.argument = argument;
}

/* The mood stale-loader: a channel runs, with work in its ring. Its descriptor has still to go
 * back, to a ring that is the first to be somebody else's; it does when that ring is set up. */
#define LEFT_CHANNEL     9u
#define LEFT_RETURN_RING 304u
#define LEFT_DESCRIPTOR  0x9c380000u
#define LEFT_RING_BASE   0x9c388000u

static void leave_over(void)
{
    struct transmit_channel *tchan = &tchans[NAVSS_MAIN][LEFT_CHANNEL];
    struct channel *rchan = &rchans[NAVSS_MAIN][LEFT_CHANNEL];
    uint16_t thread = (uint16_t)(shapes[NAVSS_MAIN].psil_base + LEFT_CHANNEL);
    struct ring *ring = ringacc_ring(NAVSS_MAIN, LEFT_CHANNEL);

    tchan->common.settings.type = rchan->settings.type = TYPE_BLOCK_COPY_REFERENCE;
    tchan->common.control = rchan->control = CONTROL_ENABLE;
    tchan->state = CHANNEL_RETURNING;
    tchan->transfer.descriptor = LEFT_DESCRIPTOR;
    tchan->transfer.return_ring = LEFT_RETURN_RING;
    (void)psil_pair(thread, thread | PSIL_DESTINATION);
    ring->base = LEFT_RING_BASE;
    ring->size_code = 1; /* 8 bytes */
    ringacc_configured(NAVSS_MAIN, LEFT_CHANNEL, 16);
    ring->occupied = 3;
}

void udmap_ring_configured(enum navss navss, unsigned ring)
{
    struct transmit_channel *tchan = &tchans[NAVSS_MAIN][LEFT_CHANNEL];

    if (navss == NAVSS_MAIN && ring == LEFT_RETURN_RING && tchan->state == CHANNEL_RETURNING &&
        tchan->transfer.return_ring == ring && !timer_armed(&tchan->common.timer))
        timer_arm(&tchan->common.timer, RETURN_LATENCY);
}

void udmap_reset(void)
{
    memset(tchans, 0, sizeof(tchans));
    memset(rchans, 0, sizeof(rchans));
    trigger_reset();
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++) {
        unsigned high = navss == NAVSS_MAIN ? HIGH_CAPACITY_MAIN : HIGH_CAPACITY_MCU;
        for (unsigned i = 0; i < TCHAN_MAX; i++) {
            channel_reset(&tchans[navss][i].common, tchan_expired, pack(navss, i));
            if (!model_mood(AM65X_MOOD_GARBAGE_FIELDS))
                tchans[navss][i].common.settings.fifo_depth =
                    i < high ? FIFO_BYTES_HIGH : FIFO_BYTES;
        }
        for (unsigned i = 0; i < RCHAN_MAX; i++) {
            channel_reset(&rchans[navss][i], rchan_expired, pack(navss, i));
            if (model_mood(AM65X_MOOD_GARBAGE_FIELDS)) { /* flows that are another host's */
                rchans[navss][i].settings.flow_start = 214;
                rchans[navss][i].settings.flow_count = 8;
            }
        }
    }
    memset(flows, 0xff, sizeof(flows)); /* every ring number: none */
    if ((model_config()->moods & AM65X_MOOD_STALE_LOADER) != 0)
        leave_over();
}

struct udmap_channel_settings *udmap_tchan_settings(enum navss navss, unsigned channel)
{
    return channel < tchan_count(navss) ? &tchans[navss][channel].common.settings : NULL;
}

struct udmap_channel_settings *udmap_rchan_settings(enum navss navss, unsigned channel)
{
    return channel < shapes[navss].receive_channels ? &rchans[navss][channel].settings : NULL;
}

struct udmap_flow *udmap_flow(enum navss navss, unsigned flow)
{
    return flow < shapes[navss].flows ? &flows[navss][flow] : NULL;
}

#define RCHAN_EVENTS 0x200u

uint16_t *udmap_event_register(enum navss navss, unsigned index)
{
    if (index < tchan_count(navss))
        return &tchans[navss][index].common.event;
    if (index >= RCHAN_EVENTS && index - RCHAN_EVENTS < shapes[navss].receive_channels)
        return &rchans[navss][index - RCHAN_EVENTS].event;
    return NULL;
}

void udmap_lose_events(void)
{
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++) {
        for (unsigned i = 0; i < TCHAN_MAX; i++)
            tchans[navss][i].common.event = EVENT_NONE;
        for (unsigned i = 0; i < RCHAN_MAX; i++)
            rchans[navss][i].event = EVENT_NONE;
    }
}

/* ---------------------------------------------------------------- transfers */

/* The receive channel at the other end of a transmit channel's pairing; NULL: none of this UDMAP.
 */
static struct channel *partner(enum navss navss, unsigned index)
{
    uint16_t destination;
    const struct udmap_shape *shape = &shapes[navss];
    if (!psil_destination((uint16_t)(shape->psil_base + index), &destination))
        return NULL;
    unsigned thread = destination & ~PSIL_DESTINATION;
    if (thread < shape->psil_base || thread - shape->psil_base >= shape->receive_channels)
        return NULL;
    return &rchans[navss][thread - shape->psil_base];
}

static bool is_block_copy(const struct channel *channel)
{
    return channel->settings.type == TYPE_BLOCK_COPY_REFERENCE ||
           channel->settings.type == TYPE_BLOCK_COPY_VALUE;
}

static bool running(const struct channel *channel)
{
    return (channel->control & (CONTROL_ENABLE | CONTROL_PAUSE)) == CONTROL_ENABLE;
}

/* A burst is read into the FIFO as a whole. */
static bool has_room(const struct udmap_channel_settings *settings)
{
    return settings->fifo_depth >= 64u << (settings->burst_size - BURST_64);
}

/* Both ends are set up and enabled, so data can flow. */
static bool can_move(enum navss navss, unsigned index)
{
    const struct channel *transmit = &tchans[navss][index].common;
    const struct channel *receive = partner(navss, index);
    return receive != NULL && running(transmit) && running(receive) && is_block_copy(transmit) &&
           is_block_copy(receive) && has_room(&transmit->settings);
}

/* A channel of a higher scheduling priority has data to move: those below wait. */
static bool is_outranked(enum navss navss, unsigned index)
{
    uint16_t own = tchans[navss][index].common.settings.scheduling;
    for (unsigned i = 0; own != 0 && i < tchan_count(navss); i++)
        if (tchans[navss][i].state == CHANNEL_MOVING &&
            tchans[navss][i].common.settings.scheduling < own && can_move(navss, i))
            return true;
    return false;
}

/* After an error a channel may be set to wait for software. */
static void pause_if_asked(struct channel *channel)
{
    if (channel->settings.pause_on_error != 0)
        channel->control |= CONTROL_PAUSE;
}

static bool tearing_down(const struct channel *channel)
{
    return (channel->control & (CONTROL_ENABLE | CONTROL_TEARDOWN)) ==
           (CONTROL_ENABLE | CONTROL_TEARDOWN);
}

void udmap_kick(enum navss navss, unsigned index)
{
    if (index >= tchan_count(navss))
        return;
    struct transmit_channel *tchan = &tchans[navss][index];
    if (timer_armed(&tchan->common.timer))
        return;
    if (tchan->state == CHANNEL_IDLE && tearing_down(&tchan->common)) {
        timer_arm(&tchan->common.timer, TEARDOWN_LATENCY);
        return;
    }
    bool work = tchan->state != CHANNEL_IDLE || ringacc_ring(navss, index)->occupied != 0;
    if (work && can_move(navss, index))
        timer_arm(&tchan->common.timer, START_LATENCY);
}

static void push_completion(enum navss navss, unsigned ring, uint64_t element)
{
    if (ringacc_push(navss, ring, element) || !model_trace_wanted(AM65X_TRACE_DMA))
        return;
    struct trace_line line;
    model_trace_start(&line, "dma");
    model_trace_field(&line, "ring", ring);
    model_trace_text(&line, " is full or not configured, lost ");
    trace_hex(&line, element);
    model_trace_end(&line);
}

static void finish_teardown(enum navss navss, unsigned index)
{
    struct channel *transmit = &tchans[navss][index].common;
    struct channel *receive = partner(navss, index);
    uint64_t argument;
    if (model_fault_take(AM65X_FAULT_DMA_TEARDOWN, &argument))
        return;
    transmit->control &= ~CONTROL_ENABLE;
    if (receive != NULL)
        receive->control &= ~CONTROL_ENABLE;
    if (transmit->settings.suppress_teardown_packet == 0)
        push_completion(navss, transmit->settings.completion_ring, TEARDOWN_MESSAGE);
}

static void fetch(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = &tchans[navss][index];
    uint64_t descriptor;
    if (!can_move(navss, index))
        return;
    if (!ringacc_pop(navss, index, &descriptor))
        return;
    const struct udmap_channel_settings *settings = &tchan->common.settings;
    if (settings->atype != ATYPE_PHYSICAL || settings->fetch_size < FETCH_WORDS_LEAST ||
        !transfer_begin(&tchan->transfer, descriptor)) {
        tchan->common.control |= CONTROL_ERROR;
        pause_if_asked(&tchan->common);
        udmap_kick(navss, index);
        return;
    }
    tchan->failed = false;
    tchan->state = CHANNEL_MOVING;
    model_event(AM65X_EVENT_FETCHED, event_subject(navss, index), tchan->transfer.descriptor, 0);
    timer_arm(&tchan->common.timer, FETCH_LATENCY);
}

/* The last slice's bytes are complete: the next one begins, or the TR is over. */
static void count_completed(struct transmit_channel *tchan, struct channel *receive)
{
    tchan->common.bytes += tchan->uncounted;
    if (receive != NULL)
        receive->bytes += tchan->uncounted;
    tchan->uncounted = 0;
}

static void end_of_record(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = &tchans[navss][index];
    uint64_t stall = 0;
    struct channel *receive = partner(navss, index);
    bool tell = transfer_wants_event(&tchan->transfer);
    count_completed(tchan, receive);
    tchan->failed = tchan->failed || tchan->transfer.status != 0;
    /* A teardown lets a descriptor end, but a repeating one gets no further round. */
    bool more = transfer_next(&tchan->transfer, !tearing_down(&tchan->common));
    if (tell && tchan->common.event != EVENT_NONE)
        inta_event(tchan->common.event);
    if (tell && receive != NULL && receive->event != EVENT_NONE)
        inta_event(receive->event);
    if (more) {
        timer_arm(&tchan->common.timer, START_LATENCY);
        return;
    }
    tchan->state = CHANNEL_RETURNING;
    if (model_fault_take(AM65X_FAULT_DMA_STALL, &stall))
        stall *= MICROSECOND;
    if (model_mood(AM65X_MOOD_MISORDERED))
        stall += model_some_delay(RETURN_SPREAD);
    timer_arm(&tchan->common.timer, RETURN_LATENCY + stall);
}

static void move(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = &tchans[navss][index];
    struct channel *receive = partner(navss, index);
    if (receive == NULL || !can_move(navss, index))
        return; /* paused: the kick that ends the pause resumes */
    if (is_outranked(navss, index)) {
        timer_arm(&tchan->common.timer, START_LATENCY);
        return;
    }
    if (tchan->transfer.waits && !trigger_take(navss, index, tchan->transfer.trigger))
        return; /* the trigger's kick resumes */
    tchan->transfer.waits = false;
    if (receive->settings.atype != ATYPE_PHYSICAL)
        transfer_fail(&tchan->transfer);
    model_for_rings(ringacc_registers(navss, index),
                    ringacc_registers(navss, tchan->transfer.return_ring));
    uint32_t moved = transfer_move(&tchan->transfer, SLICE_BYTES);
    if (moved == 0) {
        end_of_record(navss, index);
        return;
    }
    count_completed(tchan, receive);
    tchan->uncounted = moved;
    tchan->common.start_bytes += moved;
    receive->start_bytes += moved;
    model_count(AM65X_COUNT_DMA_BYTES, moved);
    timer_arm(&tchan->common.timer, 1 + moved / BYTES_PER_NS);
}

static void trace_return(unsigned index, const struct transfer *transfer)
{
    struct trace_line line;
    if (!model_trace_wanted(AM65X_TRACE_DMA))
        return;
    model_trace_start(&line, "dma");
    model_trace_field(&line, "tchan", index);
    model_trace_text(&line, " moved ");
    trace_number(&line, transfer->bytes);
    model_trace_text(&line, " bytes, descriptor ");
    trace_hex(&line, transfer->descriptor);
    model_trace_field(&line, "> ring", transfer->return_ring);
    model_trace_end(&line);
}

static void return_descriptor(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = &tchans[navss][index];
    struct channel *receive = partner(navss, index);
    tchan->state = CHANNEL_IDLE;
    count_completed(tchan, receive);
    if (tchan->failed) {
        pause_if_asked(&tchan->common);
        if (receive != NULL)
            pause_if_asked(receive);
    }
    tchan->common.packets++;
    if (receive != NULL)
        receive->packets++;
    model_count(AM65X_COUNT_DMA_TRANSFERS, 1);
    trace_return(index, &tchan->transfer);
    model_event(AM65X_EVENT_RETURNED, event_subject(navss, index),
                tchan->transfer.descriptor | (uint64_t)tchan->transfer.return_ring
                                                 << AM65X_EVENT_RETURN_RING_SHIFT,
                tchan->transfer.bytes);
    uint64_t offset = 0;
    (void)model_fault_take(AM65X_FAULT_DMA_DESCRIPTOR, &offset);
    push_completion(navss, tchan->transfer.return_ring, tchan->transfer.descriptor + offset);
    udmap_kick(navss, index);
}

static void tchan_expired(unsigned argument)
{
    enum navss navss = (enum navss)(argument >> 16);
    unsigned index = argument & 0xffff;
    struct transmit_channel *tchan = &tchans[navss][index];
    if (tchan->state == CHANNEL_MOVING)
        move(navss, index);
    else if (tchan->state == CHANNEL_RETURNING)
        return_descriptor(navss, index);
    else if (tearing_down(&tchan->common))
        finish_teardown(navss, index);
    else
        fetch(navss, index);
}

/* ---------------------------------------------------------------- receive channels */

/* The teardown of a receive channel that a peripheral feeds ends in its flow's ring. */
static void rchan_expired(unsigned argument)
{
    enum navss navss = (enum navss)(argument >> 16);
    unsigned index = argument & 0xffff;
    struct channel *rchan = &rchans[navss][index];
    uint16_t ring = flows[navss][index].destination_ring;
    rchan->control &= ~CONTROL_ENABLE;
    push_completion(navss, ring != RING_NONE ? ring : rchan->settings.completion_ring,
                    TEARDOWN_MESSAGE);
}

static void kick_partners(enum navss navss, const struct channel *rchan)
{
    for (unsigned i = 0; i < shapes[navss].transmit_channels; i++)
        if (tchans[navss][i].common.control != 0 && partner(navss, i) == rchan)
            udmap_kick(navss, i);
}

/* ---------------------------------------------------------------- registers */

uint64_t udmap_gcfg_read(unsigned instance, uint64_t offset)
{
    const struct udmap_shape *shape = &shapes[instance];
    if (offset == GCFG_CAP2)
        return shape->transmit_channels |
               (uint32_t)shape->external_channels << CAP2_EXTERNAL_SHIFT |
               (uint32_t)shape->receive_channels << CAP2_RECEIVE_SHIFT;
    return offset == GCFG_CAP3 ? shape->flows : 0;
}

static uint64_t channel_read(const struct channel *channel, uint64_t offset)
{
    if (offset >= RT_PEER_FIRST && offset <= RT_PEER_LAST)
        return channel->peer[(offset - RT_PEER_FIRST) / 4];
    switch (offset) {
    case RT_CONTROL:
        return channel->control;
    case RT_PACKET_COUNT:
        return channel->packets;
    case RT_BYTE_COUNT:
        return channel->bytes;
    case RT_START_BYTES:
        return channel->start_bytes;
    default:
        return 0;
    }
}

/* The counters go down by what is written. */
static void channel_write(struct channel *channel, uint64_t offset, uint32_t value)
{
    if (offset >= RT_PEER_FIRST && offset <= RT_PEER_LAST)
        channel->peer[(offset - RT_PEER_FIRST) / 4] = value;
    else if (offset == RT_CONTROL)
        channel->control = value & CONTROL_WRITABLE;
    else if (offset == RT_PACKET_COUNT)
        channel->packets -= value;
    else if (offset == RT_BYTE_COUNT)
        channel->bytes -= value;
    else if (offset == RT_START_BYTES)
        channel->start_bytes -= value;
}

uint64_t udmap_tchan_read(unsigned instance, uint64_t offset)
{
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= tchan_count((enum navss)instance))
        return 0;
    return channel_read(&tchans[instance][index].common, offset & 0xfff);
}

void udmap_tchan_write(unsigned instance, uint64_t offset, uint64_t value)
{
    enum navss navss = (enum navss)instance;
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= tchan_count(navss))
        return;
    struct transmit_channel *tchan = &tchans[navss][index];
    channel_write(&tchan->common, offset & 0xfff, (uint32_t)value);
    if ((offset & 0xfff) == RT_TRIGGER)
        trigger_set(navss, index, (uint32_t)value);
    if ((offset & 0xfff) != RT_CONTROL)
        return;
    bool forced = tearing_down(&tchan->common) && (tchan->common.control & CONTROL_FORCED) != 0;
    if ((tchan->common.control & CONTROL_ENABLE) == 0 || forced) {
        /* Switched off, or torn down by force: what was in flight is gone. */
        if (tchan->state != CHANNEL_IDLE)
            model_event(AM65X_EVENT_STOPPED, event_subject(navss, index), 0, 0);
        timer_cancel(&tchan->common.timer);
        tchan->state = CHANNEL_IDLE;
        tchan->uncounted = 0;
        trigger_clear(navss, index);
    }
    udmap_kick(navss, index);
}

uint64_t udmap_rchan_read(unsigned instance, uint64_t offset)
{
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= shapes[instance].receive_channels)
        return 0;
    return channel_read(&rchans[instance][index], offset & 0xfff);
}

void udmap_rchan_write(unsigned instance, uint64_t offset, uint64_t value)
{
    enum navss navss = (enum navss)instance;
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= shapes[navss].receive_channels)
        return;
    struct channel *rchan = &rchans[navss][index];
    channel_write(rchan, offset & 0xfff, (uint32_t)value);
    bool enabled = (rchan->control & CONTROL_ENABLE) != 0;
    bool peer_ends = (offset & 0xfff) == RT_PEER_ENABLE && ((uint32_t)value & PEER_TEARDOWN) != 0;
    bool ends = (offset & 0xfff) == RT_CONTROL && tearing_down(rchan);
    if (enabled && (peer_ends || ends))
        timer_arm(&rchan->timer, TEARDOWN_LATENCY);
    else if (!enabled)
        timer_cancel(&rchan->timer);
    if ((offset & 0xfff) == RT_CONTROL && enabled)
        kick_partners(navss, rchan);
}
