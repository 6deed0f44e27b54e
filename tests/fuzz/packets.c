// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's UDMAPs where data streams: packets, flows, transfers, peripherals, teardowns, of both
 * Navigators, with descriptors, links and rings that are the input's.
 */
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"
#include "tests/fuzz/support/soc.h"
#include "twin/models/udmap.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define STEPS    300u

/* ---------------------------------------------------------------- the surroundings */

static const struct am65x_environment environment = {
    .line = soc_line,
    .its_message = soc_its_message,
    .memory_read = soc_memory_read,
    .memory_write = soc_memory_write,
    .now = soc_now,
    .uart_transmit = soc_uart_transmit,
    .frame_send = soc_frame_send,
};

/* ---------------------------------------------------------------- TI-SCI */

struct message {
    uint8_t bytes[60];
};

static void put(struct message *message, unsigned offset, unsigned size, uint64_t value)
{
    memcpy(&message->bytes[offset], &value, size);
}

static struct message request(uint16_t type)
{
    struct message message = {{0}};

    put(&message, 0, 2, type);
    put(&message, 2, 1, 12);
    return message;
}

static void send(const struct message *message)
{
    for (unsigned i = 0; i < sizeof(message->bytes); i += 4) {
        uint32_t word;

        memcpy(&word, &message->bytes[i], sizeof(word));
        soc_write(0x32c0d004 + i, 4, word);
    }
    soc_pass(50000);
}

/* ---------------------------------------------------------------- two Navigators */

static const struct navigator {
    uint16_t ringacc, udmap;
    uint64_t rings, rchans, tchans;
    uint16_t thread, channel, request_ring, ring, flow;
} navigators[] = {
    {187, 188, 0x3c000000, 0x34000000, 0x35000000, 0x1000, 8, 160, 304, 150},
    {195, 194, 0x2b800000, 0x2a800000, 0x2aa00000, 0x6000, 2, 50, 96, 48},
};

static const struct navigator *some_navigator(void)
{
    return &navigators[fuzz_below(2)];
}

static unsigned some_channel(const struct navigator *n)
{
    return n->channel + fuzz_below(2);
}

/* A ring of a few; where its elements lie follows from its number. */
static unsigned some_ring(const struct navigator *n)
{
    switch (fuzz_below(8)) {
    case 0:
        return some_channel(n);
    case 1:
        return n->request_ring + fuzz_below(2);
    case 2:
        return RING_NONE;
    default:
        return n->ring + fuzz_below(6);
    }
}

static uint64_t ring_memory(unsigned ring)
{
    return NAVSS_DRAM_BASE + (ring * 0x80u) % 0x4000u;
}

static uint64_t some_memory(void)
{
    return NAVSS_DRAM_BASE + fuzz_take(2);
}

static void configure_ring_of(const struct navigator *n, unsigned ring, unsigned count,
                              unsigned mode)
{
    struct message message = request(0x1110);

    put(&message, 8, 4, 0x1f);
    put(&message, 12, 2, n->ringacc);
    put(&message, 14, 2, ring);
    put(&message, 16, 8, ring_memory(ring));
    put(&message, 24, 4, count);
    put(&message, 28, 1, mode);
    put(&message, 29, 1, 1);
    send(&message);
}

static void configure_ring(void)
{
    const struct navigator *n = some_navigator();

    configure_ring_of(n, some_ring(n), fuzz_below(17), fuzz_below(2));
}

static void configure_channel_of(const struct navigator *n, bool transmit, unsigned type)
{
    struct message message = request(transmit ? 0x1205 : 0x1215);

    put(&message, 8, 4, 0x1c);
    put(&message, 12, 2, n->udmap);
    put(&message, 14, 2, n->channel);
    put(&message, transmit ? 20 : 30, 1, type);
    put(&message, transmit ? 22 : 16, 2, 64);
    put(&message, transmit ? 25 : 18, 2, n->ring + 4);
    send(&message);
}

