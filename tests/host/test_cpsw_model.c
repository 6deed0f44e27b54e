// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the Ethernet switch by itself, between a wire and PSI-L threads that are both this
 * test: registers, PHY, lookup, frames, statistics, faults (AM65x TRM SPRUID7, "CPSW").
 */
#include "tests/host/support/soc_host.h"
#include "twin/models/models.h"

#include "twin/models/cpsw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SWITCH      UINT64_C(0x46000000)
#define CONTROL     (SWITCH + 0x20004)
#define STAT_ENABLE (SWITCH + 0x20014)
#define P0          (SWITCH + 0x21000)
#define P1          (SWITCH + 0x22000)
#define STATISTICS  (SWITCH + 0x3a000)
#define ALE         (SWITCH + 0x3e000)
#define MDIO        (SWITCH + 0xf00)
#define ENET_CTRL   UINT64_C(0x40f04040)

#define RX_GOOD     0
#define ALE_DROP    10
#define TX_GOOD     13
#define NET_OCTETS  32
#define MASK_DROP   34
#define UNKNOWN     42

#define P0_ENABLE   (1u << 2)
#define VLAN_AWARE  (1u << 1)
#define CRC_REMOVE  (1u << 13)
#define PAD         (1u << 14)
#define GMII_ENABLE (1u << 5)
#define GIGABIT     (1u << 7)
#define LOOPBACK    (1u << 1)
#define MILLISECOND UINT64_C(1000000)

static bool line_602;

static const uint8_t own[6] = {2, 0, 0, 0, 0, 1}, other[6] = {2, 0, 0, 0, 0, 2},
                     third[6] = {2, 0, 0, 0, 0, 3}, group[6] = {1, 0, 0x5e, 0, 0, 1},
                     broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* What went onto the wire, and to the host. */
static struct sent {
    uint32_t length;
    uint8_t data[AM65X_FRAME_MAX + 16];
    struct psil_header header;
} on_wire[64], to_host[64];
static unsigned wire_count, host_count, wanted_count, ready_count;
static bool wire_full, host_full;

/* ---------------------------------------------------------------- the surroundings */

bool __wrap_psil_send_packet(uint16_t thread, const struct psil_header *header, const uint8_t *data,
                             uint32_t length);
void __wrap_psil_ready(uint16_t thread);

bool __wrap_psil_send_packet(uint16_t thread, const struct psil_header *header, const uint8_t *data,
                             uint32_t length)
{
    assert_int_equal(thread, 0x7000);
    if (host_full)
        return false;
    assert_in_range(host_count, 0, 63);
    to_host[host_count].length = length;
    to_host[host_count].header = *header;
    memcpy(to_host[host_count++].data, data, length);
    return true;
}

void __wrap_psil_ready(uint16_t thread)
{
    assert_in_range(thread, 0xf000, 0xf007);
    ready_count++;
}

static void on_line(void *context, unsigned intid, bool high)
{
    (void)context;
    assert_int_equal(intid, 602);
    line_602 = high;
}

static bool on_frame(void *context, const void *frame, size_t length)
{
    (void)context;
    if (wire_full)
        return false;
    assert_in_range(wire_count, 0, 63);
    on_wire[wire_count].length = (uint32_t)length;
    memcpy(on_wire[wire_count++].data, frame, length);
    return true;
}

static void on_wanted(void *context)
{
    (void)context;
    wanted_count++;
}

static struct am65x_environment environment = {
    .line = on_line,
    .its_message = soc_no_message,
    .memory_read = soc_read,
    .memory_write = soc_write,
    .now = soc_now,
    .uart_transmit = soc_no_uart,
    .frame_send = on_frame,
    .frame_wanted = on_wanted,
};

static uint32_t statistic(unsigned port, unsigned number)
{
    return read32(STATISTICS + 0x200 * port + 4 * number);
}

static void write_entry(unsigned entry, uint32_t word2, uint32_t word1, uint32_t word0)
{
    write32(ALE + 0x34, word2);
    write32(ALE + 0x38, word1);
    write32(ALE + 0x3c, word0);
    write32(ALE + 0x20, entry | 1u << 31);
}

static void read_entry(unsigned entry, uint32_t words[3])
{
    write32(ALE + 0x20, entry);
    for (unsigned i = 0; i < 3; i++)
        words[2 - i] = read32(ALE + 0x34 + 4 * i);
}

static void write_address(unsigned entry, const uint8_t *address, uint32_t word2)
{
    uint32_t word0 = 0;
    for (unsigned i = 2; i < 6; i++)
        word0 = word0 << 8 | address[i];
    write_entry(entry, word2, 1u << 28 | (uint32_t)address[0] << 8 | address[1], word0);
}

