// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets through a transmit channel that is paired with a receive channel, against the device
 * models: of one Navigator and of two; every way they can be lost, and that none is.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/udma/host_packet.h"
#include "drivers/udma/packet_channels.h"
#include "drivers/udma/ring.h"
#include "msi/irq.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH      8u
#define BUFFERS    4u
#define SIZE       256u
#define PIECES     64u /* buffers of the receiver */
#define SETTLE_US  20000u
#define TIMEOUT_US 2000000u

static struct udma *navigators[2]; /* main, MCU */
static struct udma_host_inventory before;

static int start(void **state)
{
    (void)state;
    udma_host_start();
    navigators[0] = udma_find(udma_host_facts.udmap_device);
    navigators[1] = udma_host_start_mcu();
    return 0;
}

/* ---- two ends, which note what they see ---- */

static struct end {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flows[2];
    struct udma_transmit_config transmit_config;
    struct udma_receive_config receive_config;
    struct udma_flow_config flow_config;

    uint8_t memory[PIECES][SIZE];
    unsigned owner[PIECES]; /* 1: the caller's; 0: given */
    unsigned queued;        /* by send_one() */
    unsigned sent, canceled, wrong, readies;
    unsigned received, received_buffers, returned;
    unsigned errors[UDMA_ERRORS];
    unsigned last_flow; /* which flow's callback was the last */
    bool keep;          /* buffers are not given back */
    struct udma_received last;
    struct udma_header header;   /* its */
    uint8_t data[PIECES * SIZE]; /* of the last packet */
    void (*action)(struct end *end);
} end;

static void on_sent(void *context, void *cookie, int status)
{
    struct end *e = context;

    e->wrong += (uintptr_t)cookie != e->sent + e->canceled + 1u;
    if (status == 0)
        e->sent++;
    else
        e->canceled++;
    e->wrong += status != 0 && status != -ECANCELED;
    if (e->action != NULL)
        e->action(e);
    wait_notify();
}

static void on_ready(void *context)
{
    ((struct end *)context)->readies++;
}

static void on_error(void *context, enum udma_error error)
{
    ((struct end *)context)->errors[error]++;
}

static void give(struct end *e, struct udma_flow *flow, unsigned ring, unsigned piece)
{
    const struct udma_buffer buffer = {
        .data = e->memory[piece], .length = SIZE, .cookie = &e->owner[piece]};

    if (udma_flow_give(flow, ring, &buffer, 1) == 1)
        e->owner[piece] = 0;
}

static void take(struct end *e, const struct udma_buffer *buffer)
{
    unsigned *owner = buffer->cookie;

    e->wrong += *owner != 0;
    *owner = 1;
}

static void receive(struct end *e, const struct udma_received *packet, unsigned index)
{
    unsigned place = 0;

    e->last = *packet;
    udma_received_header(packet, &e->header);
    e->last_flow = index;
    e->received++;
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        const struct udma_buffer *buffer = &packet->buffers[i];
        unsigned piece = (unsigned)(((uint8_t *)buffer->data - e->memory[0]) / SIZE);

        memcpy(e->data + place, buffer->data, buffer->length);
        place += buffer->length;
        take(e, buffer);
        e->received_buffers++;
        if (!e->keep)
            give(e, e->flows[index], 0, piece);
    }
    e->wrong += place != packet->length;
    wait_notify();
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        receive(context, packets[i], 0);
}

static void on_received_other(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        receive(context, packets[i], 1);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    struct end *e = context;

    take(e, buffer);
    e->wrong += buffer->length != SIZE;
    e->returned++;
}

static void prepare(struct end *e)
{
    memset(e, 0, sizeof(*e));
    e->transmit_config = (struct udma_transmit_config){.name = "transmit",
                                                       .depth = DEPTH,
                                                       .buffers_max = BUFFERS,
                                                       .sent = on_sent,
                                                       .ready = on_ready,
                                                       .error = on_error,
                                                       .context = e};
    e->receive_config = (struct udma_receive_config){.name = "receive", .flow_count = 1};
    e->flow_config = (struct udma_flow_config){.name = "flow",
                                               .depth = DEPTH,
                                               .received = on_received,
                                               .returned = on_returned,
                                               .error = on_error,
                                               .context = e};
    for (unsigned i = 0; i < PIECES; i++)
        e->owner[i] = 1;
}

static void open_flows(struct end *e)
{
    struct udma_flow_config other = e->flow_config;

    must(udma_flow_open(e->receive, 0, &e->flow_config, &e->flows[0]));
    other.received = on_received_other;
    if (e->receive_config.flow_count == 2)
        must(udma_flow_open(e->receive, 1, &other, &e->flows[1]));
}

