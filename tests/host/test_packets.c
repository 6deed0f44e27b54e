// SPDX-License-Identifier: BSD-3-Clause
/*
 * The models of the UDMAPs by themselves, register by register: packets from memory to memory over
 * PSI-L, and to and from a peripheral, which is the test's own. What they should do is in the AM65x
 * TRM (SPRUID7) and TI's TI-SCI documentation.
 */
#include "tests/host/support/soc_host.h"
#include "twin/models/psil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DRAM_SIZE  0x2000000u

#define NAVSS_MAIN 0u
#define NAVSS_MCU  1u

static uint8_t dram[DRAM_SIZE];

#define A_WHILE 1000000u

/* ---------------------------------------------------------------- memory */

static uint8_t *at(uint64_t address)
{
    assert_true(address - DRAM_BASE < DRAM_SIZE);
    return &dram[address - DRAM_BASE];
}

static uint32_t get_word(uint64_t address)
{
    uint32_t value;
    memcpy(&value, at(address), 4);
    return value;
}

static void put_word(uint64_t address, uint32_t value)
{
    memcpy(at(address), &value, 4);
}

static void put_address(uint64_t address, uint64_t value)
{
    put_word(address, (uint32_t)value);
    put_word(address + 4, (uint32_t)(value >> 32));
}

/* Places, far from each other. */
#define RING_MEMORY(n) (DRAM_BASE + 0x10000u + 0x1000u * (n))
#define DESCRIPTOR(n)  (DRAM_BASE + 0x100000u + 0x100u * (n))
#define SOURCE         (DRAM_BASE + 0x800000u)
#define DESTINATION    (DRAM_BASE + 0x1000000u)
#define SOURCE_SIZE    0x800000u

/* ---------------------------------------------------------------- TI-SCI */

/* About something of a device; valid: the fields that are meant. */
static struct sci request(uint16_t type, uint32_t valid, uint16_t device, uint16_t index)
{
    struct sci message = sci_request(type, 0);
    sci_put(&message, 8, 4, valid);
    sci_put(&message, 12, 2, device);
    sci_put(&message, 14, 2, index);
    return message;
}

/* ---------------------------------------------------------------- a Navigator */

struct navigator {
    uint16_t navss, ringacc, udmap;
    uint64_t rings, rchans, tchans, gcfg;
    uint16_t thread;       /* of channel 0 */
    uint16_t channel;      /* one of this host's, transmit and receive */
    uint16_t receive_ring; /* of that receive channel */
    uint16_t free_ring;    /* the first of its other rings */
    uint16_t flow;         /* the first of its flows beside the default ones */
};

static const struct navigator navigators[2] = {
    {118, 187, 188, 0x3c000000, 0x34000000, 0x35000000, 0x31150000, 0x1000, 8, 160, 304, 150},
    {119, 195, 194, 0x2b800000, 0x2a800000, 0x2aa00000, 0x285c0000, 0x6000, 2, 50, 96, 48},
};

#define MEMORY_MODE  0u /* of a ring */
#define MESSAGE_MODE 1u /* elements go through the ring's window */

static bool ring_in(unsigned mode, const struct navigator *n, uint16_t ring, uint64_t base,
                    uint32_t count)
{
    struct sci message = request(0x1110, 0x1f, n->ringacc, ring);
    sci_put(&message, 16, 8, base);
    sci_put(&message, 24, 4, count);
    sci_put(&message, 28, 1, mode);
    sci_put(&message, 29, 1, 1); /* 8-byte elements */
    return sci_ask(&message, NULL);
}

static bool ring_configure(const struct navigator *n, uint16_t ring, uint64_t base, uint32_t count)
{
    return ring_in(MEMORY_MODE, n, ring, base, count);
}

static bool message_ring(const struct navigator *n, uint16_t ring, uint64_t base, uint32_t count)
{
    return ring_in(MESSAGE_MODE, n, ring, base, count);
}

static void window_push(unsigned ring, uint64_t element)
{
    assert_true(am65x_write(0x38000000u + 0x1000u * ring + 0x3f8, 8, element));
}

static bool channel_configure(const struct navigator *n, bool transmit, uint16_t channel,
                              uint8_t type, uint16_t completion_ring)
{
    /* Type, fetch size, completion ring. */
    struct sci message = request(transmit ? 0x1205 : 0x1215, 0x1c, n->udmap, channel);
    sci_put(&message, transmit ? 20 : 30, 1, type);
    sci_put(&message, transmit ? 22 : 16, 2, 64); /* words */
    sci_put(&message, transmit ? 25 : 18, 2, completion_ring);
    return sci_ask(&message, NULL);
}

static bool flow_range(const struct navigator *n, uint16_t channel, uint16_t first, uint16_t count)
{
    struct sci message = request(0x1215, 0x600, n->udmap, channel);
    sci_put(&message, 24, 2, first);
    sci_put(&message, 26, 2, count);
    return sci_ask(&message, NULL);
}

struct flow {
    uint8_t einfo, psinfo, retry, words_in_buffer;
    uint16_t offset;
    uint8_t tags[4], selectors[4];
};

static bool flow_configure(const struct navigator *n, uint16_t flow, const struct flow *settings,
                           uint16_t destination, const uint16_t free_rings[4])
{
    struct sci message = request(0x1230, 0x7ffff, n->udmap, flow);
    sci_put(&message, 16, 1, settings->einfo);
    sci_put(&message, 17, 1, settings->psinfo);
    sci_put(&message, 18, 1, settings->retry);
    sci_put(&message, 20, 2, settings->offset);
    sci_put(&message, 22, 2, destination);
    for (unsigned i = 0; i < 4; i++) {
        sci_put(&message, 24 + i, 1, settings->tags[i]);
        sci_put(&message, 28 + i, 1, settings->selectors[i]);
        sci_put(&message, 32 + 2 * i, 2, free_rings[i]);
    }
    sci_put(&message, 40, 1, settings->words_in_buffer);
    return sci_ask(&message, NULL);
}

static bool pair(uint16_t type, uint16_t source, uint16_t destination)
{
    struct sci message = sci_request(type, 0);
    sci_put(&message, 8, 4, 118);
    sci_put(&message, 12, 4, source);
    sci_put(&message, 16, 4, destination);
    return sci_ask(&message, NULL);
}

static uint64_t ring_registers(const struct navigator *n, unsigned ring)
{
    return n->rings + 0x1000u * ring;
}

static uint32_t occupancy(const struct navigator *n, unsigned ring)
{
    return read32(ring_registers(n, ring) + 0x18);
}

/* Where each ring's elements lie, and where the test is in it. */
static struct {
    uint64_t base;
    uint32_t count, position;
} rings[2][1024];

static void open_ring(unsigned navss, uint16_t ring, unsigned place, uint32_t count)
{
    rings[navss][ring].base = RING_MEMORY(place);
    rings[navss][ring].count = count;
    rings[navss][ring].position = 0;
    assert_true(ring_configure(&navigators[navss], ring, RING_MEMORY(place), count));
}

static void push(unsigned navss, unsigned ring, uint64_t element)
{
    put_address(rings[navss][ring].base + 8 * rings[navss][ring].position, element);
    rings[navss][ring].position = (rings[navss][ring].position + 1) % rings[navss][ring].count;
    write32(ring_registers(&navigators[navss], ring) + 0x10, 1);
}

/* 0: it is empty. */
static uint64_t pop(unsigned navss, unsigned ring)
{
    uint64_t element;
    if (occupancy(&navigators[navss], ring) == 0)
        return 0;
    memcpy(&element, at(rings[navss][ring].base + 8 * rings[navss][ring].position), 8);
    rings[navss][ring].position = (rings[navss][ring].position + 1) % rings[navss][ring].count;
    write32(ring_registers(&navigators[navss], ring) + 0x10, 0xff);
    return element;
}

#define CONTROL      0x000u
#define PEER_CONTROL 0x220u
#define PACKETS      0x400u
#define BYTES        0x408u

static uint64_t tchan(unsigned navss)
{
    return navigators[navss].tchans + 0x1000u * navigators[navss].channel;
}

static uint64_t rchan(unsigned navss)
{
    return navigators[navss].rchans + 0x1000u * navigators[navss].channel;
}

static uint16_t transmit_thread(unsigned navss)
{
    return (uint16_t)(navigators[navss].thread + navigators[navss].channel);
}

static uint16_t receive_thread(unsigned navss)
{
    return transmit_thread(navss) | PSIL_DESTINATION;
}

static uint16_t sent_ring(unsigned navss)
{
    return (uint16_t)(navigators[navss].free_ring + 8);
}

static uint16_t received_ring(unsigned navss)
{
    return (uint16_t)(navigators[navss].free_ring + 9);
}

/* A channel of each, and all rings: 4 free rings in a row, one for what is sent, one for what was
 * received. */