/* As a driver has it for one port that is the host's MAC. */
static void bring_up(void)
{
    write32(ENET_CTRL, 2);
    write32(CONTROL, P0_ENABLE | VLAN_AWARE | CRC_REMOVE | PAD);
    write32(STAT_ENABLE, 3);
    write32(P0 + 0x24, 2024);
    write32(P0 + 0x8, 16);
    write32(P0 + 0x4, 1);
    write32(ALE + 0x8, 1u << 31 | 1u << 30 | 1u << 2);
    write32(ALE + 0x134, 1u << 15);
    write32(ALE + 0x40, 3);
    write32(ALE + 0x44, 3 | 1u << 11);
    write32(ALE + 0xc0, 3);
    write32(ALE + 0xc4, 2);
    write_entry(0, 0, 2u << 28, 1u << 20 | 3u << 24 | 3); /* VLAN 0 of both ports, untagged */
    write_address(1, own, 1);
    write_address(2, broadcast, 3u << 2);
    write32(P1 + 0x338, 1);
    write32(P1 + 0x24, 2024);
    pass(100 * MILLISECOND);
    write32(P1 + 0x330, GMII_ENABLE | GIGABIT | 1);
}

static int setup(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256};
    (void)state;
    environment.frame_send = on_frame;
    am65x_reset(&environment, &config);
    wire_count = host_count = wanted_count = ready_count = 0;
    wire_full = host_full = false;
    return 0;
}

static uint32_t frame_of(uint8_t *frame, const uint8_t *destination, const uint8_t *source,
                         uint32_t length)
{
    for (uint32_t i = 12; i < length; i++)
        frame[i] = (uint8_t)(i * 7);
    memcpy(frame, destination, 6);
    memcpy(frame + 6, source, 6);
    frame[12] = 0x88; /* some ethertype for experiments */
    frame[13] = 0xb5;
    return length;
}

static bool receive(const uint8_t *destination, const uint8_t *source, uint32_t length)
{
    uint8_t frame[AM65X_FRAME_MAX];
    return am65x_frame_receive(frame, frame_of(frame, destination, source, length));
}

static bool send(unsigned port, uint32_t length)
{
    uint8_t frame[AM65X_FRAME_MAX];
    struct psil_header header = {.destination_tag = (uint16_t)port, .word_count = 4};
    frame_of(frame, other, own, length);
    return cpsw_destination.take_packet(0, &header, frame, length);
}

/* ---------------------------------------------------------------- MDIO and PHY */

static void bit_out(bool bit)
{
    uint32_t pins = 2u | (bit ? 1u : 0u);
    write32(MDIO + 0x30, pins);
    write32(MDIO + 0x30, pins | 4);
    write32(MDIO + 0x30, pins);
}

static bool bit_in(void)
{
    write32(MDIO + 0x30, 4);
    write32(MDIO + 0x30, 0);
    return (read32(MDIO + 0x30) & 1) != 0;
}

static void bits_out(uint32_t value, unsigned count)
{
    while (count-- != 0)
        bit_out((value >> count & 1) != 0);
}

static uint32_t by_hand(unsigned address, unsigned number)
{
    uint32_t value = 0;
    bits_out(UINT32_MAX, 32);
    bits_out(6, 4);
    bits_out(address, 5);
    bits_out(number, 5);
    write32(MDIO + 0x30, 0);
    bool driven = !bit_in();
    for (unsigned i = 0; i < 16; i++)
        value = value << 1 | (bit_in() ? 1u : 0u);
    (void)bit_in();
    return driven ? value : 0x10000;
}

static void write_by_hand(unsigned number, uint16_t value)
{
    bits_out(UINT32_MAX, 32);
    bits_out(5, 4);
    bits_out(0, 5);
    bits_out(number, 5);
    bits_out(2, 2);
    bits_out(value, 16);
    write32(MDIO + 0x30, 0);
    (void)bit_in();
}

static void test_registers_and_address(void **state)
{
    (void)state;
    assert_int_equal(read32(SWITCH), 0x6ba00101);
    assert_int_equal(read32(ALE) & 0x7ff, 0x103);
    assert_int_equal(read32(MDIO) & 0xffff, 0x0907);
    assert_int_equal(read32(0x40f00204), 0x02a6);
    assert_int_equal(read32(0x40f00200), 0x54000001);
    assert_int_equal(read32(P1 + 0x24), 1518);
    write32(P1 + 0x24, 2024);
    write32(P1 + 0x330, GMII_ENABLE);
    write32(P1 + 0x338, 1);
    assert_int_equal(read32(P1 + 0x24), 1518);
    assert_int_equal(read32(P1 + 0x330), 0);
    assert_int_equal(read32(P1 + 0x338), 0);
}

static void test_phy_by_hand(void **state)
{
    (void)state;
    write32(MDIO + 0x34, 1u << 31);
    assert_int_equal(by_hand(0, 2), 0x2000);
    assert_int_equal(by_hand(0, 3), 0xa231);
    assert_int_equal(by_hand(1, 2), 0x10000); /* nobody there: the line stays high */
    write_by_hand(4, 0x0101);
    assert_int_equal(by_hand(0, 4), 0x0101);
    write_by_hand(0xd, 0x1f);
    write_by_hand(0xe, 0x86);
    write_by_hand(0xd, 0x401f);
    write_by_hand(0xe, 0x00a7);
    assert_int_equal(by_hand(0, 0xe), 0x00a7);
    write_by_hand(0, 0x8000);
    assert_int_equal(by_hand(0, 4), 0x01e1);
}