/* So many buffers for each flow. */
static void give_some(struct end *e, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        give(e, e->flows[0], 0, i);
    for (unsigned i = 0; i < count && e->flows[1] != NULL; i++)
        give(e, e->flows[1], 0, PIECES / 2 + i);
}

static void open_end(struct end *e, unsigned buffers)
{
    must(udma_transmit_open(&e->transmit_config, &e->transmit));
    must(udma_receive_open(&e->receive_config, &e->receive));
    open_flows(e);
    must(udma_loopback_pair(e->transmit, e->receive));
    give_some(e, buffers);
    must(udma_receive_start(e->receive));
}

/* Everything is back. */
static void check_ownership(const struct end *e)
{
    for (unsigned i = 0; i < PIECES; i++)
        assert_int_equal(e->owner[i], 1);
    assert_int_equal(e->wrong, 0);
}

static void close_end(struct end *e)
{
    must(udma_transmit_close(e->transmit));
    must(udma_receive_close(e->receive));
    check_ownership(e);
}

static struct udma_buffer piece_of(uint8_t *data, uint32_t length)
{
    return (struct udma_buffer){.data = data, .length = length};
}

static void fill(uint8_t *data, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i * 7u + (i >> 8) + seed);
}

static int send_one(struct end *e, struct udma_buffer *buffers, unsigned count)
{
    const struct udma_packet packet = {
        .buffers = buffers, .buffer_count = count, .cookie = (void *)(uintptr_t)(e->queued + 1u)};
    int taken = udma_send(e->transmit, &packet, 1);

    if (taken == 1)
        e->queued++;
    return taken;
}

static int set_up(void **state)
{
    (void)state;
    prepare(&end);
    before = udma_host_inventory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    check_inventory(&before);
    return 0;
}

/* ---- the descriptor, byte by byte ---- */

static void put(uint8_t *bytes, size_t offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

/* Word 0: type 1 in 31:30, EPIB 29, words 27:22, length 21:0. Word 1: errors 31:28, flags 27:24,
 * id 23:14, flow 13:0. Word 2: type 31:27, ring 15:0. Word 3: tags. Then link, buffer, lengths. */
static void a_packet_is_a_host_descriptor(void **state)
{
    uint8_t expected[256] = {0};
    struct udma_buffer buffers[2] = {piece_of((uint8_t *)0x123456789abc, 0x10001),
                                     piece_of((uint8_t *)0x20000, 2)};
    const struct udma_header header = {.type = 0x15,
                                       .protocol_flags = 0xa,
                                       .source_tag = 0x1234,
                                       .destination_tag = 0x5678,
                                       .flow = 77,
                                       .has_epib = true,
                                       .epib = {1, 2, 3, 4},
                                       .word_count = 2,
                                       .words = {5, 6}};
    const struct udma_packet packet = {.buffers = buffers, .buffer_count = 2, .header = &header};
    struct udma_transmit *transmit;
    uint64_t at;

    (void)state;
    end.action = NULL;
    must(udma_transmit_open(&end.transmit_config, &transmit));
    transmit->feed.refusal = 0; /* as if paired; it does not run */
    assert_int_equal(udma_send(transmit, &packet, 1), 1);
    at = transmit->feed.ring.elements[0];
    put(expected, 0, 4, 1u << 30 | 1u << 29 | 2u << 22 | 0x10003);
    put(expected, 4, 4, 0xau << 24 | (uint32_t)transmit->number << 14 | 77);
    put(expected, 8, 4, 0x15u << 27 | transmit->completion_ring);
    put(expected, 12, 4, 0x12345678);
    put(expected, 16, 8, at + 128);
    put(expected, 24, 8, 0x123456789abc);
    put(expected, 32, 4, 0x10001);
    put(expected, 36, 4, 0x10001);
    put(expected, 40, 8, 0x123456789abc);
    for (unsigned i = 0; i < 6; i++)
        put(expected, 48 + 4 * i, 4, i + 1);
    assert_memory_equal((void *)(uintptr_t)at, expected, 128);
    memset(expected, 0, sizeof(expected));
    put(expected, 24, 8, 0x20000);
    put(expected, 32, 4, 2);
    put(expected, 36, 4, 2);
    put(expected, 40, 8, 0x20000);
    assert_memory_equal((void *)(uintptr_t)(at + 128), expected, 128);
    transmit->config.sent = on_sent;
    end.sent = UINT32_MAX; /* the packet's cookie is NULL */
    must(udma_transmit_close(transmit));
    assert_int_equal(end.canceled, 1);
    assert_int_equal(end.wrong, 0);
}

/* ---- one packet ---- */

static void check_one_packet(unsigned transmitter, unsigned receiver)
{
    static uint8_t data[3 * SIZE];
    struct udma_buffer buffers[3] = {piece_of(data, 1), piece_of(data + 1, 2 * SIZE),
                                     piece_of(data + 1 + 2 * SIZE, 10)};
    struct udma_header header = {.type = 9,
                                 .protocol_flags = 5,
                                 .source_tag = 0x34,
                                 .destination_tag = 0x5678,
                                 .flow = UDMA_FLOW_DEFAULT,
                                 .has_epib = true,
                                 .epib = {11, 12, 13, 14},
                                 .word_count = UDMA_WORDS_MAX};
    const struct udma_packet packet = {
        .buffers = buffers, .buffer_count = 3, .header = &header, .cookie = (void *)1};

    fill(data, sizeof(data), 3);
    for (unsigned i = 0; i < UDMA_WORDS_MAX; i++)
        header.words[i] = 100 + i;
    end.transmit_config.udma = navigators[transmitter];
    end.receive_config.udma = navigators[receiver];
    open_end(&end, DEPTH);
    assert_int_equal(udma_send(end.transmit, &packet, 1), 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.sent, 1);
    assert_int_equal(end.received, 1);
    assert_int_equal(end.last.length, 2 * SIZE + 11);
    assert_int_equal(end.last.buffer_count, 3);
    assert_memory_equal(end.data, data, end.last.length);
    assert_int_equal(end.header.type, 9);
    assert_int_equal(end.header.protocol_flags, 5);
    assert_int_equal(end.last.error_flags, 0);
    assert_int_equal(end.header.source_tag, 0x34);
    assert_int_equal(end.header.destination_tag, 0x5678);
    assert_int_equal(end.header.flow, udma_receive_first_flow(end.receive));
    assert_true(end.header.has_epib);
    assert_memory_equal(end.header.epib, header.epib, sizeof(header.epib));
    assert_int_equal(end.header.word_count, UDMA_WORDS_MAX);
    assert_memory_equal(end.header.words, header.words, sizeof(header.words));
    close_end(&end);
    assert_int_equal(end.returned, DEPTH);
    assert_int_equal(end.errors[UDMA_ERROR_TEARDOWN], 1); /* the other end was closed first */
}

static void a_packet_arrives_with_all_that_goes_with_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        prepare(&end);
        check_one_packet(i & 1, i >> 1);
    }
}

