// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firmware's life (tests/target/life.h).
 */
#include "tests/target/life.h"

#include "arch/core.h"
#include "arch/idle.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/packet.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/local.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/life_report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH          3u
#define COPY_SIZE      4099u
#define COPY_TIME_US   10000000u
#define LAST_LOOK_US   20000u /* at a copy that is hopeless */
#define EVENT_TIME_US  10000000u

/* This channel calls back in this thread, and its interrupts are another core's. */
#define THREAD_CHANNEL 1u

#define RING_ELEMENTS  16u

#define PACKET_SIZE    1031u

#define SLOTS_ID       9u
#define EVENT_BITS     4u
#define BLOCK          4u
#define PLAIN_EVENT    12u
#define WIRE_INTID     200u
#define ROUTER_INPUT   392u
#define SGI            5u
#define PPI            26u

/* A source and what its handler saw. */
struct source {
    struct irq *irq;
    unsigned calls, core; /* atomic */
    unsigned intid;       /* of a wire */
};

struct channel {
    struct udma_channel *udma;
    unsigned index;
    unsigned ended, failed; /* atomic */
    bool misplaced;         /* a callback has come where it must not */
    bool lost;              /* a copy did not end: closing the channel has to say so */
    uint8_t source[LIFE_COPIES_MAX][COPY_SIZE], destination[LIFE_COPIES_MAX][COPY_SIZE];
};

struct ring_user {
    struct udma_ring ring;
    uint16_t index;
    bool reserved, open;
    struct source source;
};

/* Packets from one Navigator to the other, and what has come back. */
struct packets {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    unsigned queued, given;             /* of the thread */
    unsigned sent, canceled;            /* atomic, as the next */
    unsigned received, returned, wrong; /* buffers; those with wrong data */
    unsigned errors;                    /* that were told */
    bool lost;                          /* they do not arrive: somebody has to say so */
    bool hopeless; /* a fault had struck when they were waited for, so that nobody waited long */
    uint8_t from[LIFE_PACKETS_MAX][PACKET_SIZE], to[LIFE_PACKETS_MAX][PACKET_SIZE];
};

static struct {
    struct packets packets;
    struct channel channels[LIFE_CHANNELS_MAX];
    struct ring_user rings[LIFE_RINGS_MAX];
    uint16_t number;
    bool number_reserved;
    struct device slots, plain, wire, direct;
    struct source block[BLOCK], single, plain_source, wire_source, direct_source, sgi, ppi;
    struct irq_message messages[1u << EVENT_BITS];
    bool written[1u << EVENT_BITS];
    bool evacuated;
} life;

/* ---- what did not come up refuses to be used ---- */

struct part_wanted {
    const char *name;
    bool up;
};

static void look_at_part(const char *name, int error, unsigned refused, void *argument)
{
    struct part_wanted *wanted = argument;

    (void)refused;
    if (strcmp(name, wanted->name) == 0)
        wanted->up = error == 0;
}

static bool life_is_up(const char *name)
{
    struct part_wanted wanted = {name, false};

    platform_for_each_part(look_at_part, &wanted);
    return wanted.up;
}

static void expect_refusal(int error, int expected, const char *what)
{
    if (error != expected)
        life_complain(what, "it is off, and is not refused", (unsigned)-error);
}

/* ---- events ---- */

static enum irq_return count_call(void *context)
{
    struct source *source = context;

    __atomic_store_n(&source->core, core_id(), __ATOMIC_RELAXED);
    __atomic_add_fetch(&source->calls, 1, __ATOMIC_RELEASE);
    wait_notify();
    return IRQ_HANDLED;
}

static unsigned calls_of(const struct source *source)
{
    return __atomic_load_n(&source->calls, __ATOMIC_ACQUIRE);
}

static void raise_line(const struct source *source, unsigned argument)
{
    (void)argument;
    (void)gic_set_pending(source->intid);
}