static uint32_t user_read(unsigned address, unsigned number)
{
    write32(MDIO + 0x80, 1u << 31 | number << 21 | address << 16);
    assert_true(read32(MDIO + 0x80) & 1u << 31);
    pass(MILLISECOND);
    return read32(MDIO + 0x80);
}

static void test_phy_by_controller(void **state)
{
    (void)state;
    write32(MDIO + 0x4, 1u << 30 | 0xff);
    assert_int_equal(read32(MDIO + 0x4) >> 31, 0);
    assert_int_equal(user_read(0, 3) & 0xa000ffff, 0x2000a231);
    assert_int_equal(user_read(7, 3) & 0xa0000000, 0);
    assert_int_equal(read32(MDIO + 0x8), 1);
    write32(MDIO + 0x84, 1u << 6);
    pass(100 * MILLISECOND);
    assert_int_equal(read32(MDIO + 0xc), 1);
    am65x_link(false);
    assert_int_equal(read32(MDIO + 0xc), 0);
    assert_int_equal(read32(MDIO + 0x14), 1);
    write32(MDIO + 0x14, 1);
    assert_int_equal(read32(MDIO + 0x10), 0);
}

static void test_link(void **state)
{
    (void)state;
    write32(MDIO + 0x4, 1u << 30 | 0xff);
    assert_int_equal(user_read(0, 1) & 0x24, 0); /* not yet */
    pass(10 * MILLISECOND);
    assert_int_equal(user_read(0, 0x11) & 0xec00, 0xa800); /* but the speed is known */
    pass(100 * MILLISECOND);
    assert_int_equal(user_read(0, 1) & 0x24, 0x24);
    assert_int_equal(user_read(0, 0x11) & 0xec00, 0xac00); /* 1000, full, resolved, up */
    assert_int_equal(read32(SWITCH + 0x30), 0xd);
    assert_true(am65x_inject(AM65X_FAULT_LINK_DOWN, 0, 1));
    assert_int_equal(user_read(0, 1) & 0x24, 0);
    assert_true(am65x_inject(AM65X_FAULT_LINK_DOWN, 0, 0));
    pass(100 * MILLISECOND);
    am65x_link(false);
    am65x_link(true);
    pass(100 * MILLISECOND);
    assert_int_equal(user_read(0, 1) & 4, 0); /* it was lost in between */
    assert_int_equal(user_read(0, 1) & 4, 4);
}

static void test_no_cable_no_link(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256};
    (void)state;
    environment.frame_send = NULL;
    am65x_reset(&environment, &config);
    write32(MDIO + 0x4, 1u << 30 | 0xff);
    pass(10000 * MILLISECOND);
    assert_int_equal(user_read(0, 1) & 4, 0);
    write32(MDIO + 0x80, 3u << 30 | 0x5140); /* but with itself */
    pass(MILLISECOND);
    (void)user_read(0, 1);
    assert_int_equal(user_read(0, 1) & 4, 4);
}

/* ---------------------------------------------------------------- frames */

static void test_receive(void **state)
{
    (void)state;
    bring_up();
    assert_true(receive(own, other, 100));
    assert_int_equal(host_count, 1);
    assert_int_equal(to_host[0].length, 100);
    assert_int_equal(to_host[0].header.flow, 16);
    assert_int_equal(to_host[0].header.source_tag, 1);
    assert_int_equal(to_host[0].header.word_count, 4);
    assert_true(to_host[0].header.epib);
    assert_true(receive(broadcast, other, 30)); /* the sender has padded it */
    assert_int_equal(to_host[1].length, 60);
    assert_true(receive(other, third, 100)); /* for somebody else */
    assert_true(receive(group, other, 100));
    assert_int_equal(host_count, 2);
    assert_int_equal(statistic(1, RX_GOOD), 4);
    assert_int_equal(statistic(1, RX_GOOD + 1), 1);
    assert_int_equal(statistic(1, RX_GOOD + 2), 1);
    assert_int_equal(statistic(0, TX_GOOD), 2);
    assert_int_equal(statistic(1, MASK_DROP), 2);
    assert_int_equal(statistic(1, UNKNOWN), 1);
    assert_int_equal(statistic(1, UNKNOWN + 1), 104);
    assert_int_equal(statistic(1, UNKNOWN + 2), 1);
    assert_int_equal(statistic(1, NET_OCTETS), 3 * 104 + 64);
    assert_int_equal(statistic(1, 26), 1);              /* 64 bytes */
    assert_int_equal(statistic(1, 27), 3);              /* up to 127 */
    write32(ALE + 0x44, read32(ALE + 0x44) | 1u << 13); /* copy all frames */
    assert_true(receive(other, group, 100));            /* not from a group */
    assert_true(receive(other, other, 100));
    assert_int_equal(statistic(1, ALE_DROP), 2);
    assert_true(receive(group, other, 100));
    assert_int_equal(host_count, 3);
}

