// SPDX-License-Identifier: BSD-3-Clause
/*
 * See navss.h. Rings and channels are those that the A53's host 12 owns (twin/models/rm_config.c),
 * with a few strangers.
 */
#include "tests/fuzz/support/navss.h"

#include "tests/fuzz/support/fuzz.h"
#include "twin/models/models.h"

#include <string.h>

#define COUNT(a)       (sizeof(a) / sizeof((a)[0]))

#define RCHAN          0x34000000ull
#define TCHAN          0x35000000ull
#define RING_FIFO      0x38000000ull
#define RING_RT        0x3c000000ull
#define PAGE           0x1000u
#define DOORBELL       0x10u
#define CHANNEL_ENABLE 0x80000000u
#define PROXY_DATA     0x32c00000ull
#define HOST           12u
#define THREAD         13u /* host 12's requests of low priority */

uint8_t navss_dram[NAVSS_DRAM_SIZE];

/* Every block of the bus, and places where there is none. */
static const uint64_t bases[] = {
    0x00100000, 0x00104000, 0x0011c000, 0x01000000, 0x02800000, 0x02810000, 0x02820000, 0x28590000,
    0x285c0000, 0x2a500000, 0x2a800000, 0x2aa00000, 0x2b000000, 0x2b800000, 0x31120000, 0x31150000,
    0x32400000, 0x32800000, 0x32c00000, 0x33000000, 0x33d00000, 0x34000000, 0x35000000, 0x38000000,
    0x3c000000, 0x40a00000, 0x43000000, 0x4301c000, 0x44234000, 0x70000000, 0x80000000,
};

static uint64_t some_address(void)
{
    return bases[fuzz_below(COUNT(bases))] + fuzz_take(3);
}

static unsigned some_size(void)
{
    return 1u << fuzz_below(4);
}

static unsigned some_channel(void)
{
    return 8 + fuzz_below(12);
}

static unsigned some_ring(void)
{
    return fuzz_below(4) == 0 ? fuzz_below(0x400) : 304 + fuzz_below(32);
}

/* An address in DRAM, or of a device: bus masters go where they are told. */
static uint64_t some_target(void)
{
    unsigned choice = fuzz_below(16);

    if (choice == 0)
        return some_address();
    if (choice == 1) /* the end of a ring's window: an access there takes or gives an element */
        return RING_FIFO + some_ring() * PAGE + 0x200 * fuzz_below(4) + 0x200 - 8 * fuzz_below(5);
    return NAVSS_DRAM_BASE + fuzz_take(2);
}

/* ---- TI-SCI ---- */

struct message {
    uint8_t bytes[60];
};

static void put(struct message *message, unsigned offset, unsigned size, uint64_t value)
{
    memcpy(&message->bytes[offset], &value, size);
}

static void send(const struct navss_access *access, unsigned thread, const struct message *message)
{
    for (unsigned i = 0; i < sizeof(message->bytes); i += 4) {
        uint32_t word;

        memcpy(&word, &message->bytes[i], sizeof(word));
        access->write(PROXY_DATA + thread * PAGE + 4 + i, 4, word);
    }
}

static struct message request(uint16_t type)
{
    struct message message = {{0}};

    put(&message, 0, 2, type);
    put(&message, 2, 1, HOST);
    put(&message, 4, 4, 2);
    return message;
}

static void configure_ring(const struct navss_access *access, unsigned ring, uint64_t base)
{
    struct message message = request(0x1110);

    put(&message, 8, 4, 0x3f);
    put(&message, 12, 2, 187);
    put(&message, 14, 2, ring);
    put(&message, 16, 8, base);
    put(&message, 24, 4, 1 + fuzz_take(1));
    put(&message, 28, 1, fuzz_below(6));
    put(&message, 29, 1, fuzz_below(8));
    send(access, THREAD, &message);
}

static void configure_channel(const struct navss_access *access, bool transmit, unsigned channel,
                              unsigned ring)
{
    struct message message = request(transmit ? 0x1205 : 0x1215);

    put(&message, 8, 4, 0x14);
    put(&message, 12, 2, 188);
    put(&message, 14, 2, channel);
    put(&message, transmit ? 20 : 30, 1, 12);
    put(&message, transmit ? 25 : 18, 2, ring);
    send(access, THREAD, &message);
}

static void pair(const struct navss_access *access, unsigned channel)
{
    struct message message = request(0x1280);

    put(&message, 8, 4, 118);
    put(&message, 12, 4, 0x1000 + channel);
    put(&message, 16, 4, 0x9000 + channel);
    send(access, THREAD, &message);
}

static void map_event(const struct navss_access *access, unsigned ring)
{
    struct message message = request(0x1000);

    put(&message, 8, 4, 0x3c);
    put(&message, 12, 2, 187);
    put(&message, 14, 2, ring);
    put(&message, 20, 2, 179);
    put(&message, 22, 2, 16 + fuzz_take(1) % 80);
    put(&message, 24, 2, 16 + fuzz_take(1));
    put(&message, 26, 1, fuzz_below(65));
    send(access, THREAD, &message);
}