static void open_channels(unsigned navss)
{
    const struct navigator *n = &navigators[navss];
    open_ring(navss, n->channel, 20 * navss, 256);
    for (unsigned i = 0; i < 4; i++)
        open_ring(navss, (uint16_t)(n->free_ring + i), 20 * navss + 1 + i, 256);
    open_ring(navss, sent_ring(navss), 20 * navss + 5, 256);
    open_ring(navss, received_ring(navss), 20 * navss + 6, 256);
    assert_true(channel_configure(n, true, n->channel, 2, sent_ring(navss)));
    assert_true(channel_configure(n, false, n->channel, 2, received_ring(navss)));
}

static void default_flow(unsigned navss, const struct flow *settings)
{
    const struct navigator *n = &navigators[navss];
    const uint16_t free_rings[4] = {n->free_ring, (uint16_t)(n->free_ring + 1),
                                    (uint16_t)(n->free_ring + 2), (uint16_t)(n->free_ring + 3)};
    assert_true(flow_configure(n, n->channel, settings, received_ring(navss), free_rings));
}

static const struct flow plain = {.retry = 1};

static void loopback(unsigned from, unsigned to, const struct flow *settings)
{
    open_channels(from);
    if (to != from)
        open_channels(to);
    default_flow(to, settings);
    assert_true(pair(0x1280, transmit_thread(from), receive_thread(to)));
    write32(rchan(to) + CONTROL, 0x80000000);
    write32(tchan(from) + CONTROL, 0x80000000);
}

/* ---------------------------------------------------------------- descriptors */

static void buffer_descriptor(uint64_t descriptor, uint64_t next, uint64_t buffer, uint32_t length)
{
    memset(at(descriptor), 0, 48);
    put_address(descriptor + 16, next);
    put_address(descriptor + 24, buffer);
    put_word(descriptor + 32, length);
    put_word(descriptor + 36, length);
    put_address(descriptor + 40, buffer);
}

static void packet_descriptor(uint64_t descriptor, uint64_t next, uint64_t buffer, uint32_t length,
                              uint32_t packet_length, uint32_t ring)
{
    buffer_descriptor(descriptor, next, buffer, length);
    put_word(descriptor, 1u << 30 | packet_length);
    put_word(descriptor + 4, 0x3fff);
    put_word(descriptor + 8, ring);
}

static void give_free(unsigned navss, unsigned ring, unsigned number, uint64_t buffer,
                      uint32_t length)
{
    buffer_descriptor(DESCRIPTOR(number), 0, buffer, length);
    push(navss, ring, DESCRIPTOR(number));
}

static void fill_source(void)
{
    for (uint32_t i = 0; i < SOURCE_SIZE; i++)
        *at(SOURCE + i) = (uint8_t)(i * 7 + (i >> 8) + (i >> 16));
}

/* What a chain of received buffers holds, compared with the source. */
static void check_data(uint64_t descriptor, uint64_t source, uint32_t length)
{
    uint32_t left = length;
    for (uint64_t next = descriptor; next != 0;) {
        uint64_t buffer = get_word(next + 24) | (uint64_t)get_word(next + 28) << 32;
        uint32_t size = get_word(next + 32);
        assert_true(size <= left);
        assert_memory_equal(at(buffer), at(source), size);
        source += size;
        left -= size;
        next = get_word(next + 16) | (uint64_t)get_word(next + 20) << 32;
    }
    assert_int_equal(left, 0);
    assert_int_equal(get_word(descriptor) & 0x3fffff, length);
}

static int setup(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256};
    (void)state;
    memset(dram, 0, sizeof(dram));
    soc_memory(dram, sizeof(dram));
    fill_source();
    am65x_reset(&soc_environment, &config);
    return 0;
}

static void send_plain(unsigned navss, unsigned number, uint64_t source, uint32_t length)
{
    packet_descriptor(DESCRIPTOR(number), 0, source, length, length, sent_ring(navss));
    push(navss, navigators[navss].channel, DESCRIPTOR(number));
}

/* ---------------------------------------------------------------- memory to memory */

static void a_packet_arrives_on_either_navigator_and_across(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        unsigned from = way & 1, to = way >> 1;
        setup(state);
        loopback(from, to, &plain);
        give_free(to, navigators[to].free_ring, 100, DESTINATION, 2048);
        send_plain(from, 1, SOURCE, 1000);
        assert_int_equal(occupancy(&navigators[to], received_ring(to)), 0);
        pass(A_WHILE);
        assert_int_equal(pop(from, sent_ring(from)), DESCRIPTOR(1));
        assert_int_equal(pop(to, received_ring(to)), DESCRIPTOR(100));
        check_data(DESCRIPTOR(100), SOURCE, 1000);
        assert_int_equal(read32(tchan(from) + PACKETS), 1);
        assert_int_equal(read32(rchan(to) + PACKETS), 1);
        assert_int_equal(read32(tchan(from) + BYTES), 1000);
        assert_int_equal(read32(rchan(to) + BYTES), 1000);
        assert_int_equal(get_word(DESCRIPTOR(100) + 4) & 0x3fff, navigators[to].channel);
    }
}

/* Lengths around everything that is a limit somewhere. */
static void packets_of_any_length_and_any_number_of_buffers(void **state)
{
    static const uint32_t lengths[] = {1,    2,     63,    64,    2047,  2048,   2049,
                                       4096, 16383, 16384, 16385, 65536, 300000, 0x3fffff};
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint32_t length = lengths[i], piece = length / 7 + 1, room = length / 5 + 1;
        unsigned buffers = 0;
        uint64_t free_rings[5];
        for (uint32_t done = 0; done < length; done += piece, buffers++) {
            uint32_t size = length - done < piece ? length - done : piece;
            buffer_descriptor(DESCRIPTOR(buffers),
                              done + size < length ? DESCRIPTOR(buffers + 1) : 0, SOURCE + done,
                              size);
        }
        put_word(DESCRIPTOR(0), 1u << 30 | length);
        put_word(DESCRIPTOR(0) + 4, 0x3fff);
        put_word(DESCRIPTOR(0) + 8, sent_ring(0));
        for (unsigned n = 0; n < 5; n++) {
            free_rings[n] = n < 3 ? 304 + n : 307;
            if ((uint64_t)n * room < length)
                give_free(0, (unsigned)free_rings[n], 100 + n, DESTINATION + (uint64_t)n * room,
                          room);
        }
        push(0, 8, DESCRIPTOR(0));
        pass(10 * A_WHILE);
        assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(0));
        assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(100));
        check_data(DESCRIPTOR(100), SOURCE, length);
        assert_memory_equal(at(DESTINATION), at(SOURCE), length);
    }
}

static void an_empty_packet_has_a_descriptor_too(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 64);
    send_plain(0, 1, SOURCE, 0);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(100));
    check_data(DESCRIPTOR(100), SOURCE, 0);
}

static void each_descriptor_comes_back_if_that_is_asked_for(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 4096);
    packet_descriptor(DESCRIPTOR(1), DESCRIPTOR(2), SOURCE, 100, 300, 1u << 18 | sent_ring(0));
    buffer_descriptor(DESCRIPTOR(2), DESCRIPTOR(3), SOURCE + 100, 100);
    buffer_descriptor(DESCRIPTOR(3), 0, SOURCE + 200, 100);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(2));
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(3));
    assert_int_equal(pop(0, sent_ring(0)), 0);
    check_data(pop(0, received_ring(0)), SOURCE, 300);
}

static void a_descriptor_comes_back_to_the_head_if_that_is_asked_for(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    for (unsigned i = 0; i < 2; i++) {
        give_free(0, 304, 100 + i, DESTINATION + 0x1000 * i, 4096);
        packet_descriptor(DESCRIPTOR(1 + i), 0, SOURCE, 100, 100, 1u << 16 | sent_ring(0));
        push(0, 8, DESCRIPTOR(1 + i));
    }
    pass(A_WHILE);
    assert_int_equal(occupancy(&navigators[0], sent_ring(0)), 2);
    /* Ring elements 255 and then 254. */
    assert_int_equal(get_word(RING_MEMORY(5) + 8 * 255), (uint32_t)DESCRIPTOR(1));
    assert_int_equal(get_word(RING_MEMORY(5) + 8 * 254), (uint32_t)DESCRIPTOR(2));
}

static void a_monolithic_descriptor_has_its_data_with_it(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 4096);
    memset(at(DESCRIPTOR(1)), 0, 64);
    put_word(DESCRIPTOR(1), 2u << 30 | 100);
    put_word(DESCRIPTOR(1) + 4, 0x3fff);
    put_word(DESCRIPTOR(1) + 8, 32u << 18 | sent_ring(0));
    memcpy(at(DESCRIPTOR(1) + 32), at(SOURCE), 100);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    check_data(pop(0, received_ring(0)), SOURCE, 100);
}