static void test_frame_check_sequence(void **state)
{
    (void)state;
    bring_up();
    write32(CONTROL, P0_ENABLE);
    assert_true(receive(own, other, 60));
    assert_int_equal(to_host[0].length, 64);
    uint32_t crc = UINT32_MAX; /* IEEE 802.3, 3.2.9, bit by bit */
    for (unsigned i = 0; i < 64; i++) {
        crc ^= to_host[0].data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    assert_int_equal(crc, 0xdebb20e3);
}

static void test_what_must_be_on(void **state)
{
    (void)state;
    bring_up();
    write32(ENET_CTRL, 0); /* GMII: not the EVM's pins */
    assert_true(receive(own, other, 60));
    write32(ENET_CTRL, 2);
    write32(P1 + 0x330, GMII_ENABLE | 1); /* the PHY has 1000 Mbit/s */
    assert_true(receive(own, other, 60));
    write32(P1 + 0x330, GIGABIT | 1);
    assert_true(receive(own, other, 60));
    assert_int_equal(statistic(1, RX_GOOD), 0);
    write32(P1 + 0x330, GMII_ENABLE | GIGABIT | 1);
    write32(ALE + 0x44, 1u << 11); /* disabled */
    assert_true(receive(own, other, 60));
    assert_int_equal(statistic(1, MASK_DROP), 1);
    write32(ALE + 0x44, 3 | 1u << 11);
    write32(P1 + 0x24, 63);
    assert_true(receive(own, other, 60));
    assert_int_equal(statistic(1, 6), 1); /* oversized */
    write32(P1 + 0x24, 64);
    write32(ALE + 0x8, 1u << 2);
    assert_true(receive(own, other, 60));
    assert_int_equal(statistic(1, ALE_DROP), 1);
    assert_int_equal(host_count, 0);
    write32(ALE + 0x8, 1u << 31 | 1u << 2);
    assert_true(receive(own, other, 60));
    assert_int_equal(host_count, 1);
}

static void test_send(void **state)
{
    (void)state;
    bring_up();
    assert_true(send(1, 14));
    assert_int_equal(on_wire[0].length, 60);
    assert_int_equal(on_wire[0].data[59], 0);
    assert_true(send(1, 1514));
    assert_int_equal(on_wire[1].length, 1514);
    assert_true(send(1, 2021)); /* 2025 with its check sequence */
    assert_true(send(0, 100));  /* nobody names a port that is a MAC but the host */
    assert_int_equal(wire_count, 2);
    assert_int_equal(statistic(0, RX_GOOD), 3);
    assert_int_equal(statistic(0, 6), 1);
    assert_int_equal(statistic(1, TX_GOOD), 2);
    assert_int_equal(statistic(1, 25), 64 + 1518);
    write32(CONTROL, P0_ENABLE);
    assert_true(send(1, 59));
    assert_int_equal(statistic(0, 8), 1); /* undersized */
    assert_int_equal(wire_count, 2);
}

static void test_checksums(void **state)
{
    /* IPv4 10.0.2.15 to 10.0.2.2, UDP 68 to 67, "k3"; its checksum by hand: 0xe4a9 is the sum of
     * the pseudo header, 0x001e; of the rest, 0x44 + 0x43 + 10 + 0x6b33. */
    uint8_t frame[60] = {
        [12] = 8,  [14] = 0x45, [17] = 30, [22] = 64, [23] = 17, [26] = 10, [28] = 2,   [29] = 15,
        [30] = 10, [32] = 2,    [33] = 2,  [35] = 68, [37] = 67, [39] = 10, [42] = 'k', [43] = '3'};
    uint32_t pseudo = 0x0a00 + 0x020f + 0x0a00 + 0x0202 + 17 + 10;
    uint32_t header = ~(0x4500 + 30 + 0x4011 + 0x0a00 + 0x020f + 0x0a00 + 0x0202) & 0xffff;
    struct psil_header with = {.destination_tag = 1, .word_count = 4};
    (void)state;
    bring_up();
    memcpy(frame, own, 6);
    memcpy(frame + 6, other, 6);
    frame[24] = (uint8_t)(header >> 8);
    frame[25] = (uint8_t)header;
    frame[40] = (uint8_t)(pseudo >> 8);
    frame[41] = (uint8_t)pseudo;
    with.words[2] = 41u << 24 | 35u << 16 | 10;
    assert_true(cpsw_destination.take_packet(0, &with, frame, 44));
    uint32_t sum = ~(pseudo + 68 + 67 + 10 + 0x6b33) & 0xffff;
    assert_int_equal(on_wire[0].data[40] << 8 | on_wire[0].data[41], sum);
    assert_true(am65x_frame_receive(on_wire[0].data, on_wire[0].length));
    assert_int_equal(to_host[0].header.words[2], 1u << 20 | 0xffff);
    on_wire[0].data[43] ^= 1;
    assert_true(am65x_frame_receive(on_wire[0].data, on_wire[0].length));
    assert_int_equal(to_host[1].header.words[2], 1u << 20 | 1u << 16);
}

static void test_loopback(void **state)
{
    (void)state;
    bring_up();
    am65x_link(false);
    write_entry(1, 0, 0, 0); /* else its own frames come from where they must not */
    write32(P1 + 0x330, GMII_ENABLE | LOOPBACK | 1);
    write32(ALE + 0x44, 3 | 1u << 11 | 1u << 13);
    for (unsigned i = 0; i < 20; i++) {
        if (!send(1, 100 + i))
            pass(MILLISECOND);
    }
    pass(MILLISECOND);
    assert_int_equal(wire_count, 0);
    assert_in_range(host_count, 16, 20);
    assert_true(ready_count != 0);
    assert_int_equal(statistic(1, TX_GOOD), host_count);
    assert_int_equal(statistic(1, RX_GOOD), host_count);
    for (unsigned i = 1; i < host_count; i++)
        assert_true(to_host[i].length > to_host[i - 1].length);
}

/* ---------------------------------------------------------------- back-pressure */

static void test_host_without_room(void **state)
{
    unsigned taken = 0;
    (void)state;
    bring_up();
    host_full = true;
    while (taken < 40 && receive(own, other, 60 + taken))
        taken++;
    assert_in_range(taken, 2, 39);
    assert_int_equal(host_count, 0);
    assert_int_equal(wanted_count, 0);
    host_full = false;
    cpsw_source.source_ready(0);
    assert_int_equal(host_count, taken);
    assert_int_equal(wanted_count, 1);
    for (unsigned i = 0; i < taken; i++)
        assert_int_equal(to_host[i].length, 60 + i);
}

static void test_wire_without_room(void **state)
{
    unsigned taken = 0;
    (void)state;
    bring_up();
    wire_full = true;
    while (taken < 40 && send(1, 60 + taken))
        taken++;
    assert_in_range(taken, 2, 39);
    ready_count = 0;
    wire_full = false;
    am65x_frame_room();
    assert_int_equal(wire_count, taken);
    assert_int_equal(ready_count, 1);
    for (unsigned i = 0; i < taken; i++)
        assert_int_equal(on_wire[i].length, 60 + i);
    wire_full = true;
    while (send(1, 60))
        continue;
    am65x_link(false); /* what waits goes nowhere */
    assert_true(send(1, 60));
    assert_int_equal(wire_count, taken);
}

/* ---------------------------------------------------------------- the lookup */

static void test_table(void **state)
{
    uint32_t words[3];
    (void)state;
    bring_up();
    write_entry(63, 0xffffffff, 0x12345678, 0x9abcdef0);
    read_entry(63, words);
    assert_int_equal(words[2], 0x7f);
    assert_int_equal(words[1], 0x12345678);
    assert_int_equal(words[0], 0x9abcdef0);
    write32(ALE + 0x8, 3u << 30);
    read_entry(63, words);
    assert_int_equal(words[1], 0);
    assert_int_equal(read32(ALE + 0x8), 1u << 31);
}

static unsigned entries_of_type(unsigned type)
{
    unsigned count = 0;
    for (unsigned entry = 0; entry < 64; entry++) {
        uint32_t words[3];
        read_entry(entry, words);
        count += (words[1] >> 28 & 3) == type;
    }
    return count;
}

static void test_learning_and_aging(void **state)
{
    (void)state;
    bring_up();
    write32(ALE + 0x44, 3);   /* a port of a switch */
    write32(ALE + 0x14, 250); /* a second */
    assert_true(receive(own, other, 60));
    assert_int_equal(entries_of_type(3), 1);
    assert_true(send(0, 60)); /* to what was learned */
    assert_int_equal(wire_count, 1);
    pass(1500 * MILLISECOND);
    assert_true(receive(own, other, 60)); /* touched again */
    pass(1000 * MILLISECOND);
    assert_int_equal(entries_of_type(3), 1);
    pass(1000 * MILLISECOND);
    assert_int_equal(entries_of_type(3), 0);
    assert_int_equal(entries_of_type(1), 2); /* what was written does not age */
    write32(ALE + 0x44, 3 | 1u << 4);
    assert_true(receive(own, other, 60));
    assert_int_equal(entries_of_type(3), 0);
    write_address(5, other, 1 | 0u << 2); /* secure, of port 0 */
    assert_true(receive(own, other, 60));
    assert_int_equal(statistic(1, 40), 1);
    write_address(5, own, 2); /* blocked; entry 1 has the address too, and is found last */
    write_entry(1, 0, 0, 0);
    write_address(6, other, 1u << 2);
    assert_true(receive(own, group, 60));
    assert_int_equal(statistic(1, 51), 1);
}

static void test_hundred_sources_are_not_too_many(void **state)
{
    uint8_t source[6] = {2, 0, 0, 0, 1, 0};
    (void)state;
    bring_up();
    write32(ALE + 0x44, 3);
    for (unsigned i = 0; i < 100; i++) {
        source[5] = (uint8_t)i;
        host_count = 0;
        assert_true(receive(own, source, 60));
        assert_int_equal(host_count, 1);
    }
    assert_int_equal(entries_of_type(0), 0);
}

static void test_vlans(void **state)
{
    uint8_t frame[64];
    (void)state;
    bring_up();
    frame_of(frame, own, other, 64);
    frame[12] = 0x81;
    frame[13] = 0;
    frame[14] = 0x60;
    frame[15] = 5;
    assert_true(am65x_frame_receive(frame, 64)); /* no such VLAN: no members */
    assert_int_equal(host_count, 0);
    write_entry(7, 0, 2u << 28 | 5u << 16, 1u << 20 | 3); /* of both ports, with its tag */
    assert_true(am65x_frame_receive(frame, 64));
    assert_int_equal(to_host[0].length, 64);
    write_entry(7, 0, 2u << 28 | 5u << 16, 1u << 20 | 1u << 24 | 3);
    assert_true(am65x_frame_receive(frame, 64));
    assert_int_equal(to_host[1].length, 60);
    assert_memory_equal(to_host[1].data + 12, frame + 16, 48);
    write32(P1 + 0x14, 3u << 13 | 5);
    write_entry(7, 0, 2u << 28 | 5u << 16, 1u << 20 | 3);
    assert_true(receive(own, other, 60)); /* the port's VLAN, and so with a tag */
    assert_int_equal(to_host[2].length, 64);
    assert_int_equal(to_host[2].data[12], 0x81);
    assert_int_equal(to_host[2].data[14], 0x60);
    assert_int_equal(to_host[2].data[15], 5);
    write32(ALE + 0x44, read32(ALE + 0x44) | 1u << 2); /* drop untagged */
    assert_true(receive(own, other, 60));
    assert_int_equal(host_count, 3);
    write_entry(7, 0, 2u << 28 | 5u << 16, 1u << 20 | 1); /* port 1 is no member */
    write32(ALE + 0x44, 3 | 1u << 11 | 1u << 3);
    assert_true(am65x_frame_receive(frame, 64));
    assert_int_equal(statistic(1, 37), 1);
}

static void test_bypass(void **state)
{
    (void)state;
    bring_up();
    write32(ALE + 0x8, 1u << 31 | 1u << 30 | 1u << 4);
    assert_true(receive(other, own, 60));
    assert_int_equal(host_count, 1);
    assert_true(send(1, 60));
    assert_int_equal(wire_count, 1);
}

static void test_classifiers(void **state)
{
    (void)state;
    bring_up();
    write32(ALE + 0x100, 0);
    write32(ALE + 0x104, 1u << 31 | 2u << 16); /* the destination is entry 2: broadcasts */
    write32(ALE + 0x108, 0);
    write32(ALE + 0x10c, 0);
    write32(ALE + 0x110, 0);
    write32(ALE + 0x120, 1u << 31 | 3);
    write32(ALE + 0x138, 3);
    write32(ALE + 0x13c, 1u << 15 | 2);
    assert_true(receive(broadcast, other, 60));
    assert_true(receive(own, other, 60));
    assert_int_equal(to_host[0].header.flow, 18);
    assert_int_equal(to_host[1].header.flow, 16);
    assert_int_equal(statistic(1, 48), 1);
    write32(ALE + 0x134, 0); /* no default: by priority */
    write32(P1 + 0x14, 5u << 13);
    assert_true(receive(own, other, 60));
    assert_int_equal(to_host[2].header.flow, 21);
    write32(ALE + 0x100, 1u << 19 | 5u << 16); /* priority 5 */
    write32(ALE + 0x104, 0);
    write32(ALE + 0x120, 1u << 31 | 4);
    write32(ALE + 0x138, 4);
    write32(ALE + 0x13c, 1u << 15 | 7);
    assert_true(receive(own, other, 60));
    assert_int_equal(to_host[3].header.flow, 23);
}

/* A classifier, and the thread of what it matches. */
static void classify(unsigned number, uint32_t ethertype_ipsa, uint32_t ipda, unsigned thread)
{
    write32(ALE + 0x100, 0);
    write32(ALE + 0x104, 0);
    write32(ALE + 0x108, 0);
    write32(ALE + 0x10c, ethertype_ipsa);
    write32(ALE + 0x110, ipda);
    write32(ALE + 0x120, 1u << 31 | number);
    write32(ALE + 0x138, number);
    write32(ALE + 0x13c, 1u << 15 | thread);
}

/* A frame of an ethertype, from 10.1.2.3 to 10.9.8.7 if it is IPv4; tagged if asked. Returns the
 * thread that it was for. */
static unsigned thread_of(unsigned ethertype, bool tagged, uint32_t length)
{
    static const uint8_t addresses[8] = {10, 1, 2, 3, 10, 9, 8, 7};
    uint8_t frame[AM65X_FRAME_MAX];
    unsigned at = 12, count = host_count;

    frame_of(frame, own, other, length);
    if (tagged) {
        memcpy(frame + at, (uint8_t[4]){0x81, 0, 0, 0}, 4);
        at += 4;
    }
    frame[at] = (uint8_t)(ethertype >> 8);
    frame[at + 1] = (uint8_t)ethertype;
    if (length >= at + 22)
        memcpy(frame + at + 14, addresses, sizeof(addresses));
    assert_true(am65x_frame_receive(frame, length));
    assert_int_equal(host_count, count + 1);
    return to_host[count].header.flow - 16u;
}

static void test_classifiers_of_ethertypes_and_ipv4(void **state)
{
    (void)state;
    bring_up();
    write_entry(3, 1, 2u << 28, 0x0806);                          /* ethertype: ARP */
    write_entry(4, 1, 2u << 28 | 2u << 30, 0x0a010203);           /* 10.1.2.3 */
    write_entry(5, 1 | 8u << 1, 2u << 28 | 2u << 30, 0x0a090800); /* 10.9.8.0/24 */
    assert_int_equal(thread_of(0x0806, false, 60), 0);
    classify(0, 1u << 31 | 3u << 16, 0, 1);
    assert_int_equal(thread_of(0x0806, false, 60), 1);
    assert_int_equal(thread_of(0x0806, true, 64), 1);
    assert_int_equal(thread_of(0x0800, false, 60), 0);
    classify(1, 1u << 15 | 4, 0, 2); /* from 10.1.2.3 */
    assert_int_equal(thread_of(0x0800, false, 60), 2);
    assert_int_equal(thread_of(0x0800, true, 64), 2);
    assert_int_equal(thread_of(0x88b5, false, 60), 0); /* no IPv4 */
    classify(2, 0, 1u << 31 | 5u << 16, 3);            /* to 10.9.8.* */
    assert_int_equal(thread_of(0x0800, false, 60), 3);
    classify(2, 1u << 15 | 4, 1u << 31 | 4u << 16, 4); /* to another */
    assert_int_equal(thread_of(0x0800, false, 60), 2);
    write_entry(5, 1 | 7u << 1, 2u << 28 | 2u << 30, 0x0a090880); /* 10.9.8.128/25 */
    classify(3, 0, 1u << 31 | 5u << 16, 5);
    assert_int_equal(thread_of(0x0800, false, 60), 2);
    write_entry(6, 0, 2u << 28, 1u << 20 | 3u << 24 | 3); /* VLAN 0's entry elsewhere: */
    write_entry(0, 1, 2u << 28, 0);                       /* an ethertype's is no VLAN's */
    assert_int_equal(thread_of(0x0800, false, 60), 2);
}

/* The host's own frame check sequence. */
static bool send_with(uint32_t length, uint32_t change, uint8_t flags)
{
    uint8_t frame[AM65X_FRAME_MAX + 4];
    struct psil_header header = {.destination_tag = 1, .word_count = 4, .protocol_flags = flags};
    uint32_t crc;

    frame_of(frame, other, own, length);
    crc = cpsw_crc32(frame, length) ^ change;
    for (unsigned i = 0; i < 4; i++)
        frame[length + i] = (uint8_t)(crc >> 8 * i);
    return cpsw_destination.take_packet(0, &header, frame, length + 4);
}

static void test_frame_check_sequence_of_the_hosts(void **state)
{
    (void)state;
    bring_up();
    assert_true(send_with(60, 0, 8));
    assert_int_equal(wire_count, 1);
    assert_int_equal(on_wire[0].length, 60); /* the wire has none */
    assert_true(send_with(60, 1u << 31, 8));
    assert_int_equal(wire_count, 1);
    assert_int_equal(statistic(0, 4), 1);
    assert_true(send_with(60, 0, 8 | 4)); /* another polynomial */
    assert_int_equal(statistic(0, 4), 2);
    assert_true(send_with(59, 0, 8)); /* is not padded */
    assert_int_equal(wire_count, 1);
    assert_int_equal(statistic(0, 8), 1);
    assert_true(send_with(60, 1u << 31, 0)); /* without the flag it is data */
    assert_int_equal(on_wire[1].length, 64);
}

/* ---------------------------------------------------------------- faults, time, statistics */

static void test_lost_swapped_and_late(void **state)
{
    (void)state;
    bring_up();
    assert_true(am65x_inject_after(AM65X_FAULT_FRAME_DROP, AM65X_FRAME_IN, 1, 1));
    for (unsigned i = 0; i < 3; i++)
        assert_true(receive(own, other, 60 + i));
    assert_true(send(1, 60));
    assert_int_equal(host_count, 2);
    assert_int_equal(to_host[1].length, 62);
    assert_int_equal(wire_count, 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_FRAMES_IN), 3);
    assert_int_equal(am65x_counter(AM65X_COUNT_FRAMES_LOST), 1);
    assert_true(am65x_inject(AM65X_FAULT_FRAME_REORDER, AM65X_FRAME_OUT, 1));
    assert_true(send(1, 70));
    assert_int_equal(wire_count, 1);
    assert_true(send(1, 71));
    assert_int_equal(on_wire[1].length, 71);
    assert_int_equal(on_wire[2].length, 70);
    assert_true(am65x_inject(AM65X_FAULT_FRAME_REORDER, 0, 1));
    assert_true(send(1, 72));
    pass(10 * MILLISECOND); /* none overtakes it */
    assert_int_equal(on_wire[3].length, 72);
    assert_true(
        am65x_inject(AM65X_FAULT_FRAME_DELAY, AM65X_FRAME_IN | 5000 << AM65X_FRAME_DELAY_SHIFT, 1));
    assert_true(receive(own, other, 80));
    assert_true(receive(own, other, 81)); /* waits behind it */
    pass(4 * MILLISECOND);
    assert_int_equal(host_count, 2);
    pass(2 * MILLISECOND);
    assert_int_equal(to_host[2].length, 80);
    assert_int_equal(to_host[3].length, 81);
}