/* What the channel was opened with; of five words, which no packet of one buffer takes the short
 * way with. */
static void a_channel_has_a_header_for_packets_without(void **state)
{
    (void)state;
    for (unsigned words = 4; words <= 5; words++) {
        struct udma_header header = {.type = 7,
                                     .protocol_flags = 3,
                                     .source_tag = 1,
                                     .destination_tag = 2,
                                     .flow = UDMA_FLOW_DEFAULT,
                                     .has_epib = true,
                                     .epib = {21, 22, 23, 24},
                                     .word_count = words,
                                     .words = {31, 32, 33, 34, 35}};
        const struct udma_header same = header;
        uint8_t byte = 0x5a;
        struct udma_buffer buffer = piece_of(&byte, 1);

        prepare(&end);
        end.transmit_config.header = &header;
        end.transmit_config.length_max = 1;
        open_end(&end, 2);
        memset(&header, 0, sizeof(header)); /* it was copied */
        assert_int_equal(send_one(&end, &buffer, 1), 1);
        host_advance_us(SETTLE_US);
        assert_int_equal(end.received, 1);
        assert_int_equal(end.header.type, 7);
        assert_int_equal(end.header.protocol_flags, 3);
        assert_int_equal(end.header.source_tag, 1);
        assert_int_equal(end.header.destination_tag, 2);
        assert_true(end.header.has_epib);
        assert_memory_equal(end.header.epib, same.epib, sizeof(same.epib));
        assert_int_equal(end.header.word_count, words);
        assert_memory_equal(end.header.words, same.words, words * sizeof(same.words[0]));
        buffer.length = 2;
        assert_int_equal(send_one(&end, &buffer, 1), -EINVAL); /* longer than it says */
        close_end(&end);
    }
}

static void a_packet_without_extras_has_none(void **state)
{
    uint8_t byte = 0x5a;
    struct udma_buffer buffer = piece_of(&byte, 1);

    (void)state;
    open_end(&end, 1);
    assert_int_equal(send_one(&end, &buffer, 1), 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.received, 1);
    assert_int_equal(end.last.length, 1);
    assert_int_equal(end.data[0], 0x5a);
    assert_false(end.header.has_epib);
    assert_int_equal(end.header.word_count, 0);
    close_end(&end);
}

/* ---- many, and their order ---- */

static unsigned next_number;

