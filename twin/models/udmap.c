// SPDX-License-Identifier: BSD-3-Clause
/*
 * The unified DMAs of the main and the MCU Navigator Subsystem (AM65x TRM SPRUID7, "Unified DMA
 * Controller (UDMAP)"). Channels are configured by the system firmware (sysfw_rm.c) and run by
 * their real-time registers.
 *
 * Here are the channels, their registers, and block copies: transmit channel n takes TR descriptors
 * from ring n, is paired over PSI-L with a receive channel of the same UDMAP, moves the data in
 * slices at some bytes per nanosecond, and returns the descriptor to the ring that the descriptor
 * names. Nothing happens inside a register access: all of it is due later. Channels that send and
 * receive over PSI-L are in udmap_transmit.c and udmap_receive.c.
 *
 * Of a channel's settings these act: its type; the address type, since there are no tables that an
 * address other than a physical one could be looked up in; the fetch size; of a block copy the FIFO
 * depth, the burst size and the scheduling priority; pause on error; the completion ring, and
 * whether a teardown tells it; a transmit channel's filters; a receive channel's flows, and whether
 * it minds what is too short. The others are kept: priority, quality of service and order id are
 * for the bus, credits for external channels.
 */
#include "twin/models/udmap.h"

#define CHANNEL_PAGE_SHIFT  12

/* Global configuration. */
#define GCFG_CAP2           0x28u
#define GCFG_CAP3           0x2cu
#define GCFG_FLOW_STATUS    0x88u
#define CAP2_EXTERNAL_SHIFT 9
#define CAP2_RECEIVE_SHIFT  18

/* RX_FLOW_ID_FW_STATUS: the first packet whose flow was refused, until software clears it. */
#define FLOW_STATUS_PENDING (UINT32_C(1) << 31)
#define FLOW_STATUS_SHIFT   16

/* A channel's real-time registers. */
#define RT_CONTROL          0x000u
#define RT_TRIGGER          0x008u
#define RT_PEER_FIRST       0x200u
#define RT_PEER_LAST        0x23cu
#define RT_PACKET_COUNT     0x400u
#define RT_BYTE_COUNT       0x408u
#define RT_START_BYTES      0x410u

#define CONTROL_WRITABLE    (CONTROL_ENABLE | CONTROL_TEARDOWN | CONTROL_PAUSE | CONTROL_FORCED)

/* A channel's FIFO: TI's numbers for the AM65x (CSL of its processor SDK). */
#define FIFO_BYTES          128u
#define FIFO_BYTES_HIGH     1024u
#define HIGH_CAPACITY_MAIN  8u /* channels from 0 on */
#define HIGH_CAPACITY_MCU   2u

/* So many triggers are counted; more of them are lost. */
#define TRIGGERS_MAX        255u

#define BURST_64            1u /* each further code doubles it */

static const struct udmap_shape shapes[NAVSS_COUNT] = {
    [NAVSS_MAIN] = {DEV_MAIN_UDMAP, DEV_MAIN_NAVSS, 0x1000, 120, 32, 150, 300},
    [NAVSS_MCU] = {DEV_MCU_UDMAP, DEV_MCU_NAVSS, 0x6000, 48, 0, 48, 96},
};

static struct transmit_channel tchans[NAVSS_COUNT][TCHAN_MAX];
static struct receive_channel rchans[NAVSS_COUNT][RCHAN_MAX];
static struct udmap_flow flows[NAVSS_COUNT][FLOW_MAX];
static uint16_t flow_events[NAVSS_COUNT]; /* for a flow that is refused */
static uint32_t flow_status[NAVSS_COUNT];

/* Packets on their way between a UDMAP and a peripheral. */
#define BUFFERS 16u
static struct packet_buffer buffers[BUFFERS];

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