static void test_faults_of_the_command_line(void **state)
{
    static const struct am65x_config config = {
        .intid_limit = 256, .frames_lost = 10, .frames_swapped = 10, .frames_delay = 100};
    unsigned swapped = 0, came = 0;
    (void)state;
    am65x_reset(&environment, &config);
    bring_up();
    for (unsigned i = 0; i < 1000; i++) {
        host_count = 0;
        assert_true(receive(own, other, 60 + i % 100));
        assert_true(receive(own, other, 200));
        pass(10 * MILLISECOND);
        came += host_count;
        swapped += host_count == 2 && to_host[0].length == 200;
    }
    assert_in_range(came, 1700, 1900);
    assert_in_range(swapped, 40, 160);
}

static void test_statistics_are_subtracted_from(void **state)
{
    (void)state;
    bring_up();
    for (unsigned i = 0; i < 5; i++)
        assert_true(receive(own, other, 60));
    write32(STATISTICS + 0x200, 2);
    assert_int_equal(statistic(1, RX_GOOD), 3);
    write32(STATISTICS + 0x200, UINT32_MAX);
    assert_int_equal(statistic(1, RX_GOOD), 0);
    write32(STAT_ENABLE, 1);
    assert_true(receive(own, other, 60));
    assert_int_equal(statistic(1, RX_GOOD), 0);
    assert_int_equal(statistic(0, TX_GOOD), 6);
}