static void send_many(struct end *e, unsigned total)
{
    static uint32_t numbers[4 * DEPTH];
    struct udma_packet packets[4 * DEPTH];
    struct udma_buffer buffers[4 * DEPTH];
    unsigned asked = 0;
    int taken;

    while (asked < 4 * DEPTH && next_number + asked < total) {
        numbers[(next_number + asked) % (4 * DEPTH)] = next_number + asked;
        buffers[asked] = piece_of((uint8_t *)&numbers[(next_number + asked) % (4 * DEPTH)], 4);
        packets[asked] =
            (struct udma_packet){.buffers = &buffers[asked],
                                 .buffer_count = 1,
                                 .cookie = (void *)(uintptr_t)(next_number + asked + 1)};
        asked++;
    }
    if (asked == 0)
        return;
    taken = udma_send(e->transmit, packets, asked);
    if (taken > 0)
        next_number += (unsigned)taken;
    else
        assert_int_equal(taken, -EAGAIN);
}

static unsigned expected_number;

static void on_numbered(void *context, struct udma_received *const *packets, unsigned count)
{
    uint32_t number;

    for (unsigned i = 0; i < count; i++) {
        memcpy(&number, packets[i]->buffers[0].data, sizeof(number));
        end.wrong += number != expected_number++;
    }
    on_received(context, packets, count);
}

static void pump(unsigned total, bool polled)
{
    for (unsigned idle = 0; end.received < total && idle < 10000; idle++) {
        send_many(&end, total);
        host_advance_us(10);
        if (polled) {
            (void)udma_transmit_poll(end.transmit);
            (void)udma_flow_poll(end.flows[0]);
        }
        if (end.flow_config.delivery != NULL)
            (void)work_run();
    }
    host_advance_us(SETTLE_US);
    if (polled)
        while (udma_transmit_poll(end.transmit) > 0)
            ;
    (void)work_run();
}

static void check_many(const struct udma_delivery *delivery, bool polled)
{
    struct udma_packet_counters counters;

    next_number = expected_number = 0;
    end.transmit_config.delivery = end.flow_config.delivery = delivery;
    end.transmit_config.polled = end.flow_config.polled = polled;
    end.flow_config.received = on_numbered;
    open_end(&end, DEPTH);
    pump(1000, polled);
    assert_int_equal(end.received, 1000);
    assert_int_equal(end.sent, 1000);
    udma_transmit_get_counters(end.transmit, &counters);
    assert_int_equal(counters.packets, 1000);
    assert_int_equal(counters.bytes, 4000);
    assert_true(counters.doorbells < 1000 && end.readies > 0); /* batches */
    udma_flow_get_counters(end.flows[0], &counters);
    assert_int_equal(counters.packets, 1000);
    assert_int_equal(counters.bogus, 0);
    close_end(&end);
}

static void many_packets_arrive_in_order(void **state)
{
    (void)state;
    check_many(NULL, false);
}

static void callbacks_may_come_in_a_thread(void **state)
{
    (void)state;
    check_many(&udma_in_thread, false);
}

static void channels_may_be_polled(void **state)
{
    (void)state;
    check_many(NULL, true);
    assert_int_equal(udma_transmit_poll(NULL), -EINVAL);
    assert_int_equal(udma_flow_poll(NULL), -EINVAL);
}

/* ---- several in one interrupt ---- */

static struct {
    unsigned calls, most, packets, wrong;
} batches;

/* All buffers first go back, and back into the hardware's hands; then the headers are read. */
static void on_batch(void *context, struct udma_received *const *packets, unsigned count)
{
    struct end *e = context;

    batches.calls++;
    batches.most = count > batches.most ? count : batches.most;
    for (unsigned i = 0; i < count; i++) {
        struct udma_buffer *buffer = packets[i]->buffers;

        batches.wrong += packets[i]->buffer_count != 1 || packets[i]->length != 4;
        buffer->length = SIZE;
        batches.wrong += udma_flow_give(e->flows[0], 0, buffer, 1) != 1;
    }
    for (unsigned i = 0; i < count; i++) {
        struct udma_header header;
        const uint32_t *words;
        unsigned word_count;

        udma_received_header(packets[i], &header);
        words = udma_received_words(packets[i], &word_count);
        batches.wrong += header.destination_tag != batches.packets || word_count != 1 ||
                         words[0] != ~batches.packets;
        batches.packets++;
    }
}

static void send_tagged(unsigned number)
{
    static uint32_t data;
    const struct udma_header header = {.destination_tag = (uint16_t)number,
                                       .flow = UDMA_FLOW_DEFAULT,
                                       .word_count = 1,
                                       .words = {~number}};
    const struct udma_buffer buffer = piece_of((uint8_t *)&data, sizeof(data));
    const struct udma_packet packet = {.buffers = &buffer,
                                       .buffer_count = 1,
                                       .header = &header,
                                       .cookie = (void *)(uintptr_t)(number + 1)};

    assert_int_equal(udma_send(end.transmit, &packet, 1), 1);
}