static void send_message(const struct source *source, unsigned event)
{
    (void)source;
    mmio_write32(AM65X_PRE_ITS_BASE + 4u * SLOTS_ID, event);
}

/* As a device of its own does: what the interrupt layer has put into its slot. */
static void send_from_slot(const struct source *source, unsigned slot)
{
    unsigned first = source == &life.single ? slot : slot / BLOCK * BLOCK;

    if (life.written[first])
        mmio_write32((uintptr_t)life.messages[first].address,
                     life.messages[first].data + slot - first);
}

static void ring_fills(const struct source *source, unsigned index)
{
    struct udma_ring *ring = &life.rings[index].ring;

    (void)source;
    mmio_write32((uintptr_t)&ring->registers->doorbell, 1);
}

typedef void (*fire_t)(const struct source *source, unsigned argument);

/* One event is one call of the handler, on the interrupt's core. */
static void expect_event(struct source *source, fire_t fire, unsigned argument, const char *what)
{
    unsigned before = calls_of(source);

    fire(source, argument);
    if (!life_comes(&source->calls, before + 1, EVENT_TIME_US))
        life_complain(what, "an event does not arrive", argument);
    else if (calls_of(source) != before + 1)
        life_complain(what, "more than one call for an event", argument);
    else if (__atomic_load_n(&source->core, __ATOMIC_RELAXED) != irq_core(source->irq))
        life_complain(what, "the handler runs on another core than irq_core() says", argument);
}

/* What arrives while it is masked comes with the unmask. */
static void expect_masked_event(struct source *source, fire_t fire, unsigned argument,
                                const char *what)
{
    unsigned before = calls_of(source);

    irq_mask(source->irq);
    fire(source, argument);
    delay_us(100);
    if (calls_of(source) != before)
        life_complain(what, "an event arrives while masked", argument);
    irq_unmask(source->irq);
    if (!life_comes(&source->calls, before + 1, EVENT_TIME_US))
        life_complain(what, "an event does not arrive after the unmask", argument);
}

static void move(struct source *source, unsigned core, unsigned number)
{
    if (core >= core_count())
        return;
    if (CALL(number, irq_set_affinity(source->irq, core)) == 0) {
        if (irq_core(source->irq) != core)
            life_complain("irq_set_affinity", "irq_core() is another", number);
    } else if (life.slots.interrupts != NULL) {
        (void)irq_restore_messages(&life.slots); /* it may have moved without its message */
    }
}

static int request(struct device *device, uint32_t index, unsigned core, struct source *source,
                   const char *name)
{
    const struct irq_request order = {
        .index = index,
        .handler = count_call,
        .context = source,
        .name = name,
        .core = core < core_count() ? core : IRQ_CORE_ANY,
    };

    source->irq = NULL;
    return CALL(index, irq_request(device, &order, &source->irq));
}

/* A handle is the caller's still if the error is -EAGAIN. */
static void give_up(struct source *source, unsigned number)
{
    char text[100];

    if (source->irq == NULL)
        return;
    (void)irq_describe(source->irq, text, sizeof(text));
    if (CALL(number, irq_free(source->irq)) != -EAGAIN)
        source->irq = NULL;
}

static void unbind(struct device *device, unsigned number)
{
    if (device->interrupts != NULL)
        (void)CALL(number, irq_unbind(device));
}

/* ---- channels ---- */