static void test_time(void **state)
{
    (void)state;
    const uint64_t cpts = SWITCH + 0x3d000;
    bring_up();
    write32(cpts + 0x4, 1);
    write32(cpts + 0x28, 1);
    write32(cpts + 0x44, 2);
    write32(cpts + 0x10, 0);
    write32(cpts + 0x14, 1);
    assert_false(line_602);
    pass(1000);
    write32(cpts + 0xc, 1);
    assert_true(line_602);
    assert_int_equal(read32(cpts + 0x24), 1);
    assert_int_equal(read32(cpts + 0x34), 1000);
    assert_int_equal(read32(cpts + 0x40), 2);
    write32(cpts + 0x30, 1);
    assert_false(line_602);
    assert_true(receive(own, other, 60));
    assert_int_equal(to_host[0].header.words[1], 2);
    assert_int_equal(to_host[0].header.words[0], 1000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_registers_and_address, setup),
        cmocka_unit_test_setup(test_phy_by_hand, setup),
        cmocka_unit_test_setup(test_phy_by_controller, setup),
        cmocka_unit_test_setup(test_link, setup),
        cmocka_unit_test_setup(test_no_cable_no_link, setup),
        cmocka_unit_test_setup(test_receive, setup),
        cmocka_unit_test_setup(test_frame_check_sequence, setup),
        cmocka_unit_test_setup(test_what_must_be_on, setup),
        cmocka_unit_test_setup(test_send, setup),
        cmocka_unit_test_setup(test_checksums, setup),
        cmocka_unit_test_setup(test_loopback, setup),
        cmocka_unit_test_setup(test_host_without_room, setup),
        cmocka_unit_test_setup(test_wire_without_room, setup),
        cmocka_unit_test_setup(test_table, setup),
        cmocka_unit_test_setup(test_learning_and_aging, setup),
        cmocka_unit_test_setup(test_hundred_sources_are_not_too_many, setup),
        cmocka_unit_test_setup(test_vlans, setup),
        cmocka_unit_test_setup(test_bypass, setup),
        cmocka_unit_test_setup(test_classifiers, setup),
        cmocka_unit_test_setup(test_classifiers_of_ethertypes_and_ipv4, setup),
        cmocka_unit_test_setup(test_frame_check_sequence_of_the_hosts, setup),
        cmocka_unit_test_setup(test_lost_swapped_and_late, setup),
        cmocka_unit_test_setup(test_faults_of_the_command_line, setup),
        cmocka_unit_test_setup(test_statistics_are_subtracted_from, setup),
        cmocka_unit_test_setup(test_time, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