static void configure_default_flow(const struct navigator *n)
{
    struct message message = request(0x1230);

    put(&message, 8, 4, 0x3c027);
    put(&message, 12, 2, n->udmap);
    put(&message, 14, 2, n->channel);
    for (unsigned i = 0; i < 3; i++)
        put(&message, 16 + i, 1, fuzz_below(2));
    put(&message, 22, 2, n->ring + 5);
    for (unsigned i = 0; i < 4; i++)
        put(&message, 32 + 2 * i, 2, n->ring + i);
    send(&message);
}

static void pair_threads(uint16_t source, uint16_t destination)
{
    struct message message = request(0x1280);

    put(&message, 8, 4, 118);
    put(&message, 12, 4, source);
    put(&message, 16, 4, destination);
    send(&message);
}

/* A transmit channel of one Navigator and a receive channel of the same or the other; each may be a
 * peripheral's instead. */
static void open_both(void)
{
    static const uint16_t sources[] = {0, 0, 0x7000, 0x4514}, sinks[] = {0, 0, 0xf000, 0xc514};
    const struct navigator *from = some_navigator(), *to = some_navigator();
    uint16_t source = sources[fuzz_below(COUNT(sources))], sink = sinks[fuzz_below(COUNT(sinks))];
    unsigned type = fuzz_below(4) == 0 ? 10 : 2, mode = fuzz_below(2);

    configure_ring_of(from, from->channel, 16, 0);
    configure_ring_of(to, to->request_ring, 16, 0);
    for (unsigned i = 0; i < 6; i++) {
        configure_ring_of(from, from->ring + i, 16, i < 4 ? mode : 0);
        if (to != from)
            configure_ring_of(to, to->ring + i, 16, i < 4 ? mode : 0);
    }
    configure_channel_of(from, true, type);
    configure_channel_of(to, false, type);
    configure_default_flow(to);
    uint16_t transmit = (uint16_t)(from->thread + from->channel);
    uint16_t receive = (uint16_t)(to->thread + to->channel) | PSIL_DESTINATION;
    pair_threads(transmit, sink != 0 ? sink : receive);
    if (sink != 0 && source != 0)
        pair_threads(source, receive);
    for (unsigned i = 0; i < 2; i++) {
        soc_write(to->rchans + 0x1000 * to->channel + 0x220 * i, 4, 0x80000000);
        soc_write(from->tchans + 0x1000 * from->channel + 0x220 * i, 4, 0x80000000);
    }
}

static void configure_channel(void)
{
    static const uint8_t types[] = {2, 2, 2, 3, 10, 10, 12};
    const struct navigator *n = some_navigator();
    bool transmit = fuzz_below(2) != 0;
    struct message message = request(transmit ? 0x1205 : 0x1215);

    put(&message, 8, 4, transmit ? 0x80d : 0x1e1d);
    put(&message, 12, 2, n->udmap);
    put(&message, 14, 2, some_channel(n));
    put(&message, transmit ? 16 : 28, 1, fuzz_below(8) == 0);
    put(&message, transmit ? 20 : 30, 1, types[fuzz_below(COUNT(types))]);
    put(&message, transmit ? 22 : 16, 2, 8 * fuzz_below(12));
    put(&message, transmit ? 25 : 18, 2, some_ring(n));
    if (!transmit) {
        put(&message, 24, 2, n->flow);
        put(&message, 26, 2, fuzz_below(4));
        put(&message, 31, 1, fuzz_below(2));
    }
    send(&message);
}

static void configure_flow(void)
{
    const struct navigator *n = some_navigator();
    bool sizes = fuzz_below(4) == 0;
    struct message message = request(sizes ? 0x1231 : 0x1230);
    unsigned rings = sizes ? 22 : 32;

    put(&message, 8, 4, sizes ? 0x7f : 0x7ffff);
    put(&message, 12, 2, n->udmap);
    put(&message, 14, 2, fuzz_below(2) != 0 ? some_channel(n) : n->flow + fuzz_below(4));
    for (unsigned i = 0; i < 3 && sizes; i++)
        put(&message, 16 + 2 * i, 2, fuzz_below(8));
    for (unsigned i = 0; i < 3 && !sizes; i++)
        put(&message, 16 + i, 1, fuzz_below(2));
    if (!sizes) {
        put(&message, 20, 2, fuzz_take(1));
        put(&message, 22, 2, some_ring(n));
        put(&message, 24, 8, fuzz_take(8) & 0x07070707ffffffff);
        put(&message, 40, 1, fuzz_below(2));
    }
    for (unsigned i = 0; i < (sizes ? 3u : 4u); i++)
        put(&message, rings + 2 * i, 2, some_ring(n));
    if (sizes)
        put(&message, 28, 1, fuzz_below(8));
    send(&message);
}