static void copy_ends(void *context, void *cookie, int status)
{
    struct channel *channel = context;

    (void)cookie;
    if (channel->index == THREAD_CHANNEL && (!wait_is_allowed() || core_id() != 0))
        channel->misplaced = true;
    if (status != 0)
        __atomic_add_fetch(&channel->failed, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&channel->ended, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static void open_channel(unsigned i)
{
    struct channel *channel = &life.channels[i];
    const struct udma_channel_config config = {
        .name = "copies",
        .core = i < core_count() ? i : IRQ_CORE_ANY,
        .depth = DEPTH,
        .callback = copy_ends,
        .context = channel,
        .delivery = i == THREAD_CHANNEL ? &udma_in_thread_on : NULL,
        .thread_core = 0,
    };

    channel->index = i;
    channel->lost = channel->misplaced = false;
    channel->udma = NULL;
    if (!life_is_up("UDMA"))
        expect_refusal(udma_channel_open(&config, &channel->udma), -ENODEV, "a channel");
    else if (CALL(i, udma_channel_open(&config, &channel->udma)) != 0)
        channel->udma = NULL;
}

static void open_channels(void)
{
    for (unsigned i = 0; i < life_size->channels; i++)
        open_channel(i);
}

/* A wait condition: the copies have ended, or nobody expects them to. */
static bool copies_are_over(void *argument)
{
    return life_has_come(argument) || life_is_hopeless();
}

static bool copies_end(const struct channel *channel, unsigned queued)
{
    struct life_wanted wanted = {&channel->ended, queued};

    return idle_for(copies_are_over, &wanted, COPY_TIME_US) == 0 &&
           life_comes(&channel->ended, queued, LAST_LOOK_US);
}

/* Whatever has become of the copies, what has ended has been called back then. */
static void flush(const struct channel *channel)
{
    if (CALL(channel->index, udma_flush(channel->udma, COPY_TIME_US)) == 0 && channel->misplaced)
        life_complain("copy", "its callback is not in the thread", channel->index);
}

static void check_copies(struct channel *channel, unsigned queued)
{
    if (!copies_end(channel, queued)) {
        channel->lost = true;
        return;
    }
    if (channel->failed != 0)
        (void)life_call(-EIO, "a copy", channel->index);
    for (unsigned n = 0; n < queued && channel->failed == 0; n++)
        if (memcmp(channel->destination[n], channel->source[n], COPY_SIZE) != 0)
            life_complain("copy", "wrong data reported as good", channel->index);
}

static void copy_on(struct channel *channel)
{
    unsigned queued = 0;
    char text[120];

    if (channel->udma == NULL || channel->lost)
        return;
    (void)udma_channel_describe(channel->udma, text, sizeof(text));
    channel->ended = channel->failed = 0;
    for (unsigned n = 0; n < life_size->copies; n++) {
        memset(channel->source[n], (int)(16 * channel->index + n + 1), COPY_SIZE);
        memset(channel->destination[n], 0, COPY_SIZE);
        if (CALL(channel->index, udma_copy(channel->udma, (uintptr_t)channel->destination[n],
                                           (uintptr_t)channel->source[n], COPY_SIZE, NULL)) == 0)
            queued++;
    }
    if (channel->index == THREAD_CHANNEL)
        flush(channel);
    check_copies(channel, queued);
}

static void copy(void)
{
    for (unsigned i = 0; i < life_size->channels; i++)
        copy_on(&life.channels[i]);
}

/* What came back was no descriptor: the channel counts it, and logs it when it is closed. */
static void tell_of_bogus(struct channel *channel)
{
    struct udma_counters counters;

    udma_channel_get_counters(channel->udma, &counters);
    if (counters.bogus == 0)
        return;
    (void)life_call(-EIO, "udma_counters.bogus", channel->index);
    channel->lost = false;
}

static void close_channels(void)
{
    for (unsigned i = life_size->channels; i-- > 0;) {
        struct channel *channel = &life.channels[i];

        if (channel->udma == NULL)
            continue;
        tell_of_bogus(channel);
        if (CALL(i, udma_channel_close(channel->udma)) == 0 && channel->lost)
            life_complain("copy", "it does not end, and nobody says so", i);
        channel->udma = NULL;
    }
}

/* ---- packets ---- */

static void packet_sent(void *context, void *cookie, int status)
{
    struct packets *packets = context;

    (void)cookie;
    life_note(status == 0 ? &packets->sent : &packets->canceled);
}

static void take_packet(struct packets *packets, const struct udma_received *packet)
{
    struct udma_header header;
    unsigned number;

    udma_received_header(packet, &header);
    number = header.destination_tag % LIFE_PACKETS_MAX;

    /* One buffer a packet: they are as long. */
    if (packet->buffer_count != 1 || packet->length != PACKET_SIZE ||
        memcmp(packet->buffers[0].data, packets->from[number], PACKET_SIZE) != 0)
        life_note(&packets->wrong);
    life_note(&packets->received);
}

static void packets_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        take_packet(context, packets[i]);
}

static void packet_returned(void *context, const struct udma_buffer *buffer)
{
    (void)buffer;
    life_note(&((struct packets *)context)->returned);
}

static void packet_error(void *context, enum udma_error error)
{
    (void)error;
    life_note(&((struct packets *)context)->errors);
}

static bool open_receiver(struct packets *packets)
{
    const struct udma_receive_config receive = {
        .name = "packets", .udma = platform_udma(PLATFORM_NAVSS_MCU), .flow_count = 1};
    const struct udma_flow_config flow = {.name = "packets received",
                                          .core = 1 < core_count() ? 1 : IRQ_CORE_ANY,
                                          .depth = LIFE_PACKETS_MAX,
                                          .received = packets_received,
                                          .returned = packet_returned,
                                          .error = packet_error,
                                          .context = packets};

    if (CALL(0, udma_receive_open(&receive, &packets->receive)) != 0)
        packets->receive = NULL;
    else if (CALL(0, udma_flow_open(packets->receive, 0, &flow, &packets->flow)) == 0)
        return true;
    return false;
}

static bool open_transmitter(struct packets *packets)
{
    const struct udma_transmit_config transmit = {
        .name = "packets sent",
        .core = 0,
        .depth = LIFE_PACKETS_MAX,
        .buffers_max = 1,
        .delivery = &udma_in_thread,
        .sent = packet_sent,
        .error = packet_error,
        .context = packets,
    };

    if (!life_is_up("UDMA")) {
        expect_refusal(udma_transmit_open(&transmit, &packets->transmit), -ENODEV, "packets");
        return false;
    }
    if (CALL(0, udma_transmit_open(&transmit, &packets->transmit)) == 0)
        return true;
    packets->transmit = NULL;
    return false;
}

static void open_packets(void)
{
    struct packets *packets = &life.packets;

    *packets = (struct packets){0};
    if (life_size->packets == 0 || !open_transmitter(packets) || !life_is_up("MCU UDMA") ||
        !open_receiver(packets))
        return;
    if (CALL(0, udma_loopback_pair(packets->transmit, packets->receive)) != 0 ||
        CALL(0, udma_receive_start(packets->receive)) != 0)
        packets->lost = true; /* and said so */
}

static void send_one(struct packets *packets, unsigned number)
{
    const struct udma_buffer room = {.data = packets->to[number], .length = PACKET_SIZE};
    struct udma_buffer buffer = {.data = packets->from[number], .length = PACKET_SIZE};
    const struct udma_header header = {.destination_tag = (uint16_t)number,
                                       .flow = UDMA_FLOW_DEFAULT};
    const struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1, .header = &header};

    memset(packets->from[number], (int)(0x30 + number), PACKET_SIZE);
    if (udma_flow_give(packets->flow, 0, &room, 1) == 1)
        packets->given++;
    else
        life_complain("packet", "there is no room for its buffer", number);
    if (udma_send(packets->transmit, &packet, 1) == 1)
        packets->queued++;
    else
        life_complain("packet", "there is no room for it", number);
}

