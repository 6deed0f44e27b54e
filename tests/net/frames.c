// SPDX-License-Identifier: BSD-3-Clause
/*
 * Frames: Ethernet, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), UDP (RFC 768).
 */
#include "tests/net/frames.h"

#include <string.h>

static const uint8_t node[6] = {0x02, 0x6b, 0x33, 0x00, 0x00, 0x01};
static const uint8_t peer[6] = {0x52, 0x55, 0x0a, 0x00, 0x02, 0x02};

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffffu);
}

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) << 16 | get16(at + 2);
}

/* One's complement sum of 16-bit words (RFC 1071). */
static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
    return sum;
}

static unsigned fold(uint32_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffffu) + (sum >> 16);
    return sum & 0xffffu;
}

static uint8_t data_byte(size_t index, uint8_t seed)
{
    return (uint8_t)(index * 7 + seed);
}

static bool has_data(const uint8_t *bytes, size_t length, uint8_t seed)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != data_byte(i, seed))
            return false;
    return true;
}

static struct frame ethernet(const uint8_t *to, unsigned type)
{
    struct frame frame = {.length = 14};

    memcpy(frame.bytes, to, 6);
    memcpy(frame.bytes + 6, peer, 6);
    put16(frame.bytes + 12, type);
    return frame;
}

struct frame frame_arp_request(uint32_t target)
{
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct frame frame = ethernet(all, 0x0806);
    uint8_t *arp = frame.bytes + 14;

    put16(arp, 1);
    put16(arp + 2, 0x0800);
    arp[4] = 6;
    arp[5] = 4;
    put16(arp + 6, 1);
    memcpy(arp + 8, peer, 6);
    put32(arp + 14, FRAME_PEER);
    put32(arp + 24, target);
    frame.length = 60;
    return frame;
}

bool frame_is_arp_reply(const struct frame *frame, uint32_t target)
{
    const uint8_t *arp = frame->bytes + 14;

    return frame->length >= 42 && get16(frame->bytes + 12) == 0x0806 &&
           memcmp(frame->bytes, peer, 6) == 0 && get16(arp + 6) == 2 &&
           memcmp(arp + 8, node, 6) == 0 && get32(arp + 14) == target;
}

/* The IP header for `length` bytes behind it. */
static struct frame ip(unsigned protocol, size_t length, unsigned identification, unsigned fragment)
{
    struct frame frame = ethernet(node, 0x0800);
    uint8_t *header = frame.bytes + 14;

    header[0] = 0x45;
    put16(header + 2, (unsigned)(20 + length));
    put16(header + 4, identification);
    put16(header + 6, fragment);
    header[8] = 64;
    header[9] = (uint8_t)protocol;
    put32(header + 12, FRAME_PEER);
    put32(header + 16, FRAME_NODE);
    put16(header + 10, ~fold(add(0, header, 20)) & 0xffffu);
    frame.length = 34 + length;
    return frame;
}

static bool is_ip_from_node(const struct frame *frame, unsigned protocol, size_t length)
{
    const uint8_t *header = frame->bytes + 14;

    return frame->length == 34 + length && get16(frame->bytes + 12) == 0x0800 &&
           header[9] == protocol && get32(header + 12) == FRAME_NODE &&
           get32(header + 16) == FRAME_PEER && fold(add(0, header, 20)) == 0xffff;
}

struct frame frame_ping(uint16_t sequence, size_t length, uint8_t seed)
{
    struct frame frame = ip(1, 8 + length, sequence, 0);
    uint8_t *icmp = frame.bytes + 34;

    icmp[0] = 8;
    put16(icmp + 6, sequence);
    for (size_t i = 0; i < length; i++)
        icmp[8 + i] = data_byte(i, seed);
    put16(icmp + 2, ~fold(add(0, icmp, 8 + length)) & 0xffffu);
    return frame;
}

bool frame_is_pong(const struct frame *frame, uint16_t sequence, size_t length, uint8_t seed)
{
    const uint8_t *icmp = frame->bytes + 34;

    return is_ip_from_node(frame, 1, 8 + length) && icmp[0] == 0 && get16(icmp + 6) == sequence &&
           fold(add(0, icmp, 8 + length)) == 0xffff && has_data(icmp + 8, length, seed);
}

static uint32_t udp_sum(const struct frame *frame, size_t length)
{
    uint8_t pseudo[12];

    memcpy(pseudo, frame->bytes + 26, 8);
    put16(pseudo + 8, 17);
    put16(pseudo + 10, (unsigned)(8 + length));
    return add(add(0, pseudo, 12), frame->bytes + 34, 8 + length);
}

struct frame frame_udp(uint16_t port, size_t length, uint8_t seed)
{
    struct frame frame = ip(17, 8 + length, port, 0);
    uint8_t *udp = frame.bytes + 34;

    put16(udp, port);
    put16(udp + 2, 7);
    put16(udp + 4, (unsigned)(8 + length));
    for (size_t i = 0; i < length; i++)
        udp[8 + i] = data_byte(i, seed);
    put16(udp + 6, ~fold(udp_sum(&frame, length)) & 0xffffu);
    return frame;
}

bool frame_is_echo(const struct frame *frame, uint16_t port, size_t length, uint8_t seed)
{
    const uint8_t *udp = frame->bytes + 34;

    return is_ip_from_node(frame, 17, 8 + length) && get16(udp) == 7 && get16(udp + 2) == port &&
           fold(udp_sum(frame, length)) == 0xffff && has_data(udp + 8, length, seed);
}

struct frame frame_fragment(uint16_t identification)
{
    struct frame frame = ip(17, 64, identification, 0x2000); /* more follow */

    return frame;
}

void frame_spoil(struct frame *frame)
{
    frame->bytes[41] ^= 0x55;
}