static uint16_t some_source(void)
{
    static const uint16_t peripherals[] = {0x7000, 0x7212, 0x4514};
    const struct navigator *n = some_navigator();

    return fuzz_below(2) != 0 ? (uint16_t)(n->thread + some_channel(n))
                              : peripherals[fuzz_below(COUNT(peripherals))];
}

static uint16_t some_destination(void)
{
    static const uint16_t peripherals[] = {0xf000, 0xf212, 0xc514};
    const struct navigator *n = some_navigator();

    return fuzz_below(4) != 0 ? (uint16_t)(n->thread + some_channel(n)) | PSIL_DESTINATION
                              : peripherals[fuzz_below(COUNT(peripherals))];
}

static void change_pairing(void)
{
    uint16_t source = some_source(), destination = some_destination();

    if (fuzz_below(4) == 0)
        (void)psil_destination(source, &destination);
    struct message message = request(fuzz_below(4) == 0 ? 0x1281 : 0x1280);
    put(&message, 8, 4, 118);
    put(&message, 12, 4, source);
    put(&message, 16, 4, destination);
    send(&message);
}

/* ---------------------------------------------------------------- memory */

static void put_words(uint64_t address, const uint32_t *words, unsigned count)
{
    (void)soc_memory_write(NULL, address, words, 4 * count);
}

static uint64_t some_descriptor(void)
{
    return fuzz_below(16) == 0 ? fuzz_take(6) : NAVSS_DRAM_BASE + 0x4000 + 0x100 * fuzz_below(32);
}

static uint32_t some_length(void)
{
    return fuzz_below(8) == 0 ? (uint32_t)fuzz_take(3) : fuzz_below(4) * (uint32_t)fuzz_take(1);
}

static void write_packet_descriptor(const struct navigator *n, uint64_t at)
{
    uint64_t next = fuzz_below(2) == 0 ? 0 : some_descriptor(), buffer = some_memory();
    uint32_t length = some_length();
    const uint32_t words[12] = {
        (fuzz_below(8) == 0 ? 2u : 1u) << 30 | fuzz_below(4) << 28 | fuzz_below(40) << 22 |
            some_length(),
        (uint32_t)fuzz_take(1) << 24 | (fuzz_below(2) != 0 ? 0x3fff : n->flow + fuzz_below(6)),
        (uint32_t)fuzz_take(2) << 16 | some_ring(n),
        (uint32_t)fuzz_take(4),
        (uint32_t)next,
        (uint32_t)(next >> 32),
        (uint32_t)buffer,
        (uint32_t)(buffer >> 32),
        length,
        some_length(),
        (uint32_t)buffer,
        (uint32_t)(buffer >> 32),
    };

    put_words(at, words, 12);
}

static void write_transfer_descriptor(const struct navigator *n, uint64_t at)
{
    const uint32_t header[3] = {3u << 30 | fuzz_below(4) << 20 | fuzz_below(3), 2u << 24,
                                some_ring(n)};
    uint32_t requests[16];

    put_words(at, header, 3);
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned word = 0; word < 16; word++)
            requests[word] = (uint32_t)fuzz_take(2);
        requests[0] = fuzz_below(5) | (uint32_t)fuzz_take(1) << 6 | fuzz_below(2) << 31;
        requests[2] = (uint32_t)some_memory();
        requests[3] = 0;
        put_words(at + 64 + 64 * i, requests, 16);
    }
}

/* A descriptor, and its way into a ring. */
static void submit(void)
{
    const struct navigator *n = some_navigator();
    uint64_t descriptor = some_descriptor();
    unsigned ring = some_ring(n);
    const struct ring *state = ringacc_ring((enum navss)(n != navigators), ring);

    if (fuzz_below(4) == 0)
        write_transfer_descriptor(n, descriptor);
    else
        write_packet_descriptor(n, descriptor);
    if (state == NULL || state->count == 0)
        return;
    const uint32_t words[2] = {(uint32_t)descriptor, (uint32_t)(descriptor >> 32)};
    put_words(ring_memory(ring) + 8 * ((state->head + state->occupied) % state->count), words, 2);
    soc_write(n->rings + 0x1000 * ring + 0x10, 4, fuzz_below(8) == 0 ? 0xff : 1);
}