static bool have_arrived(const struct packets *packets)
{
    return __atomic_load_n(&packets->received, __ATOMIC_ACQUIRE) == packets->queued &&
           __atomic_load_n(&packets->sent, __ATOMIC_ACQUIRE) == packets->queued;
}

/* A wait condition, as copies_are_over(). */
static bool packets_are_over(void *argument)
{
    return have_arrived(argument) || life_is_hopeless();
}

static void send_packets(void)
{
    struct packets *packets = &life.packets;

    if (packets->flow == NULL || packets->lost)
        return;
    for (unsigned i = 0; i < life_size->packets; i++)
        send_one(packets, i);
    (void)idle_for(packets_are_over, packets, COPY_TIME_US);
    packets->lost = !have_arrived(packets);
    packets->hopeless = life_is_hopeless();
    if (packets->wrong != 0)
        life_complain("packet", "wrong data reported as good", 0);
}

/* Whatever has failed: what was taken has come back, once. What nobody waited for may have arrived
 * since: a close has a packet that is held up come in. */
static void check_packets(struct packets *packets, bool told)
{
    if (packets->sent + packets->canceled != packets->queued)
        life_complain("packet", "sent() has not come once for each",
                      packets->sent + packets->canceled);
    if (packets->received + packets->returned != packets->given)
        life_complain("packet", "buffers are lost", packets->received + packets->returned);
    if (packets->lost && !(packets->hopeless && have_arrived(packets)) && !told &&
        packets->errors == 0 && packets->canceled == 0)
        life_complain("packet", "it does not arrive, and nobody says so", packets->received);
}