/* ---------------------------------------------------------------- what goes with the data */

/* A packet with EPIB, four words, flags, type and tags. */
static void packet_with_metadata(bool words_in_buffer)
{
    packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 1000, 1000, sent_ring(0));
    put_word(DESCRIPTOR(1),
             1u << 30 | 1u << 29 | (words_in_buffer ? 1u << 28 : 0) | 4u << 22 | 1000);
    put_word(DESCRIPTOR(1) + 4, 5u << 28 | 9u << 24 | 0x3fff);
    put_word(DESCRIPTOR(1) + 8, 21u << 27 | sent_ring(0));
    put_word(DESCRIPTOR(1) + 12, 0x12345678);
    for (unsigned i = 0; i < 4; i++) {
        put_word(DESCRIPTOR(1) + 48 + 4 * i, 0xe0000000 + i);
        put_word(DESCRIPTOR(1) + 64 + 4 * i, 0xd0000000 + i);
    }
    push(0, 8, DESCRIPTOR(1));
}

static void metadata_arrives_as_the_flow_wants_it(void **state)
{
    const struct flow all = {.einfo = 1,
                             .psinfo = 1,
                             .retry = 1,
                             .offset = 32,
                             .tags = {0xa1, 0xa2, 0xa3, 0xa4},
                             .selectors = {1, 4, 5, 2}};
    uint64_t descriptor;
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &all);
    give_free(0, 304, 100, DESTINATION, 4096);
    packet_with_metadata(false);
    pass(A_WHILE);
    descriptor = pop(0, received_ring(0));
    assert_int_equal(get_word(descriptor), 1u << 30 | 1u << 29 | 4u << 22 | 1000);
    assert_int_equal(get_word(descriptor + 4), 5u << 28 | 9u << 24 | 8);
    assert_int_equal(get_word(descriptor + 8) >> 27, 21);
    /* Source: fixed, and the low byte of what was sent; destination: the high byte, and the flow.
     */
    assert_int_equal(get_word(descriptor + 12), 0xa13456ff);
    assert_int_equal(get_word(descriptor + 24), (uint32_t)DESTINATION + 32);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(get_word(descriptor + 48 + 4 * i), 0xe0000000 + i);
        assert_int_equal(get_word(descriptor + 64 + 4 * i), 0xd0000000 + i);
    }
    check_data(descriptor, SOURCE, 1000);
}

static void metadata_is_left_out_if_the_flow_does_not_want_it(void **state)
{
    uint64_t descriptor;
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 4096);
    packet_with_metadata(false);
    pass(A_WHILE);
    descriptor = pop(0, received_ring(0));
    assert_int_equal(get_word(descriptor), 1u << 30 | 1000);
    assert_int_equal(get_word(descriptor + 12), 0);
    assert_int_equal(get_word(descriptor + 48), 0);
    check_data(descriptor, SOURCE, 1000);
}

static void a_transmit_channel_can_keep_metadata_back(void **state)
{
    const struct flow all = {.einfo = 1, .psinfo = 1, .retry = 1};
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &all);
    for (unsigned filter = 1; filter < 4; filter++) {
        struct sci message = request(0x1205, 0x600, 188, 8);
        sci_put(&message, 17, 1, filter & 1);
        sci_put(&message, 18, 1, filter >> 1);
        assert_true(sci_ask(&message, NULL));
        give_free(0, 304, 100, DESTINATION, 4096);
        packet_with_metadata(false);
        pass(A_WHILE);
        assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(100));
        assert_int_equal(get_word(DESCRIPTOR(100)) >> 29 & 1, (filter & 1) == 0);
        assert_int_equal(get_word(DESCRIPTOR(100)) >> 22 & 0x3f, filter >> 1 ? 0 : 4);
    }
}

static void protocol_words_can_be_in_the_buffer(void **state)
{
    const struct flow in_buffer = {.psinfo = 1, .retry = 1, .offset = 8, .words_in_buffer = 1};
    uint64_t descriptor;
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &in_buffer);
    give_free(0, 304, 100, DESTINATION, 4096);
    packet_with_metadata(true); /* the words are the first 16 bytes of the source, then */
    pass(A_WHILE);
    descriptor = pop(0, received_ring(0));
    assert_int_equal(get_word(descriptor) >> 22, 1u << 8 | 1u << 6 | 4);
    assert_int_equal(get_word(descriptor + 24), (uint32_t)DESTINATION + 8 + 16);
    assert_memory_equal(at(DESTINATION + 8), at(SOURCE), 16);
    check_data(descriptor, SOURCE + 16, 1000);
}

/* ---------------------------------------------------------------- flows */

static void without_a_descriptor_a_packet_waits_or_is_dropped(void **state)
{
    const struct flow drops = {.retry = 0};
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    send_plain(0, 1, SOURCE, 1000);
    send_plain(0, 2, SOURCE + 1000, 1000);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), 0);
    give_free(0, 304, 100, DESTINATION, 2048);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(pop(0, sent_ring(0)), 0);
    check_data(pop(0, received_ring(0)), SOURCE, 1000);
    give_free(0, 304, 101, DESTINATION, 2048);
    pass(A_WHILE);
    check_data(pop(0, received_ring(0)), SOURCE + 1000, 1000);
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS_DROPPED), 0);

    pop(0, sent_ring(0));
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), 0);
    default_flow(0, &drops); /* it waits no longer */
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(pop(0, received_ring(0)), 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS_DROPPED), 1);
}

/* In its middle a packet waits as well; or gives back what it has got. */
static void in_its_middle_too(void **state)
{
    const struct flow drops = {.retry = 0};
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 600);
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    assert_int_equal(pop(0, received_ring(0)), 0);
    give_free(0, 305, 101, DESTINATION + 600, 600);
    pass(A_WHILE);
    check_data(pop(0, received_ring(0)), SOURCE, 1000);

    /* In ring mode hardware may not put them back: they are lost, and nobody is told. */
    default_flow(0, &drops);
    give_free(0, 304, 100, DESTINATION, 600);
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    assert_int_equal(pop(0, received_ring(0)), 0);
    assert_int_equal(occupancy(&navigators[0], 304), 0);
    assert_int_equal(read32(0x31160044), 0);
    /* In message mode the next packet gets them. */
    assert_true(message_ring(&navigators[0], 304, RING_MEMORY(1), 256));
    assert_true(message_ring(&navigators[0], 305, RING_MEMORY(2), 256));
    buffer_descriptor(DESCRIPTOR(100), 0, DESTINATION, 600);
    buffer_descriptor(DESCRIPTOR(101), 0, DESTINATION + 600, 100);
    window_push(304, DESCRIPTOR(100));
    window_push(305, DESCRIPTOR(101));
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    assert_int_equal(pop(0, received_ring(0)), 0);
    assert_int_equal(occupancy(&navigators[0], 304), 1);
    assert_int_equal(occupancy(&navigators[0], 305), 1);
    assert_int_equal(read32(0x31160044), 0);
    send_plain(0, 2, SOURCE, 700);
    pass(A_WHILE);
    check_data(pop(0, received_ring(0)), SOURCE, 700);
}

static void a_packet_gets_the_flow_that_it_asks_for(void **state)
{
    const uint16_t free_rings[4] = {305, 305, 305, 305};
    struct sci message;
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    assert_true(flow_range(&navigators[0], 8, 150, 4));
    assert_true(flow_configure(&navigators[0], 152, &plain, 312, free_rings));
    give_free(0, 305, 100, DESTINATION, 2048);
    packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 100, 100, sent_ring(0));
    put_word(DESCRIPTOR(1) + 4, 152);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(pop(0, 312), DESCRIPTOR(100));
    assert_int_equal(get_word(DESCRIPTOR(100) + 4) & 0x3fff, 152);
    assert_int_equal(read32(0x31150088), 0);
    /* One that is not the channel's. */
    put_word(DESCRIPTOR(1) + 4, 154);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS_DROPPED), 1);
    assert_int_equal(read32(0x31150088), 0x80000000 | 154u << 16 | 8);
    message = sci_request(0x1240, 0); /* the system firmware clears it, or software itself */
    sci_put(&message, 8, 4, 1u << 3);
    sci_put(&message, 12, 2, 188);
    assert_true(sci_ask(&message, NULL));
    assert_int_equal(read32(0x31150088), 0);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(read32(0x31150088), 0x80000000 | 154u << 16 | 8);
    write32(0x31150088, 0);
    assert_int_equal(read32(0x31150088), 0);
}