/* ---------------------------------------------------------------- registers and peripherals */

static void write_channel(void)
{
    static const uint32_t values[] = {
        0x80000000, 0x80000000, 0x80000000, 0, 0xc0000000, 0xd0000000, 0xa0000000, 0x90000000,
    };
    const struct navigator *n = some_navigator();
    uint64_t channel = (fuzz_below(2) != 0 ? n->tchans : n->rchans) + 0x1000 * some_channel(n);

    if (fuzz_below(8) == 0)
        soc_write(channel + 4 * fuzz_take(1), 4, fuzz_take(4));
    else
        soc_write(channel + 0x220 * fuzz_below(2), 4, values[fuzz_below(COUNT(values))]);
}

static void be_a_peripheral(void)
{
    static uint8_t data[PSIL_PACKET_MAX];
    uint32_t length = fuzz_below(8) == 0 ? PSIL_PACKET_MAX : (uint32_t)fuzz_take(1);
    struct psil_header header = {
        .epib = fuzz_below(2) != 0,
        .word_count = fuzz_below(40),
        .flow = fuzz_below(2) != 0 ? PSIL_FLOW_DEFAULT : (uint16_t)fuzz_take(2),
    };

    switch (fuzz_below(4)) {
    case 0:
        (void)psil_send_packet(some_source(), &header, data, length);
        break;
    case 1:
        FUZZ_CHECK(psil_send_bytes(some_source(), data, length, fuzz_below(2) != 0) <= length);
        break;
    case 2:
        psil_ready(some_destination());
        break;
    default:
        psil_ended(fuzz_below(2) != 0 ? some_source() : some_destination());
        break;
    }
}

/* Proxies, monitors, global registers: of both Navigators. */
static void use_others(void)
{
    static const uint64_t blocks[] = {
        0x31150000, 0x31160000, 0x32000000, 0x33000000,
        0x285c0000, 0x285d0000, 0x2a280000, 0x2a500000,
    };
    uint64_t block = blocks[fuzz_below(COUNT(blocks))];
    unsigned page = 0x1000 * fuzz_below(4);

    if (fuzz_below(4) == 0) { /* a proxy's ring, end and element size */
        soc_write((block & ~UINT64_C(0xffffff)) | page, 4,
                  some_ring(some_navigator()) | fuzz_below(4) << 16 | fuzz_below(8) << 24);
    } else if (fuzz_below(2) != 0) {
        soc_write(block + page + 4 * fuzz_take(1), 4, fuzz_take(4));
    } else {
        (void)soc_read(block + page + 0x3f8 + 4 * fuzz_below(2), 4);
    }
}

/* What a port and a UART are told while channels carry their data: a frame comes, or the cable
 * goes; registers change. */