uint32_t udmap_subject(enum navss navss, unsigned index)
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
    channel->event = channel->error_event = EVENT_NONE;
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
    struct channel *rchan = &rchans[NAVSS_MAIN][LEFT_CHANNEL].common;
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

static const struct udmap_flow reset_flow = {
    .destination_ring = RING_NONE,
    .free_ring = {RING_NONE, RING_NONE, RING_NONE, RING_NONE},
    .size_ring = {RING_NONE, RING_NONE, RING_NONE},
};

/* As garbage_settings has them. */
static const struct udmap_flow garbage_flow = {
    .einfo = 1,
    .psinfo = 1,
    .error_handling = 1,
    .sop_offset = 64,
    .destination_ring = RING_NONE,
    .source_high = 0xa5,
    .source_low = 0xa5,
    .destination_high = 0xa5,
    .destination_low = 0xa5,
    .source_high_select = 1,
    .source_low_select = 1,
    .destination_high_select = 1,
    .destination_low_select = 1,
    .free_ring = {RING_NONE, RING_NONE, RING_NONE, RING_NONE},
    .ps_location = 1,
    .threshold = {1, 2, 3},
    .size_ring = {RING_NONE, RING_NONE, RING_NONE},
    .threshold_enable = 7,
};

static void flow_reset(struct udmap_flow *flow)
{
    *flow = model_mood(AM65X_MOOD_GARBAGE_FIELDS) ? garbage_flow : reset_flow;
}

void udmap_reset(void)
{
    memset(tchans, 0, sizeof(tchans));
    memset(rchans, 0, sizeof(rchans));
    for (unsigned i = 0; i < BUFFERS; i++)
        buffers[i].used = false;
    receive_reset();
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++) {
        unsigned high = navss == NAVSS_MAIN ? HIGH_CAPACITY_MAIN : HIGH_CAPACITY_MCU;
        for (unsigned i = 0; i < TCHAN_MAX; i++) {
            channel_reset(&tchans[navss][i].common, tchan_expired, pack(navss, i));
            if (!model_mood(AM65X_MOOD_GARBAGE_FIELDS))
                tchans[navss][i].common.settings.fifo_depth =
                    i < high ? FIFO_BYTES_HIGH : FIFO_BYTES;
        }
        for (unsigned i = 0; i < RCHAN_MAX; i++) {
            channel_reset(&rchans[navss][i].common, rchan_expired, pack(navss, i));
            if (model_mood(AM65X_MOOD_GARBAGE_FIELDS)) { /* flows that are another host's */
                rchans[navss][i].common.settings.flow_start = 214;
                rchans[navss][i].common.settings.flow_count = 8;
            }
        }
        flow_events[navss] = EVENT_NONE;
        flow_status[navss] = 0;
        for (unsigned i = 0; i < FLOW_MAX; i++)
            flow_reset(&flows[navss][i]);
    }
    if ((model_config()->moods & AM65X_MOOD_STALE_LOADER) != 0)
        leave_over();
}

struct udmap_channel_settings *udmap_tchan_settings(enum navss navss, unsigned channel)
{
    return channel < tchan_count(navss) ? &tchans[navss][channel].common.settings : NULL;
}

struct udmap_channel_settings *udmap_rchan_settings(enum navss navss, unsigned channel)
{
    return channel < shapes[navss].receive_channels ? &rchans[navss][channel].common.settings
                                                    : NULL;
}

struct udmap_flow *udmap_flow(enum navss navss, unsigned flow)
{
    return flow < shapes[navss].flows ? &flows[navss][flow] : NULL;
}

/* TI-SCI's numbers of the output-event registers; the transmit channels' are from 0 on. */
#define EVENTS_TCHAN_ERROR 0x100u
#define EVENTS_RCHAN       0x200u
#define EVENTS_RCHAN_ERROR 0x300u
#define EVENTS_FLOW        0x400u