static void the_first_descriptor_comes_from_the_ring_for_the_size(void **state)
{
    static const uint32_t lengths[] = {64, 65, 128, 129, 256, 257};
    static const unsigned expected[] = {304, 313, 313, 314, 314, 315};
    struct sci message = request(0x1231, 0x7f, 188, 8);
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    for (unsigned i = 0; i < 3; i++)
        open_ring(0, (uint16_t)(313 + i), 10 + i, 16);
    sci_put(&message, 16, 2, 2);
    sci_put(&message, 18, 2, 4);
    sci_put(&message, 20, 2, 8);
    sci_put(&message, 22, 2, 313);
    sci_put(&message, 24, 2, 314);
    sci_put(&message, 26, 2, 315);
    sci_put(&message, 28, 1, 7);
    assert_true(sci_ask(&message, NULL));
    for (unsigned i = 0; i < 6; i++) {
        give_free(0, 304, 100, DESTINATION, 512);
        for (unsigned ring = 313; ring < 316; ring++)
            give_free(0, ring, ring - 212, DESTINATION, 512);
        send_plain(0, 1, SOURCE, lengths[i]);
        pass(A_WHILE);
        assert_int_equal(pop(0, received_ring(0)),
                         DESCRIPTOR(expected[i] == 304 ? 100 : expected[i] - 212));
        open_channels(0);
        default_flow(0, &plain);
        for (unsigned n = 0; n < 3; n++)
            open_ring(0, (uint16_t)(313 + n), 10 + n, 16);
    }
}

static void somebody_elses_rings_and_flows_are_refused(void **state)
{
    const uint16_t mine[4] = {304, 304, 304, 304}, foreign[4] = {304, 304, 304, 404};
    (void)state;
    assert_true(flow_configure(&navigators[0], 8, &plain, 305, mine));
    assert_false(flow_configure(&navigators[0], 8, &plain, 305, foreign));
    assert_false(flow_configure(&navigators[0], 8, &plain, 404, mine));
    assert_false(flow_configure(&navigators[0], 214, &plain, 305, mine));
    assert_false(
        flow_configure(&navigators[0], 20, &plain, 305, mine)); /* a channel's of another */
    assert_false(flow_range(&navigators[0], 8, 150, 65));
    assert_true(flow_range(&navigators[0], 8, 150, 64));
}

/* ---------------------------------------------------------------- what may go wrong */

static void hostile_descriptors_end_and_are_told(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 4096);
    /* Too short a chain; one that leads nowhere; a loop without any data. */
    packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 100, 200, sent_ring(0));
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(read32(tchan(0) + CONTROL) & 1, 1);
    check_data(pop(0, received_ring(0)), SOURCE, 100);
    packet_descriptor(DESCRIPTOR(1), 0x1234567890, SOURCE, 100, 200, sent_ring(0));
    push(0, 8, DESCRIPTOR(1));
    give_free(0, 304, 100, DESTINATION, 4096);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    pop(0, received_ring(0));
    packet_descriptor(DESCRIPTOR(1), DESCRIPTOR(2), SOURCE, 0, 200, sent_ring(0));
    buffer_descriptor(DESCRIPTOR(2), DESCRIPTOR(2), SOURCE, 0);
    push(0, 8, DESCRIPTOR(1));
    give_free(0, 304, 100, DESTINATION, 4096);
    pass(10 * A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    pop(0, received_ring(0));
    /* Not a descriptor at all, then a good one. */
    push(0, 8, 0x1000);
    push(0, 8, DESCRIPTOR(200));
    give_free(0, 304, 100, DESTINATION, 4096);
    send_plain(0, 3, SOURCE, 100);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(3));
    check_data(pop(0, received_ring(0)), SOURCE, 100);
}

static void free_descriptors_that_lead_nowhere_are_passed_over(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    push(0, 304, 0x1000);
    give_free(0, 304, 99, DESTINATION, 0); /* no room */
    give_free(0, 305, 100, DESTINATION, 2048);
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    assert_int_equal(read32(rchan(0) + CONTROL) & 1, 1);
    check_data(pop(0, received_ring(0)), SOURCE, 1000);
}

static void an_error_pauses_a_channel_that_is_to_be_paused(void **state)
{
    struct sci message = request(0x1205, 1, 188, 8);
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    sci_put(&message, 16, 1, 1);
    assert_true(sci_ask(&message, NULL));
    push(0, 8, 0x1000);
    give_free(0, 304, 100, DESTINATION, 4096);
    send_plain(0, 3, SOURCE, 100);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), 0);
    assert_int_equal(read32(tchan(0) + CONTROL), 0xa0000001);
    write32(tchan(0) + CONTROL, 0x80000000);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(3));
}

static void faults_lose_and_delay_descriptors(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    am65x_inject(AM65X_FAULT_PACKET_LOST, 0, 1);
    give_free(0, 304, 100, DESTINATION, 4096);
    give_free(0, 304, 101, DESTINATION, 4096);
    send_plain(0, 1, SOURCE, 100);
    pass(A_WHILE);
    assert_int_equal((pop(0, sent_ring(0)) != 0) + (pop(0, received_ring(0)) != 0), 1);
    am65x_inject(AM65X_FAULT_DMA_STALL, 500, 2);
    send_plain(0, 2, SOURCE, 100);
    pass(400000);
    assert_int_equal(pop(0, received_ring(0)), 0);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(2));
    assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(101));
    assert_int_equal(am65x_counter(AM65X_COUNT_FAULTS), 3);
}

/* ---------------------------------------------------------------- error events */

#define VINT        20u
#define FIRST_EVENT 100u

static bool event_map(uint16_t device, uint16_t source_index, uint16_t event, uint8_t bit)
{
    struct sci message = request(0x1000, 0x3c, device, source_index);
    sci_put(&message, 20, 2, 179);
    sci_put(&message, 22, 2, VINT);
    sci_put(&message, 24, 2, event);
    sci_put(&message, 26, 1, bit);
    return sci_ask(&message, NULL);
}

static uint64_t vint_status(void)
{
    uint64_t value;
    assert_true(am65x_read(0x33d00000 + 0x1000 * VINT + 0x18, 8, &value));
    return value;
}

static void errors_send_events(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    assert_true(event_map(188, 0x100 + 8, FIRST_EVENT, 0));       /* transmit channel */
    assert_true(event_map(188, 0x300 + 8, FIRST_EVENT + 1, 1));   /* receive channel */
    assert_true(event_map(188, 0x400, FIRST_EVENT + 2, 2));       /* flow */
    assert_true(event_map(187, 0x800, FIRST_EVENT + 3, 3));       /* ring accelerator */
    assert_false(event_map(188, 0x100 + 64, FIRST_EVENT + 4, 4)); /* host 13's channel */
    assert_false(event_map(188, 0x401, FIRST_EVENT + 4, 4));
    assert_false(event_map(187, 0x801, FIRST_EVENT + 4, 4));
    push(0, 8, 0x1000);
    pass(A_WHILE);
    assert_int_equal(vint_status(), 1);
    push(0, 304, 0x1000);
    give_free(0, 304, 100, DESTINATION, 2048);
    send_plain(0, 1, SOURCE, 100);
    pass(A_WHILE);
    assert_int_equal(vint_status(), 3);
    packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 100, 100, sent_ring(0));
    put_word(DESCRIPTOR(1) + 4, 200);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(vint_status(), 7);
    /* A ring that has no elements: lost. */
    packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 100, 100, 330);
    give_free(0, 304, 100, DESTINATION, 2048);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(vint_status(), 7);
    assert_int_equal(read32(0x31160044), 0);
}

static void send_to_ring(unsigned ring)
{
    packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 100, 100, ring);
    give_free(0, 304, 100, DESTINATION, 2048);
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
}

/* The first is noted until it is read; the read takes the event back, and what it has read stays.
 */
static void a_ring_whose_memory_is_not_there_is_told(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    assert_true(event_map(187, 0x800, FIRST_EVENT, 0));
    assert_true(message_ring(&navigators[0], 330, 0x1000, 16));
    assert_true(message_ring(&navigators[0], 331, 0x1000, 16));
    send_to_ring(330);
    assert_int_equal(vint_status(), 1);
    send_to_ring(331);
    assert_int_equal(read32(0x31160044), 0x80000000 | 330);
    assert_int_equal(vint_status(), 0);
    assert_int_equal(read32(0x31160044), 0x80000000 | 330);
    send_to_ring(331);
    assert_int_equal(vint_status(), 1);
    assert_int_equal(read32(0x31160044), 0x80000000 | 331);
    /* What was pushed and then answered with an error is there. */
    am65x_inject(AM65X_FAULT_RING_ERROR, 0, 1);
    send_to_ring(sent_ring(0));
    assert_int_equal(vint_status(), 1);
    assert_int_not_equal(read32(0x31160044), 0x80000000 | 331);
    assert_int_equal(vint_status(), 0);
}