static void close_packets(void)
{
    struct packets *packets = &life.packets;
    int sent = 0, received = 0;

    if (packets->transmit == NULL && packets->receive == NULL)
        return;
    if (packets->transmit != NULL)
        sent = CALL(0, udma_transmit_close(packets->transmit));
    if (sent == -EAGAIN)
        return;
    packets->transmit = NULL;
    if (packets->receive != NULL)
        received = CALL(0, udma_receive_close(packets->receive));
    if (received == -EAGAIN)
        return;
    packets->receive = NULL;
    packets->flow = NULL;
    check_packets(packets, life_report->errors != 0 || sent != 0 || received != 0);
}

/* ---- rings of one's own ---- */

static void open_ring(unsigned i)
{
    struct ring_user *user = &life.rings[i];

    if (CALL(i, udma_ring_reserve(&user->index)) != 0)
        return;
    user->reserved = true;
    if (CALL(i, udma_ring_open(&user->ring, user->index, RING_ELEMENTS)) != 0)
        return;
    user->open = true;
    (void)request(udma_or_main(NULL)->facts.ring_interrupts, user->index, i, &user->source, "ring");
}

static void open_rings(void)
{
    if (!life_is_up("UDMA")) {
        expect_refusal(udma_ring_reserve(&life.rings[0].index), -ENODEV, "a ring");
        return;
    }
    for (unsigned i = 0; i < life_size->rings; i++)
        open_ring(i);
    if (CALL(0, udma_channel_reserve(&life.number)) == 0)
        life.number_reserved = true;
}

/* A ring tells only when it stops being empty. */
static void empty_ring(struct ring_user *user)
{
    while (udma_ring_occupancy(&user->ring) != 0)
        udma_ring_release(&user->ring, 1);
}

static void use_rings(void)
{
    for (unsigned i = 0; i < life_size->rings; i++) {
        struct ring_user *user = &life.rings[i];

        if (user->source.irq == NULL)
            continue;
        expect_event(&user->source, ring_fills, i, "ring");
        empty_ring(user);
        expect_masked_event(&user->source, ring_fills, i, "ring");
        empty_ring(user);
        move(&user->source, (i + 1) % core_count(), i);
        expect_event(&user->source, ring_fills, i, "ring");
        empty_ring(user);
    }
}

static void close_ring(unsigned i)
{
    struct ring_user *user = &life.rings[i];

    give_up(&user->source, i);
    if (user->open && CALL(i, udma_ring_close(&user->ring)) == 0)
        user->open = false;
    /* A ring that the hardware may still use is nobody's. */
    if (user->reserved && !user->open && CALL(i, udma_ring_unreserve(user->index)) == 0)
        user->reserved = false;
}