uint16_t *udmap_event_register(enum navss navss, unsigned index)
{
    unsigned channel = index & 0xff;
    bool transmit = index < EVENTS_RCHAN;
    struct channel *common;

    if (index >= EVENTS_FLOW)
        return index == EVENTS_FLOW ? &flow_events[navss] : NULL;
    if (channel >= (transmit ? tchan_count(navss) : shapes[navss].receive_channels))
        return NULL;
    common = transmit ? &tchans[navss][channel].common : &rchans[navss][channel].common;
    bool error = index >= EVENTS_RCHAN_ERROR || (transmit && index >= EVENTS_TCHAN_ERROR);
    return error ? &common->error_event : &common->event;
}

void udmap_lose_events(void)
{
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++) {
        for (unsigned i = 0; i < TCHAN_MAX; i++)
            tchans[navss][i].common.event = tchans[navss][i].common.error_event = EVENT_NONE;
        for (unsigned i = 0; i < RCHAN_MAX; i++)
            rchans[navss][i].common.event = rchans[navss][i].common.error_event = EVENT_NONE;
        flow_events[navss] = EVENT_NONE;
    }
}

/* ---------------------------------------------------------------- what the parts share */

unsigned udmap_request_ring(enum navss navss, unsigned receive_channel)
{
    return tchan_count(navss) + receive_channel;
}

struct transmit_channel *udmap_tchan(enum navss navss, unsigned index)
{
    return &tchans[navss][index];
}

struct receive_channel *udmap_rchan(enum navss navss, unsigned index)
{
    return &rchans[navss][index];
}

bool udmap_is_packet(const struct channel *channel)
{
    return channel->settings.type == TYPE_PACKET || channel->settings.type == TYPE_PACKET_SINGLE;
}

bool udmap_is_transfer(const struct channel *channel)
{
    return channel->settings.type == TYPE_TRANSFER_REFERENCE ||
           channel->settings.type == TYPE_TRANSFER_VALUE;
}

bool udmap_is_block_copy(const struct channel *channel)
{
    return channel->settings.type == TYPE_BLOCK_COPY_REFERENCE ||
           channel->settings.type == TYPE_BLOCK_COPY_VALUE;
}

bool udmap_runs(const struct channel *channel)
{
    return (channel->control & (CONTROL_ENABLE | CONTROL_PAUSE)) == CONTROL_ENABLE;
}

bool udmap_tearing_down(const struct channel *channel)
{
    return (channel->control & (CONTROL_ENABLE | CONTROL_TEARDOWN)) ==
           (CONTROL_ENABLE | CONTROL_TEARDOWN);
}

bool udmap_peer_runs(const struct channel *channel)
{
    return (channel->peer[PSIL_PEER_ENABLE] & (PEER_ENABLE | PEER_PAUSE)) == PEER_ENABLE;
}

static bool find_channel(uint16_t thread, bool receive, enum navss *navss, unsigned *index)
{
    unsigned number = thread & ~PSIL_DESTINATION;

    for (unsigned i = 0; i < NAVSS_COUNT; i++) {
        unsigned count = receive ? shapes[i].receive_channels : tchan_count((enum navss)i);
        *navss = (enum navss)i;
        *index = number - shapes[i].psil_base;
        if (number >= shapes[i].psil_base && *index < count)
            return true;
    }
    return false;
}

bool udmap_find_tchan(uint16_t thread, enum navss *navss, unsigned *index)
{
    return (thread & PSIL_DESTINATION) == 0 && find_channel(thread, false, navss, index);
}

bool udmap_find_rchan(uint16_t thread, enum navss *navss, unsigned *index)
{
    return (thread & PSIL_DESTINATION) != 0 && find_channel(thread, true, navss, index);
}

void udmap_unpaired(uint16_t destination)
{
    enum navss navss;
    unsigned index;

    if (udmap_find_rchan(destination, &navss, &index))
        receive_abort(navss, index);
}