/* A second one is neither noted nor told before the first is cleared. */
static void refused_flows_are_told_one_by_one(void **state)
{
    struct sci message = request(0x1240, 1u << 3, 188, 0);
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    assert_true(event_map(188, 0x400, FIRST_EVENT, 0));
    for (unsigned flow = 200; flow < 202; flow++) {
        packet_descriptor(DESCRIPTOR(1), 0, SOURCE, 100, 100, sent_ring(0));
        put_word(DESCRIPTOR(1) + 4, flow);
        push(0, 8, DESCRIPTOR(1));
        pass(A_WHILE);
        assert_int_equal(vint_status(), flow == 200);
        assert_true(am65x_write(0x33d00000 + 0x1000 * VINT + 0x18, 8, 1));
        assert_int_equal(read32(0x31150088), 0x80000000 | 200u << 16 | 8);
    }
    assert_true(sci_ask(&message, NULL));
    push(0, 8, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(vint_status(), 1);
    assert_int_equal(read32(0x31150088), 0x80000000 | 201u << 16 | 8);
}

/* ---------------------------------------------------------------- proxies and monitors */

static uint64_t proxy(unsigned number, unsigned offset)
{
    return 0x33000000u + 0x1000u * number + offset;
}

static void a_proxy_pushes_and_pops_whole_elements(void **state)
{
    struct sci message = sci_request(0x1300, 0);
    (void)state;
    sci_put(&message, 12, 2, 185);
    sci_put(&message, 14, 2, 1);
    assert_true(sci_ask(&message, NULL));
    sci_put(&message, 14, 2, 13); /* host 13's */
    assert_false(sci_ask(&message, NULL));
    assert_int_equal(read32(0x31120004), 64);
    assert_true(message_ring(&navigators[0], 304, RING_MEMORY(0), 2));
    write32(proxy(1, 0), 1u << 24 | 1u << 16 | 304); /* 8 bytes, tail */
    write32(proxy(1, 0x3f8), 0x11);
    assert_int_equal(occupancy(&navigators[0], 304), 0);
    write32(proxy(1, 0x3fc), 0x22);
    assert_int_equal(occupancy(&navigators[0], 304), 1);
    write32(proxy(1, 0), 1u << 24 | 304); /* head */
    write32(proxy(1, 0x3f8), 0x33);
    write32(proxy(1, 0x3fc), 0x44);
    assert_int_equal(occupancy(&navigators[0], 304), 2);
    write32(proxy(1, 0x3fc), 0x44);
    assert_int_equal(read32(proxy(1, 4)), 0x80000000); /* full */
    write32(proxy(1, 0), 1u << 24 | 3u << 16 | 304);   /* look at the tail */
    assert_int_equal(read32(proxy(1, 0x3f8)), 0x11);
    assert_int_equal(read32(proxy(1, 0x3fc)), 0x22);
    write32(proxy(1, 0), 1u << 24 | 304);
    assert_int_equal(read32(proxy(1, 0x3f8)), 0x33);
    assert_int_equal(occupancy(&navigators[0], 304), 1);
    assert_int_equal(read32(proxy(1, 0x3fc)), 0x44);
    assert_int_equal(read32(proxy(1, 4)), 0);
    write32(proxy(1, 0), 2u << 24 | 304); /* not the ring's element size */
    (void)read32(proxy(1, 0x3f0));
    assert_int_equal(read32(proxy(1, 4)), 0x80000000);
}

static bool monitor_configure(unsigned monitor, uint8_t mode, uint16_t ring, uint32_t low,
                              uint32_t high)
{
    struct sci message = request(0x1120, 0x1f, 187, (uint16_t)monitor);
    sci_put(&message, 17, 1, mode);
    sci_put(&message, 18, 2, ring);
    sci_put(&message, 20, 4, low);
    sci_put(&message, 24, 4, high);
    return sci_ask(&message, NULL);
}

static uint32_t monitor(unsigned number, unsigned datum)
{
    return read32(0x32000008u + 0x1000u * number + 4 * datum);
}

static void monitors_count_and_compare(void **state)
{
    (void)state;
    open_ring(0, 304, 0, 16);
    assert_true(monitor_configure(0, 1, 304, 0, 0));
    assert_true(monitor_configure(1, 2, 304, 2, 4));
    assert_true(monitor_configure(2, 3, 304, 0, 0));
    assert_false(monitor_configure(8, 1, 304, 0, 0)); /* another host's monitor; ring */
    assert_false(monitor_configure(3, 1, 404, 0, 0));
    assert_true(event_map(187, 0x400 + 1, FIRST_EVENT, 0));
    write32(ring_registers(&navigators[0], 304) + 0x10, 4);
    assert_int_equal(vint_status(), 0);
    write32(ring_registers(&navigators[0], 304) + 0x10, 1);
    assert_int_equal(vint_status(), 1);
    write32(ring_registers(&navigators[0], 304) + 0x10, 0xfd);
    assert_int_equal(monitor(0, 0), 5);
    assert_int_equal(monitor(0, 1), 3);
    assert_int_equal(monitor(2, 0), 0);
    assert_int_equal(monitor(2, 1), 5);
    assert_int_equal(read32(0x32001000), FIRST_EVENT << 16 | 2);
    assert_true(message_ring(&navigators[0], 305, RING_MEMORY(1), 16));
    assert_true(monitor_configure(3, 4, 305, 0, 0));
    (void)read32(0x38000000 + 305 * 0x1000 + 0x1fc);
    assert_int_equal(monitor(3, 0), 1);
}

/* ---------------------------------------------------------------- pause and teardown */

static void a_paused_channel_keeps_what_it_has(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 4096);
    write32(rchan(0) + CONTROL, 0xa0000000);
    send_plain(0, 1, SOURCE, 100);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), 0);
    write32(rchan(0) + CONTROL, 0x80000000);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
}

static void a_teardown_lets_the_packet_end_and_reaches_both(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 400000);
    give_free(0, 304, 101, DESTINATION, 400000);
    send_plain(0, 1, SOURCE, 400000);
    send_plain(0, 2, SOURCE, 100);
    pass(20000); /* in the middle of the first */
    write32(tchan(0) + CONTROL, 0xc0000000);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(pop(0, sent_ring(0)), 1);
    assert_int_equal(pop(0, sent_ring(0)), 0);
    assert_int_equal(read32(tchan(0) + CONTROL) >> 31, 0);
    check_data(pop(0, received_ring(0)), SOURCE, 400000);
    assert_int_equal(pop(0, received_ring(0)), 1);
    assert_int_equal(read32(rchan(0) + CONTROL) >> 31, 0);
    assert_int_equal(occupancy(&navigators[0], 8), 1);
}

static void a_forced_teardown_does_not_wait(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 100);
    send_plain(0, 1, SOURCE, 1000); /* waits for a second buffer */
    pass(A_WHILE);
    write32(tchan(0) + CONTROL, 0xc0000000);
    pass(A_WHILE);
    assert_int_equal(read32(tchan(0) + CONTROL) >> 31, 1);
    write32(tchan(0) + CONTROL, 0xd0000000);
    pass(A_WHILE);
    assert_int_equal(read32(tchan(0) + CONTROL) >> 31, 0);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(1));
    assert_int_equal(pop(0, sent_ring(0)), 1);
    /* The part that has arrived comes with an error flag. */
    assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(100));
    assert_int_equal(get_word(DESCRIPTOR(100) + 4) >> 28, 1);
    assert_int_equal(pop(0, received_ring(0)), 1);
}

static void a_channel_that_was_off_begins_anew(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 100);
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    write32(tchan(0) + CONTROL, 0);
    write32(rchan(0) + CONTROL, 0);
    write32(rchan(0) + CONTROL, 0x80000000);
    write32(tchan(0) + CONTROL, 0x80000000);
    give_free(0, 304, 101, DESTINATION, 100);
    send_plain(0, 2, SOURCE + 50, 100);
    pass(A_WHILE);
    assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(2));
    assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(101));
    check_data(DESCRIPTOR(101), SOURCE + 50, 100);
}

static void a_pairing_that_ends_in_a_packet_cuts_it(void **state)
{
    (void)state;
    loopback(NAVSS_MAIN, NAVSS_MAIN, &plain);
    give_free(0, 304, 100, DESTINATION, 100);
    send_plain(0, 1, SOURCE, 1000);
    pass(A_WHILE);
    assert_true(pair(0x1281, transmit_thread(0), receive_thread(0)));
    pass(A_WHILE);
    assert_int_equal(pop(0, received_ring(0)), DESCRIPTOR(100));
    assert_int_equal(get_word(DESCRIPTOR(100) + 4) >> 28, 1);
}