static void any_message(const struct navss_access *access)
{
    static const uint16_t types[] = {
        0x0002, 0x0005, 0x0020, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0x010c,
        0x010d, 0x010e, 0x0200, 0x0201, 0x0202, 0x1000, 0x1001, 0x1110, 0x1111,
        0x1205, 0x1215, 0x1230, 0x1231, 0x1280, 0x1281, 0x1500, 0x7777,
    };
    struct message message = {{0}};
    unsigned thread = fuzz_below(20);

    put(&message, 0, 2, types[fuzz_below(COUNT(types))]);
    put(&message, 2, 1, 10 + thread / 5);
    put(&message, 4, 4, fuzz_below(4));
    for (unsigned i = 8, end = 8 + fuzz_below(53); i < end; i++)
        put(&message, i, 1, fuzz_take(1));
    send(access, thread, &message);
}

/* ---- DMA ---- */

static void open_channel(const struct navss_access *access)
{
    unsigned channel = some_channel(), ring = some_ring();

    configure_ring(access, channel, some_target() & ~UINT64_C(7));
    configure_ring(access, ring, some_target() & ~UINT64_C(7));
    configure_channel(access, true, channel, ring);
    configure_channel(access, false, channel, ring);
    pair(access, channel);
    map_event(access, ring);
    access->pass(200000);
    access->write(RCHAN + channel * PAGE, 4, CHANNEL_ENABLE);
    access->write(TCHAN + channel * PAGE, 4, CHANNEL_ENABLE);
}

/* A descriptor in DRAM, and its address somewhere else there: in a ring, perhaps. */
static void write_descriptor(void)
{
    uint8_t *descriptor = &navss_dram[16u * fuzz_take(1)];
    uint32_t words[3] = {0xc0000000u | (uint32_t)fuzz_take(4), (uint32_t)fuzz_below(8) << 24,
                         some_ring()};
    uint32_t flags = (uint32_t)fuzz_take(1) | (uint32_t)fuzz_take(3) << 8;
    uint64_t address = NAVSS_DRAM_BASE + (uint64_t)(descriptor - navss_dram), source, destination;

    memcpy(descriptor, words, sizeof(words));
    memcpy(descriptor + 64, &flags, sizeof(flags));
    for (unsigned i = 68; i < 128; i++)
        descriptor[i] = (uint8_t)fuzz_take(1);
    source = some_target();
    destination = some_target();
    memcpy(descriptor + 72, &source, sizeof(source));
    memcpy(descriptor + 104, &destination, sizeof(destination));
    memcpy(&navss_dram[8u * fuzz_take(1)], &address, sizeof(address));
}

static void write_memory(void)
{
    unsigned offset = (unsigned)fuzz_take(2), count = (unsigned)fuzz_take(1);

    for (unsigned i = 0; i < count && fuzz_left() != 0; i++)
        navss_dram[(offset + i) % NAVSS_DRAM_SIZE] = (uint8_t)fuzz_take(1);
}

static void write_channel(const struct navss_access *access)
{
    static const uint64_t blocks[] = {RCHAN, TCHAN, 0x2a800000, 0x2aa00000};
    uint64_t block = blocks[fuzz_below(COUNT(blocks))] + fuzz_below(160) * PAGE;

    access->write(block + 4 * fuzz_take(1) * fuzz_below(2), 4, fuzz_take(4));
}

/* A ring whose memory is among the rings' own registers, and an element for it. */
static void tie_ring(const struct navss_access *access)
{
    unsigned ring = some_ring(), other = fuzz_below(2) != 0 ? ring : some_ring();
    uint64_t window = RING_FIFO + ring * PAGE + 0x200 * (1 + fuzz_below(2));

    configure_ring(access, ring,
                   (fuzz_below(2) != 0 ? RING_FIFO : RING_RT) + other * PAGE +
                       (fuzz_take(2) & 0xffcu));
    access->pass(100000);
    for (unsigned i = 8; i != 0; i -= 4)
        access->write(window - i, 4, fuzz_take(1));
    (void)access->read(window - 4, 4);
}

void navss_do(const struct navss_access *access)
{
    uint64_t address;

    switch (fuzz_below(13)) {
    case 0:
        address = some_address();
        access->write(address, some_size(), fuzz_take(8));
        break;
    case 1:
        address = some_address();
        (void)access->read(address, some_size());
        break;
    case 2:
        address = some_target();
        (void)access->read(address, 4);
        break;
    case 3:
        any_message(access);
        break;
    case 4:
        access->pass(fuzz_take(2) * 16);
        break;
    case 5:
        write_memory();
        break;
    case 6:
        open_channel(access);
        break;
    case 7:
        access->write(RING_RT + some_channel() * PAGE + DOORBELL, 4, fuzz_take(1));
        break;
    case 8:
        access->write(RING_RT + some_ring() * PAGE + DOORBELL, 4, fuzz_take(1));
        break;
    case 9:
        write_descriptor();
        break;
    case 10:
        write_channel(access);
        break;
    case 11:
        tie_ring(access);
        break;
    default:
        address = some_target();
        access->write(address, 4, fuzz_take(4));
        break;
    }
}

void navss_check(void)
{
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++)
        for (unsigned i = 0; ringacc_ring((enum navss)navss, i) != NULL; i++) {
            const struct ring *ring = ringacc_ring((enum navss)navss, i);

            if (ring->occupied > ring->count)
                fuzz_fail("ring %u of Navigator Subsystem %u holds %u elements of %u", i, navss,
                          ring->occupied, ring->count);
        }
}