/* After an error a channel may be set to wait for software. */
static void pause_if_asked(struct channel *channel)
{
    if (channel->settings.pause_on_error != 0)
        channel->control |= CONTROL_PAUSE;
}

void udmap_error(struct channel *channel)
{
    channel->control |= CONTROL_ERROR;
    pause_if_asked(channel);
    if (channel->error_event != EVENT_NONE)
        inta_event(channel->error_event);
}

void udmap_flow_refused(enum navss navss, unsigned receive_channel, uint16_t flow)
{
    if ((flow_status[navss] & FLOW_STATUS_PENDING) != 0)
        return; /* no event either, as far as is known: software is to ask again */
    flow_status[navss] =
        FLOW_STATUS_PENDING | (uint32_t)flow << FLOW_STATUS_SHIFT | receive_channel;
    if (flow_events[navss] != EVENT_NONE)
        inta_event(flow_events[navss]);
}

static void tell_peer(uint16_t thread, unsigned number, uint32_t value)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = psil_find(thread, &argument);

    if (peripheral != NULL && peripheral->peer_write != NULL)
        peripheral->peer_write(argument, number, value);
}

void udmap_peer_ended(struct channel *channel, uint16_t peer_thread)
{
    channel->peer[PSIL_PEER_ENABLE] &= ~PEER_ENABLE;
    tell_peer(peer_thread, PSIL_PEER_ENABLE, channel->peer[PSIL_PEER_ENABLE]);
}

void udmap_push(enum navss navss, unsigned ring, uint64_t element, bool to_head)
{
    struct trace_line line;

    if (ringacc_push(navss, ring, element, to_head))
        return;
    model_count(AM65X_COUNT_PUSHES_LOST, 1);
    if (!model_trace_wanted(AM65X_TRACE_DMA))
        return;
    model_trace_start(&line, "dma");
    model_trace_field(&line, "ring", ring);
    model_trace_text(&line, " is full or not configured, lost ");
    trace_hex(&line, element);
    model_trace_end(&line);
}

void udmap_trace(const char *channel, unsigned index, const char *what, uint64_t bytes,
                 uint64_t descriptor, unsigned ring)
{
    struct trace_line line;
    if (!model_trace_wanted(AM65X_TRACE_DMA))
        return;
    model_trace_start(&line, "dma");
    model_trace_field(&line, channel, index);
    model_trace_text(&line, what);
    trace_number(&line, bytes);
    model_trace_text(&line, " bytes, descriptor ");
    trace_hex(&line, descriptor);
    model_trace_field(&line, "> ring", ring);
    model_trace_end(&line);
}

uint64_t udmap_return_delay(void)
{
    uint64_t delay = 0;

    if (model_fault_take(AM65X_FAULT_DMA_STALL, &delay))
        delay *= MICROSECOND;
    if (model_mood(AM65X_MOOD_MISORDERED))
        delay += model_some_delay(RETURN_SPREAD);
    return delay;
}

void udmap_return(enum navss navss, unsigned ring, uint64_t descriptor, bool to_head)
{
    uint64_t offset = 0;

    if (model_fault_take(AM65X_FAULT_PACKET_LOST, &offset))
        return;
    offset = 0;
    (void)model_fault_take(AM65X_FAULT_DMA_DESCRIPTOR, &offset);
    udmap_push(navss, ring, descriptor + offset, to_head);
}

uint8_t udmap_buffer_take(void)
{
    for (unsigned i = 0; i < BUFFERS; i++)
        if (!buffers[i].used) {
            buffers[i].used = true;
            return (uint8_t)(i + 1);
        }
    return 0;
}

struct packet_buffer *udmap_buffer(uint8_t number)
{
    return &buffers[number - 1];
}

void udmap_buffer_give(uint8_t *number)
{
    if (*number != 0)
        buffers[*number - 1].used = false;
    *number = 0;
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
    return &rchans[navss][thread - shape->psil_base].common;
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
    return receive != NULL && udmap_runs(transmit) && udmap_runs(receive) &&
           udmap_is_block_copy(transmit) && udmap_is_block_copy(receive) &&
           has_room(&transmit->settings);
}