static void a_hundred_thousand_packets_keep_their_order(void **state)
{
    uint32_t sent = 0, received = 0, returned = 0;
    (void)state;
    loopback(NAVSS_MCU, NAVSS_MAIN, &plain);
    for (unsigned i = 0; i < 16; i++)
        give_free(0, 304, 100 + i, DESTINATION + 0x1000 * i, 1600);
    while (received < 100000) {
        uint64_t descriptor;
        while (sent < 100000 && sent - returned < 12) {
            packet_descriptor(DESCRIPTOR(sent % 12), 0, SOURCE + sent % 5000, 1 + sent % 1500,
                              1 + sent % 1500, sent_ring(1));
            put_word(DESCRIPTOR(sent % 12) + 12, sent << 16);
            push(1, 2, DESCRIPTOR(sent % 12));
            sent++;
        }
        pass(3000);
        while (pop(1, sent_ring(1)) != 0)
            returned++;
        while ((descriptor = pop(0, received_ring(0))) != 0) {
            check_data(descriptor, SOURCE + received % 5000, 1 + received % 1500);
            push(0, 304, descriptor);
            received++;
        }
    }
    pass(A_WHILE);
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS_SENT), 100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS), 100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS_DROPPED), 0);
}

static void late_completions_come_in_order_too(void **state)
{
    const struct am65x_config config = {.intid_limit = 256, .moods = AM65X_MOOD_MISORDERED};
    (void)state;
    am65x_reset(&soc_environment, &config);
    loopback(NAVSS_MAIN, NAVSS_MCU, &plain);
    for (unsigned i = 0; i < 100; i++) {
        give_free(1, 96, 100 + i, DESTINATION + 0x1000 * i, 2048);
        send_plain(0, i, SOURCE + 10 * i, 1000);
    }
    pass(10 * A_WHILE);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(pop(0, sent_ring(0)), DESCRIPTOR(i));
        assert_int_equal(pop(1, received_ring(1)), DESCRIPTOR(100 + i));
        check_data(DESCRIPTOR(100 + i), SOURCE + 10 * i, 1000);
    }
}

/* ---------------------------------------------------------------- a peripheral of the test's */

static struct {
    uint8_t data[65536];
    uint32_t length, room; /* how much more it takes */
    unsigned packets, ready, ends;
    struct psil_header header;
    bool last, slow_end;
    uint32_t enable;
} device;

static bool take_packet(unsigned argument, const struct psil_header *header, const uint8_t *data,
                        uint32_t length)
{
    assert_int_equal(argument, 3);
    if (device.room < length)
        return false;
    device.room -= length;
    device.header = *header;
    memcpy(device.data, data, length);
    device.length = length;
    device.packets++;
    return true;
}

static uint32_t take_bytes(unsigned argument, const uint8_t *data, uint32_t size, bool last)
{
    uint32_t taken = size < device.room ? size : device.room;
    assert_int_equal(argument, 3);
    memcpy(&device.data[device.length], data, taken);
    device.room -= taken;
    device.length += taken;
    device.last = last && taken == size;
    return taken;
}

static void source_ready(unsigned argument)
{
    assert_int_equal(argument, 0);
    device.ready++;
}

static void peer_write(unsigned argument, unsigned number, uint32_t value)
{
    (void)argument;
    if (number == PSIL_PEER_ENABLE)
        device.enable = value;
}

static bool end(unsigned argument)
{
    (void)argument;
    device.ends++;
    return !device.slow_end;
}

#define SINK_THREAD   0xf003u
#define SOURCE_THREAD 0x7000u

static const struct psil_peripheral packet_sink = {
    .take_packet = take_packet, .peer_write = peer_write, .end = end};
static const struct psil_peripheral byte_sink = {.take_bytes = take_bytes, .end = end};
static const struct psil_peripheral source = {
    .source_ready = source_ready, .peer_write = peer_write, .end = end};
static bool streams;

const struct psil_peripheral *__real_psil_find(uint16_t thread, unsigned *argument);
const struct psil_peripheral *__wrap_psil_find(uint16_t thread, unsigned *argument);

const struct psil_peripheral *__wrap_psil_find(uint16_t thread, unsigned *argument)
{
    (void)__real_psil_find(thread, argument);
    if (thread == SINK_THREAD)
        return streams ? &byte_sink : &packet_sink;
    return thread == SOURCE_THREAD ? &source : NULL;
}

static void to_device(bool as_stream)
{
    memset(&device, 0, sizeof(device));
    device.room = sizeof(device.data);
    streams = as_stream;
    open_channels(1);
    assert_true(pair(0x1280, transmit_thread(1), SINK_THREAD));
    write32(tchan(1) + PEER_CONTROL, 0x80000000);
    write32(tchan(1) + CONTROL, 0x80000000);
}

static void a_peripheral_gets_a_packet_as_a_whole(void **state)
{
    (void)state;
    to_device(false);
    packet_descriptor(DESCRIPTOR(1), DESCRIPTOR(2), SOURCE, 14, 60, sent_ring(1));
    buffer_descriptor(DESCRIPTOR(2), 0, SOURCE + 14, 46);
    put_word(DESCRIPTOR(1) + 12, 0x00050007);
    push(1, 2, DESCRIPTOR(1));
    pass(A_WHILE);
    assert_int_equal(device.packets, 1);
    assert_int_equal(device.length, 60);
    assert_memory_equal(device.data, at(SOURCE), 60);
    assert_int_equal(device.header.source_tag, 5);
    assert_int_equal(device.header.destination_tag, 7);
    assert_int_equal(pop(1, sent_ring(1)), DESCRIPTOR(1));
    assert_int_equal(device.enable, 0x80000000);
}

static void a_full_peripheral_lets_the_channel_wait(void **state)
{
    (void)state;
    to_device(false);
    device.room = 50;
    send_plain(1, 1, SOURCE, 60);
    pass(A_WHILE);
    assert_int_equal(device.packets, 0);
    assert_int_equal(pop(1, sent_ring(1)), 0);
    device.room = 1000;
    pass(A_WHILE);
    assert_int_equal(device.packets, 0);
    psil_ready(SINK_THREAD);
    assert_int_equal(device.packets, 0); /* not within the call */
    pass(A_WHILE);
    assert_int_equal(device.packets, 1);
    assert_int_equal(pop(1, sent_ring(1)), DESCRIPTOR(1));
}

static void a_peripheral_that_is_off_gets_nothing(void **state)
{
    (void)state;
    to_device(false);
    write32(tchan(1) + PEER_CONTROL, 0);
    send_plain(1, 1, SOURCE, 60);
    pass(A_WHILE);
    assert_int_equal(device.packets, 0);
    write32(tchan(1) + PEER_CONTROL, 0xa0000000); /* paused */
    pass(A_WHILE);
    assert_int_equal(device.packets, 0);
    write32(tchan(1) + PEER_CONTROL, 0x80000000);
    pass(A_WHILE);
    assert_int_equal(device.packets, 1);
}

static void a_packet_too_large_for_a_peripheral_is_an_error(void **state)
{
    (void)state;
    to_device(false);
    send_plain(1, 1, SOURCE, PSIL_PACKET_MAX + 1);
    send_plain(1, 2, SOURCE, PSIL_PACKET_MAX);
    pass(A_WHILE);
    assert_int_equal(device.packets, 1);
    assert_int_equal(device.length, PSIL_PACKET_MAX);
    assert_int_equal(read32(tchan(1) + CONTROL) & 1, 1);
    assert_int_equal(pop(1, sent_ring(1)), DESCRIPTOR(1));
    assert_int_equal(pop(1, sent_ring(1)), DESCRIPTOR(2));
}

static void a_stream_takes_what_it_has_room_for(void **state)
{
    (void)state;
    to_device(true);
    device.room = 1000;
    send_plain(1, 1, SOURCE, 5000);
    pass(A_WHILE);
    assert_int_equal(device.length, 1000);
    assert_false(device.last);
    device.room = 10000;
    psil_ready(SINK_THREAD);
    pass(A_WHILE);
    assert_int_equal(device.length, 5000);
    assert_true(device.last);
    assert_memory_equal(device.data, at(SOURCE), 5000);
    assert_int_equal(pop(1, sent_ring(1)), DESCRIPTOR(1));
    assert_int_equal(read32(tchan(1) + 0x210), 5000); /* the peer's count */
    write32(tchan(1) + 0x210, 5000);
    assert_int_equal(read32(tchan(1) + 0x210), 0);
}

/* As Linux does it: the peer throws away what it still gets, so that the teardown ends. */
static void a_flush_ends_what_the_peripheral_does_not_take(void **state)
{
    (void)state;
    to_device(true);
    device.room = 0;
    send_plain(1, 1, SOURCE, 5000);
    pass(A_WHILE);
    write32(tchan(1) + PEER_CONTROL, 0x90000000);
    write32(tchan(1) + CONTROL, 0xc0000000);
    pass(A_WHILE);
    assert_int_equal(device.length, 0);
    assert_int_equal(pop(1, sent_ring(1)), DESCRIPTOR(1));
    assert_int_equal(pop(1, sent_ring(1)), 1);
    assert_int_equal(read32(tchan(1) + CONTROL) >> 31, 0);
    assert_int_equal(read32(tchan(1) + PEER_CONTROL) >> 31, 0);
}