static void a_batch_can_be_read_while_its_buffers_go_back(void **state)
{
    unsigned sent = 0;

    (void)state;
    memset(&batches, 0, sizeof(batches));
    end.transmit_config.depth = end.flow_config.depth = PIECES;
    end.flow_config.received = on_batch;
    end.flow_config.polled = true;
    open_end(&end, PIECES);
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 41; i++)
            send_tagged(sent++);
        host_advance_us(SETTLE_US);
        assert_int_equal(udma_flow_poll(end.flows[0]), 41);
    }
    assert_int_equal(batches.packets, sent);
    assert_int_equal(batches.wrong, 0);
    assert_int_equal(batches.most, UDMA_RECEIVE_BATCH);
    assert_in_range(batches.calls, 30,
                    40); /* three a round, and one more where a ring goes round */
    for (unsigned i = 0; i < PIECES; i++)
        end.owner[i] = 0;
    close_end(&end);
    assert_int_equal(end.returned, PIECES);
}

/* Free slots, slots that come twice, strangers, a packet with errors, one that is too long: each
 * between good ones, which arrive, in order. */
static void what_is_odd_breaks_no_batch(void **state)
{
    struct udma_host_packet *descriptors;
    uint64_t elements[9];
    unsigned taken = 0;

    (void)state;
    end.keep = true;
    open_end(&end, 6);
    descriptors = (struct udma_host_packet *)end.flows[0]->consumer.descriptors;
    for (unsigned i = 0; i < 6; i++) {
        descriptors[i].packet_info[0] = 10 + i;
        descriptors[i].buffer_length = 10 + i;
    }
    descriptors[1].packet_info[1] = 5u << 28;
    descriptors[3].buffer_length = SIZE + 1;
    elements[0] = (uintptr_t)&descriptors[0];
    elements[1] = (uintptr_t)&descriptors[0]; /* again */
    elements[2] = (uintptr_t)&descriptors[1]; /* errors */
    elements[3] = (uintptr_t)&descriptors[2];
    elements[4] = (uintptr_t)&descriptors[7];     /* free */
    elements[5] = (uintptr_t)&descriptors[3];     /* too long */
    elements[6] = (uintptr_t)&descriptors[4] + 2; /* none */
    elements[7] = (uintptr_t)&descriptors[4];
    elements[8] = (uintptr_t)&descriptors[5];
    while (taken < 9)
        taken += udma_flow_complete(&end.flows[0]->consumer, elements + taken, 9 - taken);
    assert_int_equal(taken, 9);
    assert_int_equal(end.received, 6);
    assert_int_equal(end.last.length, 15);
    assert_int_equal(end.errors[UDMA_ERROR_PACKET], 1);
    assert_int_equal(end.errors[UDMA_ERROR_DESCRIPTOR], 4);
    assert_int_equal(end.flows[0]->consumer.counters.bogus, 3);
    assert_int_equal(end.flows[0]->consumer.counters.bytes, 10 + 11 + 12 + SIZE + 14 + 15);
    close_end(&end);
}

/* ---- room ---- */

static void a_full_channel_says_so_and_then_that_there_is_room(void **state)
{
    uint8_t byte = 1;
    struct udma_buffer buffer = piece_of(&byte, 1);

    (void)state;
    open_end(&end, 0); /* the receiver has no buffers: all wait */
    for (unsigned i = 0; i < DEPTH; i++)
        assert_int_equal(send_one(&end, &buffer, 1), 1);
    assert_int_equal(send_one(&end, &buffer, 1), -EAGAIN);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.received, 0);
    assert_int_equal(end.readies, 0);
    give_some(&end, 2);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.received, DEPTH);
    assert_int_equal(end.sent, DEPTH);
    assert_int_equal(end.readies, 1);
    close_end(&end);
}

static void a_flow_that_drops_drops(void **state)
{
    uint8_t byte = 1;
    struct udma_buffer buffer = piece_of(&byte, 1);

    (void)state;
    end.flow_config.when_empty = UDMA_FLOW_DROP;
    end.keep = true;
    open_end(&end, 2);
    for (unsigned i = 0; i < DEPTH; i++)
        assert_int_equal(send_one(&end, &buffer, 1), 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.sent, DEPTH);
    assert_int_equal(end.received, 2);
    close_end(&end);
}