static void close_rings(void)
{
    for (unsigned i = 0; i < life_size->rings; i++)
        close_ring(i);
    if (life.number_reserved && CALL(0, udma_channel_unreserve(life.number)) == 0)
        life.number_reserved = false;
}

/* ---- messages ---- */

static int write_message(struct device *device, uint32_t index, const struct irq_message *message)
{
    (void)device;
    life.written[index] = false;
    if (message == NULL)
        return 0;
    if (life_size->slot_fails != NULL && life_size->slot_fails())
        return -EIO;
    life.messages[index] = *message;
    life.written[index] = true;
    return 0;
}

static void open_messages(void)
{
    const struct irq_request queues = {
        .index = 0,
        .handler = count_call,
        .context = life.block,
        .name = "queue",
        .core = IRQ_CORE_ANY,
    };
    struct irq *irqs[BLOCK];

    life.slots.name = "slots";
    life.slots.write_message = write_message;
    life.plain.name = "plain";
    if (!life_is_up("message interrupts")) {
        expect_refusal(irq_bind_its(&life.slots, platform_its(), SLOTS_ID, EVENT_BITS), -EINVAL,
                       "ITS");
        return;
    }
    if (CALL(SLOTS_ID, irq_bind_its(&life.slots, platform_its(), SLOTS_ID, EVENT_BITS)) == 0) {
        if (CALL(0, irq_request_block(&life.slots, &queues, BLOCK, sizeof(life.block[0]), irqs)) ==
            0)
            for (unsigned i = 0; i < BLOCK; i++)
                life.block[i].irq = irqs[i];
        (void)request(&life.slots, IRQ_INDEX_ANY, 1, &life.single, "single");
    }
    /* Behind the same bridge. */
    if (CALL(SLOTS_ID, irq_bind_its(&life.plain, platform_its(), SLOTS_ID, EVENT_BITS)) == 0)
        (void)request(&life.plain, PLAIN_EVENT, 0, &life.plain_source, "plain");
}

static void use_slots(void)
{
    for (unsigned i = 0; i < BLOCK; i++)
        if (life.block[i].irq != NULL)
            expect_event(&life.block[i], send_from_slot, i, "slot");
    if (life.block[2].irq != NULL) {
        move(&life.block[2], 3, 2);
        expect_event(&life.block[2], send_from_slot, 2, "slot");
        expect_masked_event(&life.block[2], send_from_slot, 2, "slot");
    }
    if (life.single.irq != NULL) {
        unsigned slot = irq_index(life.single.irq);

        move(&life.single, 2, slot);
        expect_event(&life.single, send_from_slot, slot, "slot");
    }
    memset(life.written, 0, sizeof(life.written)); /* a reset of the device */
    if (life.slots.interrupts != NULL && CALL(0, irq_restore_messages(&life.slots)) != 0)
        (void)CALL(0, irq_restore_messages(&life.slots));
    if (life.block[1].irq != NULL)
        expect_event(&life.block[1], send_from_slot, 1, "slot");
}

static void use_messages(void)
{
    use_slots();
    if (life.plain_source.irq != NULL) {
        expect_event(&life.plain_source, send_message, PLAIN_EVENT, "message");
        move(&life.plain_source, 1, PLAIN_EVENT);
        expect_event(&life.plain_source, send_message, PLAIN_EVENT, "message");
    }
}

static void close_messages(void)
{
    struct irq *irqs[BLOCK];

    give_up(&life.plain_source, PLAIN_EVENT);
    give_up(&life.single, 0);
    for (unsigned i = 0; i < BLOCK; i++)
        irqs[i] = life.block[i].irq;
    (void)CALL(0, irq_free_block(irqs, BLOCK));
    for (unsigned i = 0; i < BLOCK; i++)
        life.block[i].irq = irqs[i];
    unbind(&life.plain, SLOTS_ID);
    unbind(&life.slots, SLOTS_ID);
}

/* ---- wires ---- */