static void a_teardown_waits_for_the_peripherals_end(void **state)
{
    (void)state;
    to_device(false);
    device.slow_end = true;
    write32(tchan(1) + CONTROL, 0xc0000000);
    pass(A_WHILE);
    assert_int_equal(device.ends, 1);
    assert_int_equal(read32(tchan(1) + CONTROL) >> 31, 1);
    psil_ended(SINK_THREAD);
    pass(A_WHILE);
    assert_int_equal(read32(tchan(1) + CONTROL) >> 31, 0);
    assert_int_equal(read32(tchan(1) + PEER_CONTROL) >> 31, 0);
    assert_int_equal(pop(1, sent_ring(1)), 1);
}

static void from_device(const struct flow *settings)
{
    memset(&device, 0, sizeof(device));
    open_channels(1);
    default_flow(1, settings);
    assert_true(pair(0x1280, SOURCE_THREAD, receive_thread(1)));
    write32(rchan(1) + CONTROL, 0x80000000);
    write32(rchan(1) + PEER_CONTROL, 0x80000000);
    pass(A_WHILE);
}

static void a_peripherals_packets_arrive_in_order(void **state)
{
    struct psil_header header = {.flow = PSIL_FLOW_DEFAULT, .source_tag = 1};
    const struct flow tags = {.retry = 1, .selectors = {0, 4, 0, 0}};
    (void)state;
    from_device(&tags);
    assert_true(psil_source_runs(SOURCE_THREAD));
    for (unsigned i = 0; i < 4; i++)
        assert_true(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE + 100 * i), 100));
    assert_false(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE), 100));
    pass(A_WHILE);
    device.ready = 0;
    for (unsigned i = 0; i < 4; i++)
        give_free(1, 96, 100 + i, DESTINATION + 0x1000 * i, 2048);
    assert_int_equal(device.ready, 0);
    pass(A_WHILE);
    assert_true(device.ready != 0);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t descriptor = pop(1, received_ring(1));
        check_data(descriptor, SOURCE + 100 * i, 100);
        assert_int_equal(get_word(descriptor + 12), 1u << 16);
    }
}

static void without_a_channel_a_peripherals_packets_are_lost(void **state)
{
    const struct psil_header header = {.flow = PSIL_FLOW_DEFAULT};
    (void)state;
    assert_false(psil_source_runs(SOURCE_THREAD));
    assert_true(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE), 100));
    from_device(&plain);
    write32(rchan(1) + PEER_CONTROL, 0);
    assert_true(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE), 100));
    write32(rchan(1) + PEER_CONTROL, 0x80000000);
    write32(rchan(1) + CONTROL, 0);
    assert_true(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE), 100));
    assert_int_equal(am65x_counter(AM65X_COUNT_PACKETS_DROPPED), 3);
}

static void a_peripherals_stream_becomes_packets(void **state)
{
    (void)state;
    from_device(&plain);
    give_free(1, 96, 100, DESTINATION, 64);
    give_free(1, 97, 101, DESTINATION + 64, 64);
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE), 50, false), 50);
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE + 50), 100, false), 78);
    pass(A_WHILE);
    device.ready = 0;
    give_free(1, 98, 102, DESTINATION + 128, 64);
    pass(A_WHILE);
    assert_int_equal(device.ready, 1);
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE + 128), 22, true), 22);
    assert_int_equal(occupancy(&navigators[1], received_ring(1)), 0);
    pass(A_WHILE);
    check_data(pop(1, received_ring(1)), SOURCE, 150);
}

/* What was taken is written; then the message comes, and both ends are off. */
static void a_receive_teardown_ends_with_a_message(void **state)
{
    const struct psil_header header = {.flow = PSIL_FLOW_DEFAULT};
    (void)state;
    from_device(&plain);
    device.slow_end = true;
    give_free(1, 96, 100, DESTINATION, 2048);
    assert_true(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE), 100));
    write32(rchan(1) + PEER_CONTROL, 0xc0000000);
    pass(A_WHILE);
    check_data(pop(1, received_ring(1)), SOURCE, 100);
    assert_int_equal(pop(1, received_ring(1)), 0);
    psil_ended(SOURCE_THREAD);
    pass(A_WHILE);
    assert_int_equal(pop(1, received_ring(1)), 1);
    assert_int_equal(read32(rchan(1) + CONTROL) >> 31, 0);
    assert_int_equal(read32(rchan(1) + PEER_CONTROL) >> 31, 0);
    assert_int_equal(device.enable >> 31, 0);
}

/* A teardown can't end while a packet waits for a descriptor; with force it can. */
static void a_receive_teardown_waits_for_a_descriptor(void **state)
{
    const struct psil_header header = {.flow = PSIL_FLOW_DEFAULT};
    (void)state;
    for (unsigned forced = 0; forced < 2; forced++) {
        setup(state);
        from_device(&plain);
        assert_true(psil_send_packet(SOURCE_THREAD, &header, at(SOURCE), 100));
        pass(A_WHILE);
        write32(rchan(1) + PEER_CONTROL, 0xc0000000);
        pass(A_WHILE);
        assert_int_equal(read32(rchan(1) + CONTROL) >> 31, 1);
        if (forced != 0)
            write32(rchan(1) + CONTROL, 0xd0000000);
        else
            give_free(1, 96, 100, DESTINATION, 2048);
        pass(A_WHILE);
        assert_int_equal(read32(rchan(1) + CONTROL) >> 31, 0);
        assert_int_equal(pop(1, received_ring(1)), forced != 0 ? 1 : DESCRIPTOR(100));
    }
}

static void teardowns_that_never_end(void **state)
{
    (void)state;
    from_device(&plain);
    am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 1);
    write32(rchan(1) + PEER_CONTROL, 0xc0000000);
    pass(A_WHILE);
    assert_int_equal(read32(rchan(1) + CONTROL) >> 31, 1);
    write32(rchan(1) + CONTROL, 0);
    assert_int_equal(read32(rchan(1) + CONTROL) >> 31, 0);
}

/* ---------------------------------------------------------------- transfers */

#define TR_DESCRIPTOR DESCRIPTOR(0)

/* A TR descriptor with some TRs of 64 bytes; where the first is, and the first response. */
static uint64_t transfer_descriptor(unsigned count, unsigned reloads, uint16_t ring)
{
    memset(at(TR_DESCRIPTOR), 0xee, 64 * (count + 2));
    put_word(TR_DESCRIPTOR, 3u << 30 | reloads << 20 | (count - 1));
    put_word(TR_DESCRIPTOR + 4, 2u << 24);
    put_word(TR_DESCRIPTOR + 8, ring);
    return TR_DESCRIPTOR + 64;
}

static uint8_t response(unsigned count, unsigned number)
{
    return *at(TR_DESCRIPTOR + 64 * (1 + count) + 4 * number);
}

static void request_rows(uint64_t request, uint32_t flags, uint64_t address, uint16_t length,
                         uint16_t rows, int32_t step)
{
    memset(at(request), 0, 64);
    put_word(request, 1u | flags);
    put_word(request + 4, length | (uint32_t)rows << 16);
    put_address(request + 8, address);
    put_word(request + 16, (uint32_t)step);
}

static void transfers_to_device(void)
{
    memset(&device, 0, sizeof(device));
    device.room = sizeof(device.data);
    streams = true;
    open_channels(1);
    assert_true(channel_configure(&navigators[1], true, 2, 10, sent_ring(1)));
    assert_true(pair(0x1280, transmit_thread(1), SINK_THREAD));
    write32(tchan(1) + PEER_CONTROL, 0x80000000);
    write32(tchan(1) + CONTROL, 0x80000000);
}

static void a_transfer_reads_rows_for_a_peripheral(void **state)
{
    uint64_t request;
    (void)state;
    transfers_to_device();
    request = transfer_descriptor(2, 0, sent_ring(1));
    request_rows(request, 0, SOURCE, 100, 3, 1000);
    request_rows(request + 64, 1u << 31, SOURCE + 10000, 5000, 1, 0);
    device.room = 150;
    push(1, 2, TR_DESCRIPTOR);
    pass(A_WHILE);
    assert_int_equal(device.length, 150);
    device.room = 10000;
    psil_ready(SINK_THREAD);
    pass(A_WHILE);
    assert_int_equal(device.length, 5300);
    assert_true(device.last);
    for (unsigned i = 0; i < 3; i++)
        assert_memory_equal(&device.data[100 * i], at(SOURCE + 1000 * i), 100);
    assert_memory_equal(&device.data[300], at(SOURCE + 10000), 5000);
    assert_int_equal(response(2, 0), 0);
    assert_int_equal(response(2, 1), 0);
    assert_int_equal(pop(1, sent_ring(1)), TR_DESCRIPTOR);
}