static void a_free_ring_takes_what_it_has_room_for(void **state)
{
    struct udma_buffer buffers[DEPTH + 1];

    (void)state;
    open_end(&end, 0);
    for (unsigned i = 0; i <= DEPTH; i++) {
        buffers[i] =
            (struct udma_buffer){.data = end.memory[i], .length = SIZE, .cookie = &end.owner[i]};
        end.owner[i] = i < DEPTH ? 0 : 1;
    }
    assert_int_equal(udma_flow_give(end.flows[0], 0, buffers, DEPTH + 1), DEPTH);
    assert_int_equal(udma_flow_give(end.flows[0], 0, buffers + DEPTH, 1), 0);
    assert_int_equal(udma_flow_give(end.flows[0], 1, buffers + DEPTH, 1), -EINVAL);
    close_end(&end);
    assert_int_equal(end.returned, DEPTH);
}

/* ---- flows, and rings by size ---- */

static void a_packet_goes_to_the_flow_that_it_names(void **state)
{
    uint8_t byte = 1;
    struct udma_buffer buffer = piece_of(&byte, 1);
    struct udma_header header = {0};
    struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1, .header = &header};

    (void)state;
    end.receive_config.flow_count = 2;
    open_end(&end, 2);
    for (uintptr_t i = 0; i < 3; i++) {
        header.flow =
            i == 2 ? UDMA_FLOW_DEFAULT : (uint16_t)(udma_receive_first_flow(end.receive) + 1u - i);
        packet.cookie = (void *)(i + 1);
        assert_int_equal(udma_send(end.transmit, &packet, 1), 1);
        host_advance_us(SETTLE_US);
        assert_int_equal(end.received, i + 1);
        assert_int_equal(end.last_flow, i == 0 ? 1 : 0);
    }
    header.flow = (uint16_t)(udma_receive_first_flow(end.receive) + 2u);
    packet.cookie = (void *)4;
    assert_int_equal(udma_send(end.transmit, &packet, 1), 1); /* out of range: dropped */
    host_advance_us(SETTLE_US);
    assert_int_equal(end.received, 3);
    assert_int_equal(end.sent, 4);
    close_end(&end);
}

static void buffers_come_by_size(void **state)
{
    static uint8_t data[512];
    static const struct {
        uint32_t length;
        unsigned ring;
    } cases[] = {{1, 0}, {64, 0}, {65, 1}, {128, 1}, {129, 2}, {512, 2}};

    (void)state;
    end.flow_config.free_rings = 3;
    end.flow_config.sizes[0] = 64;
    end.flow_config.sizes[1] = 128;
    end.keep = true;
    open_end(&end, 0);
    for (unsigned i = 0; i < 3 * 8; i++)
        give(&end, end.flows[0], i / 8, i);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct udma_buffer buffer = piece_of(data, cases[i].length);
        unsigned piece;

        assert_int_equal(send_one(&end, &buffer, 1), 1);
        host_advance_us(SETTLE_US);
        assert_int_equal(end.received, i + 1);
        piece = (unsigned)(((uint8_t *)end.last.buffers[0].data - end.memory[0]) / SIZE);
        assert_int_equal(piece / 8, cases[i].ring);
        assert_int_equal(end.last.length, cases[i].length);
    }
    close_end(&end);
}

/* ---- the end ---- */

static void a_close_in_the_middle_loses_nothing(void **state)
{
    static uint8_t data[SIZE];

    (void)state;
    for (unsigned when = 0; when < 40; when++) {
        prepare(&end);
        end.transmit_config.udma = navigators[when & 1];
        end.receive_config.udma = navigators[when >> 1 & 1];
        open_end(&end, DEPTH);
        for (unsigned i = 0; i < DEPTH; i++) {
            struct udma_buffer buffer = piece_of(data, SIZE);

            assert_int_equal(send_one(&end, &buffer, 1), 1);
        }
        host_advance_us(when);
        must(udma_transmit_close(end.transmit));
        assert_int_equal(end.sent + end.canceled, DEPTH);
        host_advance_us(SETTLE_US);
        assert_int_equal(end.received, end.sent);
        must(udma_receive_close(end.receive));
        check_ownership(&end);
    }
}

static void a_receiver_is_closed_after_its_sender(void **state)
{
    struct udma_flow *flow;

    (void)state;
    open_end(&end, 2);
    assert_int_equal(udma_receive_close(end.receive), -EBUSY);
    assert_int_equal(udma_receive_start(end.receive), -EALREADY);
    assert_int_equal(udma_flow_close(end.flows[0]), -EBUSY);
    assert_int_equal(udma_flow_open(end.receive, 0, &end.flow_config, &flow), -EBUSY);
    assert_int_equal(udma_loopback_pair(end.transmit, end.receive), -EALREADY);
    close_end(&end);
}