/* The line that a route ends in, as the route says it. */
static unsigned line_of(const struct irq *irq)
{
    char text[120];
    const char *number;

    (void)irq_describe(irq, text, sizeof(text));
    number = strstr(text, "INTID ");
    return number != NULL ? (unsigned)strtoul(number + strlen("INTID "), NULL, 10) : 0;
}

static void open_wires(void)
{
    static const uint16_t intids[] = {WIRE_INTID};
    static const uint16_t inputs[] = {ROUTER_INPUT};

    life.wire.name = "wire";
    life.direct.name = "direct";
    if (!life_is_up("wired interrupts"))
        expect_refusal(irq_bind_wired(&life.wire, platform_wired(), intids, 1), -EINVAL, "a wire");
    else if (CALL(WIRE_INTID, irq_bind_wired(&life.wire, platform_wired(), intids, 1)) == 0)
        (void)request(&life.wire, 0, 1, &life.wire_source, "wire");
    if (!life_is_up("interrupt router"))
        expect_refusal(irq_bind_intr(&life.direct, platform_intr(), inputs, 1), -EINVAL,
                       "the router");
    else if (CALL(ROUTER_INPUT, irq_bind_intr(&life.direct, platform_intr(), inputs, 1)) == 0)
        (void)request(&life.direct, 0, 2, &life.direct_source, "direct");
}

static void use_wire(struct source *source, const char *name)
{
    if (source->irq == NULL)
        return;
    source->intid = line_of(source->irq);
    expect_event(source, raise_line, source->intid, name);
    expect_masked_event(source, raise_line, source->intid, name);
    move(source, 3, source->intid);
    expect_event(source, raise_line, source->intid, name);
}

static void close_wires(void)
{
    give_up(&life.wire_source, WIRE_INTID);
    give_up(&life.direct_source, ROUTER_INPUT);
    unbind(&life.wire, WIRE_INTID);
    unbind(&life.direct, ROUTER_INPUT);
}

/* ---- a core's own ---- */

static void use_local(void)
{
    struct source *sgi = &life.sgi;
    unsigned before = calls_of(sgi);

    if (!life_is_up("core 0's interrupts"))
        return;
    if (CALL(SGI, irq_sgi_request(SGI, count_call, sgi)) == 0) {
        gic_send_sgi(core_count() - 1, SGI);
        if (!life_comes(&sgi->calls, before + 1, EVENT_TIME_US))
            life_complain("SGI", "it does not arrive", SGI);
        (void)CALL(SGI, irq_sgi_free(SGI));
    }
    if (CALL(PPI, irq_ppi_request(PPI, count_call, &life.ppi)) == 0)
        (void)CALL(PPI, irq_ppi_free(PPI));
}

/* ---- a core leaves and comes back ---- */

static void evacuate(void)
{
    if (core_count() < 2)
        return;
    life.evacuated = true;
    if (CALL(2, irq_evacuate_core(core_count() / 2)) != 0)
        (void)CALL(2, irq_evacuate_core(core_count() / 2)); /* it can be repeated */
}

static void admit(void)
{
    if (life.evacuated && CALL(2, irq_admit_core(core_count() / 2)) == 0)
        life.evacuated = false;
}

/* ---- the whole ---- */

static void give_all_back(void)
{
    admit();
    close_rings();
    close_messages();
    close_wires();
    close_packets();
    close_channels();
}

void life_run(const struct life_size *of, struct life_report *to)
{
    life_begin(of, to);
    open_channels();
    open_packets();
    open_wires();
    open_rings();
    open_messages();
    copy();
    send_packets();
    use_wire(&life.wire_source, "wire");
    use_wire(&life.direct_source, "direct");
    use_rings();
    use_messages();
    use_local();
    evacuate();
    copy();
    irq_service();
    give_all_back();
}

void life_try_again(const struct life_size *of, struct life_report *to)
{
    life_begin(of, to);
    give_all_back();
}