/* A channel of a higher scheduling priority has data to move: those below wait. */
static bool is_outranked(enum navss navss, unsigned index)
{
    uint16_t own = tchans[navss][index].common.settings.scheduling;
    for (unsigned i = 0; own != 0 && i < tchan_count(navss); i++)
        if (tchans[navss][i].state == CHANNEL_MOVING &&
            transfer_awaits(&tchans[navss][i].transfer) == 0 &&
            tchans[navss][i].common.settings.scheduling < own && can_move(navss, i))
            return true;
    return false;
}

static bool sends(const struct transmit_channel *tchan)
{
    return udmap_is_packet(&tchan->common) || udmap_is_transfer(&tchan->common);
}

void udmap_kick(enum navss navss, unsigned index)
{
    if (index >= tchan_count(navss))
        return;
    struct transmit_channel *tchan = &tchans[navss][index];
    if (timer_armed(&tchan->common.timer))
        return;
    bool cut = sends(tchan) && (tchan->common.control & CONTROL_FORCED) != 0;
    if ((tchan->state == CHANNEL_IDLE || cut) && udmap_tearing_down(&tchan->common)) {
        timer_arm(&tchan->common.timer, TEARDOWN_LATENCY);
        return;
    }
    bool work = tchan->state != CHANNEL_IDLE || ringacc_ring(navss, index)->occupied != 0;
    bool can_work = sends(tchan) ? transmit_can_work(navss, index) : can_move(navss, index);
    if (work && can_work)
        timer_arm(&tchan->common.timer,
                  sends(tchan) && tchan->state == CHANNEL_IDLE ? FETCH_LATENCY : START_LATENCY);
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
        udmap_push(navss, transmit->settings.completion_ring, TEARDOWN_MESSAGE, false);
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
        !transfer_begin(&tchan->transfer, descriptor, false)) {
        udmap_error(&tchan->common);
        udmap_kick(navss, index);
        return;
    }
    tchan->failed = false;
    tchan->state = CHANNEL_MOVING;
    model_event(AM65X_EVENT_FETCHED, udmap_subject(navss, index), tchan->transfer.descriptor, 0);
    timer_arm(&tchan->common.timer, FETCH_LATENCY);
}