/* The receiver has no buffers, so the packet in flight never ends. */
static void what_does_not_end_is_cut_off(void **state)
{
    static uint8_t data[SIZE];
    struct udma_buffer buffer = piece_of(data, SIZE);

    (void)state;
    open_end(&end, 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(send_one(&end, &buffer, 1), 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(udma_transmit_close(end.transmit), -ETIMEDOUT);
    assert_int_equal(end.canceled, 3);
    must(udma_receive_close(end.receive));
    check_ownership(&end);
}

static void a_receiver_goes_on_with_another_sender(void **state)
{
    uint8_t byte = 1;
    struct udma_buffer buffer = piece_of(&byte, 1);

    (void)state;
    open_end(&end, 2);
    assert_int_equal(send_one(&end, &buffer, 1), 1);
    host_advance_us(SETTLE_US);
    must(udma_transmit_close(end.transmit));
    assert_int_equal(udma_receive_start(end.receive), -ENOTCONN);
    end.sent = end.queued = 0;
    end.transmit_config.udma = navigators[1];
    must(udma_transmit_open(&end.transmit_config, &end.transmit));
    assert_int_equal(send_one(&end, &buffer, 1), -ENOTCONN);
    must(udma_loopback_pair(end.transmit, end.receive));
    must(udma_receive_start(end.receive));
    assert_int_equal(send_one(&end, &buffer, 1), 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.received, 2);
    close_end(&end);
}

/* ---- what is refused ---- */

static void what_is_wrong_is_refused(void **state)
{
    uint8_t byte = 1;
    struct udma_buffer buffers[BUFFERS + 1], none = {.data = NULL, .length = 1};
    struct udma_packet good = {.buffers = buffers, .buffer_count = 1, .cookie = (void *)1}, bad;
    struct udma_header header;

    (void)state;
    for (unsigned i = 0; i <= BUFFERS; i++)
        buffers[i] = piece_of(&byte, 1);
    open_end(&end, 2);
    assert_int_equal(udma_send(NULL, &good, 1), -EINVAL);
    assert_int_equal(udma_send(end.transmit, NULL, 1), -EINVAL);
    assert_int_equal(udma_send(end.transmit, &good, 0), -EINVAL);
    for (unsigned i = 0; i < 6; i++) {
        struct udma_packet packets[2] = {good, good};

        bad = good;
        bad.buffer_count = i == 0 ? 0 : i == 1 ? BUFFERS + 1 : 1;
        bad.buffers = i == 2 ? NULL : i == 3 ? &none : buffers;
        bad.header = i >= 4 ? &header : NULL;
        header = (struct udma_header){.word_count = i == 4 ? UDMA_WORDS_MAX + 1 : 0,
                                      .flow = i == 5 ? UDMA_FLOW_DEFAULT + 1 : UDMA_FLOW_DEFAULT};
        assert_int_equal(udma_send(end.transmit, &bad, 1), -EINVAL);
        packets[0].cookie = (void *)(uintptr_t)(i + 1);
        packets[1] = bad;
        assert_int_equal(udma_send(end.transmit, packets, 2), 1);
        host_advance_us(SETTLE_US);
    }
    assert_int_equal(end.received, 6);
    assert_int_equal(udma_flow_give(NULL, 0, buffers, 1), -EINVAL);
    assert_int_equal(udma_flow_give(end.flows[0], 0, &none, 1), -EINVAL);
    close_end(&end);
}

static void configurations_are_checked(void **state)
{
    struct udma_transmit_config transmit;
    struct udma_receive_config receiver;
    struct udma_flow_config flow;
    struct udma_transmit *t;
    struct udma_receive *r;
    struct udma_flow *f;

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        transmit = end.transmit_config;
        transmit.sent = i == 0 ? NULL : on_sent;
        transmit.depth = i == 1 ? 0 : i == 2 ? UDMA_PACKET_DEPTH + 1 : 1;
        transmit.buffers_max = i == 3 ? 0 : i == 4 ? UDMA_BUFFERS_MAX + 1 : 1;
        transmit.core = i == 5 ? 99 : 0;
        assert_int_equal(udma_transmit_open(&transmit, &t), -EINVAL);
    }
    for (unsigned i = 0; i < 3; i++) {
        receiver = end.receive_config;
        receiver.flow_count = i == 0 ? 0 : i == 1 ? UDMA_FLOWS_MAX + 1 : 1;
        receiver.priority = i == 2 ? 8 : 0;
        assert_int_equal(udma_receive_open(&receiver, &r), -EINVAL);
    }
    must(udma_receive_open(&end.receive_config, &r));
    for (unsigned i = 0; i < 8; i++) {
        flow = end.flow_config;
        flow.received = i == 0 ? NULL : on_received;
        flow.depth = i == 1 ? 0 : i == 2 ? UDMA_PACKET_DEPTH + 1 : 1;
        flow.core = i == 3 ? 99 : 0;
        flow.free_rings = i == 4 ? UDMA_FREE_RINGS_MAX + 1 : i > 4 ? 3 : 1;
        flow.sizes[0] = i == 5 ? 33 : 64;
        flow.sizes[1] = i == 6 ? 64 : 4u << 20;
        assert_int_equal(udma_flow_open(r, 0, &flow, &f), -EINVAL);
    }
    assert_int_equal(udma_flow_open(r, 1, &end.flow_config, &f), -EINVAL);
    assert_int_equal(udma_receive_start(r), -EINVAL);
    must(udma_flow_open(r, 0, &end.flow_config, &f));
    assert_int_equal(udma_receive_start(r), -ENOTCONN);
    must(udma_flow_close(f));
    must(udma_receive_close(r));
    assert_string_equal(udma_error_name(UDMA_ERRORS), "unknown");
    for (unsigned i = 0; i < UDMA_ERRORS; i++)
        assert_string_not_equal(udma_error_name((enum udma_error)i), "unknown");
}

/* ---- hardware that is not to be believed ---- */

static void what_is_no_descriptor_is_told(void **state)
{
    static const uint64_t strange[] = {0, 0x1000, UINT64_MAX - 1};

    (void)state;
    open_end(&end, 2);
    for (unsigned i = 0; i < 3; i++)
        udma_packet_other(&end.flows[0]->consumer, strange[i]);
    assert_int_equal(end.errors[UDMA_ERROR_DESCRIPTOR], 3);
    close_end(&end);
}

/* The channel says so; what it has of the packet arrives, or the packet does not. */
static void memory_that_is_not_there_is_told(void **state)
{
    struct udma_buffer buffer = piece_of((uint8_t *)0x20000, SIZE);

    (void)state;
    open_end(&end, 2);
    assert_int_equal(send_one(&end, &buffer, 1), 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(end.errors[UDMA_ERROR_CHANNEL], 1);
    close_end(&end);
    assert_int_equal(end.sent + end.canceled, 1);
}

/* Links in a circle, lengths beyond the buffer. */
static void links_and_lengths_are_not_believed(void **state)
{
    struct udma_host_packet *descriptors;
    struct udma_consumer *consumer;
    uint64_t element;

    (void)state;
    end.keep = true;
    open_end(&end, 3);
    consumer = &end.flows[0]->consumer;
    descriptors = (struct udma_host_packet *)consumer->descriptors;
    for (unsigned i = 0; i < 3; i++) {
        descriptors[i].next = (uintptr_t)&descriptors[(i + 1) % 3];
        descriptors[i].buffer_length = SIZE + 1;
    }
    descriptors[0].packet_info[0] = 63u << 22 | 17;
    element = (uintptr_t)&descriptors[0];
    udma_flow_complete(consumer, &element, 1);
    assert_int_equal(end.received, 1);
    assert_int_equal(end.last.buffer_count, 3);
    assert_int_equal(end.last.length, 3 * SIZE);
    assert_int_equal(end.header.word_count, UDMA_WORDS_MAX);
    assert_int_equal(end.errors[UDMA_ERROR_DESCRIPTOR], 1);
    close_end(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_is_a_host_descriptor),
        cmocka_unit_test(a_packet_arrives_with_all_that_goes_with_it),
        cmocka_unit_test(a_channel_has_a_header_for_packets_without),
        cmocka_unit_test(a_packet_without_extras_has_none),
        cmocka_unit_test(many_packets_arrive_in_order),
        cmocka_unit_test(callbacks_may_come_in_a_thread),
        cmocka_unit_test(channels_may_be_polled),
        cmocka_unit_test(a_batch_can_be_read_while_its_buffers_go_back),
        cmocka_unit_test(what_is_odd_breaks_no_batch),
        cmocka_unit_test(a_full_channel_says_so_and_then_that_there_is_room),
        cmocka_unit_test(a_flow_that_drops_drops),
        cmocka_unit_test(a_free_ring_takes_what_it_has_room_for),
        cmocka_unit_test(a_packet_goes_to_the_flow_that_it_names),
        cmocka_unit_test(buffers_come_by_size),
        cmocka_unit_test(a_close_in_the_middle_loses_nothing),
        cmocka_unit_test(a_receiver_is_closed_after_its_sender),
        cmocka_unit_test(what_does_not_end_is_cut_off),
        cmocka_unit_test(a_receiver_goes_on_with_another_sender),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(configurations_are_checked),
        cmocka_unit_test(what_is_no_descriptor_is_told),
        cmocka_unit_test(memory_that_is_not_there_is_told),
        cmocka_unit_test(links_and_lengths_are_not_believed),
    };
    struct CMUnitTest all[sizeof(tests) / sizeof(tests[0])];

    memcpy(all, tests, sizeof(tests));
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        all[i].setup_func = set_up;
        all[i].teardown_func = tear_down;
    }
    return cmocka_run_group_tests(all, start, NULL);
}