static void use_wire(void)
{
    static const enum am65x_fault faults[] = {
        AM65X_FAULT_FRAME_DROP,  AM65X_FAULT_FRAME_REORDER, AM65X_FAULT_FRAME_DELAY,
        AM65X_FAULT_PACKET_LOST, AM65X_FAULT_DMA_TEARDOWN,  AM65X_FAULT_PACKET_DROPPED,
        AM65X_FAULT_DMA_STALL,   AM65X_FAULT_DMA_ERROR,     AM65X_FAULT_DMA_DESCRIPTOR,
    };
    static const uint64_t blocks[] = {
        0x46000000, 0x46000f00, 0x46020000, 0x46021000, 0x46022000,
        0x46022300, 0x4603e000, 0x02800000, 0x40a00000, 0x40f04040,
    };
    static uint8_t frame[AM65X_FRAME_MAX];

    switch (fuzz_below(8)) {
    case 0: /* what makes a port run, in a loop or on a wire */
        soc_write(0x40f04040, 4, 2);
        soc_write(0x46020004, 4, 0x6006);
        soc_write(0x46021008, 4, some_navigator()->channel);
        soc_write(0x46022330, 4, fuzz_below(2) != 0 ? 0xa3 : 0xa1);
        soc_write(0x4603e008, 4, 0x80000014);
        break;
    case 1:
        memset(frame, (int)fuzz_take(1), 16);
        (void)am65x_frame_receive(frame, 1 + fuzz_take(2) % AM65X_FRAME_MAX);
        break;
    case 2:
        am65x_link(fuzz_below(4) != 0);
        am65x_frame_room();
        break;
    case 3:
        (void)am65x_inject(faults[fuzz_below(COUNT(faults))], fuzz_take(4), fuzz_below(4));
        break;
    case 4: /* a UART that asks its PDMA */
        soc_write(0x02800040, 4, 0x49);
        soc_write(0x02800008, 4, 0x9);
        soc_write(0x02800020, 4, 0);
        break;
    case 5:
        (void)am65x_uart_receive(0, (uint8_t)fuzz_take(1));
        break;
    case 6:
        (void)soc_read(blocks[fuzz_below(COUNT(blocks))] + 4 * fuzz_take(1), 4);
        break;
    default:
        soc_write(blocks[fuzz_below(COUNT(blocks))] + 4 * fuzz_take(1), 4, fuzz_take(4));
        break;
    }
}

static void configure_monitor(void)
{
    struct message message = request(0x1120);

    put(&message, 8, 4, 0x1f);
    put(&message, 12, 2, 187);
    put(&message, 14, 2, fuzz_below(9));
    put(&message, 16, 2, fuzz_below(3) | fuzz_below(6) << 8);
    put(&message, 18, 2, some_ring(&navigators[0]));
    put(&message, 20, 8, fuzz_take(2) & 0x0f0f);
    send(&message);
}

static void step(const struct navss_access *access)
{
    switch (fuzz_below(16)) {
    case 0:
        configure_ring();
        break;
    case 1:
        configure_channel();
        break;
    case 2:
        configure_flow();
        break;
    case 3:
        change_pairing();
        break;
    case 4:
    case 5:
    case 6:
        submit();
        break;
    case 7:
        write_channel();
        break;
    case 8:
        be_a_peripheral();
        break;
    case 9:
        (void)am65x_inject((enum am65x_fault)fuzz_below(AM65X_FAULT_COUNT), fuzz_take(1),
                           fuzz_below(4));
        break;
    case 10:
        navss_do(access);
        break;
    case 11:
        use_others();
        break;
    case 12:
        configure_monitor();
        break;
    case 13:
    case 14:
        use_wire();
        break;
    default:
        soc_pass(fuzz_take(2));
        break;
    }
}

static unsigned free_buffers(void)
{
    static uint8_t taken[256];
    unsigned count = 0;

    while ((taken[count] = udmap_buffer_take()) != 0)
        count++;
    for (unsigned i = 0; i < count; i++)
        udmap_buffer_give(&taken[i]);
    return count;
}

static void switch_all_off(void)
{
    for (unsigned i = 0; i < COUNT(navigators); i++) {
        for (unsigned channel = 0; channel < TCHAN_MAX; channel++)
            soc_write(navigators[i].tchans + 0x1000 * channel, 4, 0);
        for (unsigned channel = 0; channel < RCHAN_MAX; channel++)
            soc_write(navigators[i].rchans + 0x1000 * channel, 4, 0);
    }
}

void fuzz_one(void)
{
    static const struct navss_access access = {soc_write, soc_read, soc_pass};
    const struct am65x_config config = {
        .intid_limit = 256,
        .moods = fuzz_below(4) == 0 ? AM65X_MOOD_MISORDERED | AM65X_MOOD_GARBAGE_FIELDS : 0,
    };

    am65x_reset(&environment, &config);
    unsigned buffers = free_buffers();
    if (fuzz_below(8) != 0)
        open_both();
    for (unsigned i = 0; i < STEPS && fuzz_left() != 0; i++)
        step(&access);
    soc_pass(1000000);
    navss_check();
    switch_all_off();
    FUZZ_CHECK(free_buffers() == buffers); /* nobody has one for a packet any more */
}