/* The last slice's bytes are complete: the next one begins, or the TR is over. */
static void count_completed(struct transmit_channel *tchan, struct channel *receive)
{
    if (tchan->event_due && tchan->common.event != EVENT_NONE)
        inta_event(tchan->common.event);
    tchan->event_due = false;
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
    /* Who hears of the record's end finds its bytes counted; else they are when it goes back. */
    if (tell &&
        (tchan->common.event != EVENT_NONE || (receive != NULL && receive->event != EVENT_NONE)))
        count_completed(tchan, receive);
    tchan->failed = tchan->failed || tchan->transfer.status != 0;
    /* A teardown lets a descriptor end, but a repeating one gets no further round. */
    bool more = transfer_next(&tchan->transfer, !udmap_tearing_down(&tchan->common));
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

bool udmap_triggered(struct transmit_channel *tchan)
{
    unsigned kind;
    while ((kind = transfer_awaits(&tchan->transfer)) != 0) {
        if (tchan->triggers[kind - 1] == 0)
            return false;
        tchan->triggers[kind - 1]--;
        transfer_enable(&tchan->transfer, kind);
    }
    return true;
}

void udmap_trigger(enum navss navss, unsigned index, unsigned number)
{
    if (index >= tchan_count(navss))
        return;
    uint16_t *count = &tchans[navss][index].triggers[number];
    if (*count < TRIGGERS_MAX)
        ++*count;
    tchans[navss][index].waits = false;
    udmap_kick(navss, index);
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
    if (udmap_tearing_down(&tchan->common) &&
        ((tchan->common.control & CONTROL_FORCED) != 0 || !udmap_triggered(tchan)))
        transfer_cut(&tchan->transfer, true);
    if (!udmap_triggered(tchan)) {
        count_completed(tchan, receive);
        return;
    }
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
    tchan->event_due = transfer_wants_event_within(&tchan->transfer);
    tchan->common.start_bytes += moved;
    receive->start_bytes += moved;
    model_count(AM65X_COUNT_DMA_BYTES, moved);
    timer_arm(&tchan->common.timer, 1 + moved / BYTES_PER_NS);
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
    udmap_trace("tchan", index, " moved ", tchan->transfer.bytes, tchan->transfer.descriptor,
                tchan->transfer.return_ring);
    model_event(AM65X_EVENT_RETURNED, udmap_subject(navss, index),
                tchan->transfer.descriptor | (uint64_t)tchan->transfer.return_ring
                                                 << AM65X_EVENT_RETURN_RING_SHIFT,
                tchan->transfer.bytes);
    uint64_t offset = 0;
    (void)model_fault_take(AM65X_FAULT_DMA_DESCRIPTOR, &offset);
    udmap_push(navss, tchan->transfer.return_ring, tchan->transfer.descriptor + offset, false);
    udmap_kick(navss, index);
}

static void tchan_expired(unsigned argument)
{
    enum navss navss = (enum navss)(argument >> 16);
    unsigned index = argument & 0xffff;
    struct transmit_channel *tchan = &tchans[navss][index];
    if (sends(tchan))
        transmit_work(navss, index);
    else if (tchan->state == CHANNEL_MOVING)
        move(navss, index);
    else if (tchan->state == CHANNEL_RETURNING)
        return_descriptor(navss, index);
    else if (udmap_tearing_down(&tchan->common))
        finish_teardown(navss, index);
    else
        fetch(navss, index);
}

/* ---------------------------------------------------------------- receive channels */

static void rchan_expired(unsigned argument)
{
    receive_work((enum navss)(argument >> 16), argument & 0xffff);
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
    if (offset == GCFG_FLOW_STATUS)
        return flow_status[instance];
    return offset == GCFG_CAP3 ? shape->flows : 0;
}

/* Bits can be cleared only. */
void udmap_set_flow_status(enum navss navss, uint32_t value)
{
    flow_status[navss] &= value;
}

void udmap_gcfg_write(unsigned instance, uint64_t offset, uint64_t value)
{
    if (offset == GCFG_FLOW_STATUS)
        udmap_set_flow_status((enum navss)instance, (uint32_t)value);
}

/* ---- the peer's registers: memory, unless the peripheral has its own; but its enable is here */

static uint32_t peer_read(const struct channel *channel, uint16_t peer, unsigned number)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = peer != 0 ? psil_find(peer, &argument) : NULL;

    if (number != PSIL_PEER_ENABLE && peripheral != NULL && peripheral->peer_read != NULL)
        return peripheral->peer_read(argument, number);
    return channel->peer[number];
}

static void peer_write(struct channel *channel, uint16_t peer, unsigned number, uint32_t value)
{
    if (number == PSIL_PEER_BYTE_COUNT)
        channel->peer[number] -= value; /* a counter, as the channel's own */
    else
        channel->peer[number] = value;
    if (peer != 0)
        tell_peer(peer, number, value);
}

static bool is_peer(uint64_t offset, unsigned *number)
{
    *number = (unsigned)(offset - RT_PEER_FIRST) / 4;
    return offset >= RT_PEER_FIRST && offset <= RT_PEER_LAST;
}