static void a_cyclic_transfer_sends_an_event_for_each_period(void **state)
{
    unsigned events = 0;
    uint64_t request;
    (void)state;
    transfers_to_device();
    assert_true(event_map(194, 2, FIRST_EVENT, 0));
    request = transfer_descriptor(2, 0x1ff, sent_ring(1));
    request_rows(request, 0, SOURCE, 100, 1, 0);
    request_rows(request + 64, 0, SOURCE + 100, 100, 1, 0);
    device.room = 0;
    push(1, 2, TR_DESCRIPTOR);
    for (unsigned i = 0; i < 10; i++) {
        device.room = 100;
        psil_ready(SINK_THREAD);
        pass(A_WHILE);
        assert_memory_equal(&device.data[100 * i], at(SOURCE + 100 * (i & 1)), 100);
        events += vint_status() != 0;
        assert_true(am65x_write(0x33d00000 + 0x1000 * VINT + 0x18, 8, 1));
    }
    assert_int_equal(events, 10);
    assert_int_equal(pop(1, sent_ring(1)), 0);
    device.room = 1000;
    write32(tchan(1) + CONTROL, 0xc0000000);
    psil_ready(SINK_THREAD);
    pass(A_WHILE);
    assert_int_equal(pop(1, sent_ring(1)), TR_DESCRIPTOR);
    assert_int_equal(pop(1, sent_ring(1)), 1);
}

static void a_forced_teardown_cuts_a_transfer(void **state)
{
    (void)state;
    transfers_to_device();
    request_rows(transfer_descriptor(1, 0, sent_ring(1)), 0, SOURCE, 100, 1, 0);
    device.room = 10;
    push(1, 2, TR_DESCRIPTOR);
    pass(A_WHILE);
    write32(tchan(1) + CONTROL, 0xd0000000);
    pass(A_WHILE);
    assert_int_equal(response(1, 0), 6);
    assert_int_equal(pop(1, sent_ring(1)), TR_DESCRIPTOR);
    assert_int_equal(pop(1, sent_ring(1)), 1);
}

static void transfers_from_device(void)
{
    memset(&device, 0, sizeof(device));
    open_channels(1);
    open_ring(1, 50, 12, 16);
    assert_true(channel_configure(&navigators[1], false, 2, 10, received_ring(1)));
    assert_true(pair(0x1280, SOURCE_THREAD, receive_thread(1)));
    write32(rchan(1) + CONTROL, 0x80000000);
    write32(rchan(1) + PEER_CONTROL, 0x80000000);
    pass(A_WHILE);
}

static void a_stream_fills_transfers(void **state)
{
    uint64_t request;
    (void)state;
    transfers_from_device();
    assert_true(event_map(194, 0x202, FIRST_EVENT, 0));
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE), 100, false), 0);
    pass(A_WHILE);
    device.ready = 0;
    request = transfer_descriptor(2, 0, received_ring(1));
    request_rows(request, 0, DESTINATION, 50, 2, 100);
    request_rows(request + 64, 0, DESTINATION + 0x1000, 100, 1, 0);
    push(1, 50, TR_DESCRIPTOR);
    pass(A_WHILE);
    assert_int_equal(device.ready, 1);
    assert_int_equal(vint_status(), 0);
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE), 150, false), 150);
    assert_int_equal(vint_status(), 1);
    assert_memory_equal(at(DESTINATION), at(SOURCE), 50);
    assert_memory_equal(at(DESTINATION + 100), at(SOURCE + 50), 50);
    assert_memory_equal(at(DESTINATION + 0x1000), at(SOURCE + 100), 50);
    assert_int_equal(response(2, 0), 0);
    /* The packet ends before the transfer does. */
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE), 10, true), 10);
    assert_int_equal(occupancy(&navigators[1], received_ring(1)), 0);
    pass(A_WHILE);
    assert_int_equal(response(2, 1), 5);
    assert_int_equal(pop(1, received_ring(1)), TR_DESCRIPTOR);
    assert_int_equal(read32(rchan(1) + BYTES), 160);
}

static void a_teardown_gives_back_a_transfer_that_is_not_full(void **state)
{
    (void)state;
    transfers_from_device();
    request_rows(transfer_descriptor(1, 0, received_ring(1)), 0, DESTINATION, 100, 1, 0);
    push(1, 50, TR_DESCRIPTOR);
    assert_int_equal(psil_send_bytes(SOURCE_THREAD, at(SOURCE), 30, false), 30);
    write32(rchan(1) + PEER_CONTROL, 0xc0000000);
    pass(A_WHILE);
    assert_int_equal(response(1, 0), 6);
    assert_int_equal(pop(1, received_ring(1)), TR_DESCRIPTOR);
    assert_int_equal(pop(1, received_ring(1)), 1);
    assert_int_equal(read32(rchan(1) + CONTROL) >> 31, 0);
}

#define PACKET_TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACKET_TEST(a_packet_arrives_on_either_navigator_and_across),
        PACKET_TEST(packets_of_any_length_and_any_number_of_buffers),
        PACKET_TEST(an_empty_packet_has_a_descriptor_too),
        PACKET_TEST(each_descriptor_comes_back_if_that_is_asked_for),
        PACKET_TEST(a_descriptor_comes_back_to_the_head_if_that_is_asked_for),
        PACKET_TEST(a_monolithic_descriptor_has_its_data_with_it),
        PACKET_TEST(metadata_arrives_as_the_flow_wants_it),
        PACKET_TEST(metadata_is_left_out_if_the_flow_does_not_want_it),
        PACKET_TEST(a_transmit_channel_can_keep_metadata_back),
        PACKET_TEST(protocol_words_can_be_in_the_buffer),
        PACKET_TEST(without_a_descriptor_a_packet_waits_or_is_dropped),
        PACKET_TEST(in_its_middle_too),
        PACKET_TEST(a_packet_gets_the_flow_that_it_asks_for),
        PACKET_TEST(the_first_descriptor_comes_from_the_ring_for_the_size),
        PACKET_TEST(somebody_elses_rings_and_flows_are_refused),
        PACKET_TEST(hostile_descriptors_end_and_are_told),
        PACKET_TEST(free_descriptors_that_lead_nowhere_are_passed_over),
        PACKET_TEST(an_error_pauses_a_channel_that_is_to_be_paused),
        PACKET_TEST(faults_lose_and_delay_descriptors),
        PACKET_TEST(errors_send_events),
        PACKET_TEST(a_ring_whose_memory_is_not_there_is_told),
        PACKET_TEST(refused_flows_are_told_one_by_one),
        PACKET_TEST(a_proxy_pushes_and_pops_whole_elements),
        PACKET_TEST(monitors_count_and_compare),
        PACKET_TEST(a_paused_channel_keeps_what_it_has),
        PACKET_TEST(a_teardown_lets_the_packet_end_and_reaches_both),
        PACKET_TEST(a_forced_teardown_does_not_wait),
        PACKET_TEST(a_channel_that_was_off_begins_anew),
        PACKET_TEST(a_pairing_that_ends_in_a_packet_cuts_it),
        PACKET_TEST(a_hundred_thousand_packets_keep_their_order),
        PACKET_TEST(late_completions_come_in_order_too),
        PACKET_TEST(a_peripheral_gets_a_packet_as_a_whole),
        PACKET_TEST(a_full_peripheral_lets_the_channel_wait),
        PACKET_TEST(a_peripheral_that_is_off_gets_nothing),
        PACKET_TEST(a_packet_too_large_for_a_peripheral_is_an_error),
        PACKET_TEST(a_stream_takes_what_it_has_room_for),
        PACKET_TEST(a_flush_ends_what_the_peripheral_does_not_take),
        PACKET_TEST(a_teardown_waits_for_the_peripherals_end),
        PACKET_TEST(a_peripherals_packets_arrive_in_order),
        PACKET_TEST(without_a_channel_a_peripherals_packets_are_lost),
        PACKET_TEST(a_peripherals_stream_becomes_packets),
        PACKET_TEST(a_receive_teardown_ends_with_a_message),
        PACKET_TEST(a_receive_teardown_waits_for_a_descriptor),
        PACKET_TEST(teardowns_that_never_end),
        PACKET_TEST(a_transfer_reads_rows_for_a_peripheral),
        PACKET_TEST(a_cyclic_transfer_sends_an_event_for_each_period),
        PACKET_TEST(a_forced_teardown_cuts_a_transfer),
        PACKET_TEST(a_stream_fills_transfers),
        PACKET_TEST(a_teardown_gives_back_a_transfer_that_is_not_full),
    };
    return cmocka_run_group_tests_name("packets", tests, NULL, NULL);
}