static uint64_t channel_read(const struct channel *channel, uint16_t peer, uint64_t offset)
{
    unsigned number;
    if (is_peer(offset, &number))
        return peer_read(channel, peer, number);
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
static void channel_write(struct channel *channel, uint16_t peer, uint64_t offset, uint32_t value)
{
    unsigned number;
    if (is_peer(offset, &number))
        peer_write(channel, peer, number, value);
    else if (offset == RT_CONTROL)
        channel->control = value & CONTROL_WRITABLE;
    else if (offset == RT_PACKET_COUNT)
        channel->packets -= value;
    else if (offset == RT_BYTE_COUNT)
        channel->bytes -= value;
    else if (offset == RT_START_BYTES)
        channel->start_bytes -= value;
}

/* The thread at the other end; 0: none. */
static uint16_t peer_of_tchan(enum navss navss, unsigned index)
{
    uint16_t thread;
    return psil_destination((uint16_t)(shapes[navss].psil_base + index), &thread) ? thread : 0;
}

static uint16_t peer_of_rchan(enum navss navss, unsigned index)
{
    uint16_t thread, own = (uint16_t)(shapes[navss].psil_base + index) | PSIL_DESTINATION;
    return psil_source(own, &thread) ? thread : 0;
}

uint64_t udmap_tchan_read(unsigned instance, uint64_t offset)
{
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= tchan_count((enum navss)instance))
        return 0;
    return channel_read(&tchans[instance][index].common, peer_of_tchan((enum navss)instance, index),
                        offset & 0xfff);
}

/* Switched off: what was in flight is gone. */
static void switch_off(enum navss navss, unsigned index)
{
    struct transmit_channel *tchan = &tchans[navss][index];

    if (tchan->state != CHANNEL_IDLE)
        model_event(AM65X_EVENT_STOPPED, udmap_subject(navss, index), 0, 0);
    timer_cancel(&tchan->common.timer);
    transmit_drop(navss, index);
    tchan->state = CHANNEL_IDLE;
    tchan->uncounted = 0;
    tchan->event_due = false;
    tchan->triggers[0] = tchan->triggers[1] = 0;
}

void udmap_tchan_write(unsigned instance, uint64_t offset, uint64_t value)
{
    enum navss navss = (enum navss)instance;
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= tchan_count(navss))
        return;
    struct transmit_channel *tchan = &tchans[navss][index];
    uint64_t place = offset & 0xfff;
    channel_write(&tchan->common, peer_of_tchan(navss, index), place, (uint32_t)value);
    if (place == RT_TRIGGER && (value & 1) != 0)
        udmap_trigger(navss, index, 0);
    if (place == RT_CONTROL && (tchan->common.control & CONTROL_ENABLE) == 0)
        switch_off(navss, index);
    if (place == RT_CONTROL || (place >= RT_PEER_FIRST && place <= RT_PEER_LAST)) {
        tchan->waits = false;
        udmap_kick(navss, index);
    }
}

uint64_t udmap_rchan_read(unsigned instance, uint64_t offset)
{
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT);
    if (index >= shapes[instance].receive_channels)
        return 0;
    return channel_read(&rchans[instance][index].common, peer_of_rchan((enum navss)instance, index),
                        offset & 0xfff);
}

void udmap_rchan_write(unsigned instance, uint64_t offset, uint64_t value)
{
    enum navss navss = (enum navss)instance;
    unsigned index = (unsigned)(offset >> CHANNEL_PAGE_SHIFT), number;
    if (index >= shapes[navss].receive_channels)
        return;
    struct channel *rchan = &rchans[navss][index].common;
    uint64_t place = offset & 0xfff;
    channel_write(rchan, peer_of_rchan(navss, index), place, (uint32_t)value);
    if (is_peer(place, &number) && number == PSIL_PEER_ENABLE)
        receive_peer_changed(navss, index, (uint32_t)value);
    if (place != RT_CONTROL)
        return;
    receive_control_changed(navss, index);
    if ((rchan->control & CONTROL_ENABLE) != 0)
        kick_partners(navss, rchan);
}
