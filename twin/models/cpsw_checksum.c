// SPDX-License-Identifier: BSD-3-Clause
/*
 * Checksums at the host port of the Ethernet switch (AM65x TRM SPRUID7, "CPPI Checksum Offload";
 * the fields of protocol-specific word 2 also in Linux's am65-cpsw-nuss.c): that of a frame to be
 * sent is added where the word says; what a received frame's is like is told in it.
 *
 * Checksums: RFC 1071. Frame check sequence: IEEE 802.3, 3.2.9.
 */
#include "twin/models/cpsw.h"

/* Of a frame that is sent; bytes are counted from 1. */
#define ADD_RESULT(word)  ((word) >> 24)
#define ADD_START(word)   ((word) >> 16 & 0xff)
#define ADD_NO_ZERO(word) ((word) >> 15 & 1)
#define ADD_COUNT(word)   ((word)&0x3fff)

/* Of a frame that was received. */
#define LOOK_SUM_NONE     0xffffu
#define LOOK_ERROR        (1u << 16)
#define LOOK_FRAGMENT     (1u << 17)
#define LOOK_TCP          (1u << 18)
#define LOOK_IPV6         (1u << 19)
#define LOOK_IPV4         (1u << 20)

#define ETHERTYPE_IPV6    0x86ddu
#define PROTOCOL_TCP      6u
#define PROTOCOL_UDP      17u
#define IPV4_HEADER       20u
#define IPV6_HEADER       40u
#define IPV4_FRAGMENT     0x3fffu /* more fragments, and the offset */
#define UDP_HEADER        8u
#define TCP_HEADER        20u
#define UDP_CHECKSUM      6u

static uint32_t get16(const uint8_t *data)
{
    return (uint32_t)data[0] << 8 | data[1];
}

/* The sum of 16-bit words, not folded; an odd byte at the end is a word's first. */
static uint32_t sum(const uint8_t *data, uint32_t length)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i + 1 < length; i += 2)
        total += get16(data + i);
    return length % 2 != 0 ? total + ((uint32_t)data[length - 1] << 8) : total;
}

static uint32_t fold(uint32_t total)
{
    total = (total & 0xffff) + (total >> 16);
    return (total & 0xffff) + (total >> 16);
}

void cpsw_checksum_add(uint8_t *frame, uint32_t length, uint32_t word)
{
    uint32_t start = ADD_START(word), count = ADD_COUNT(word), result = ADD_RESULT(word);
    if (count == 0 || start == 0 || result == 0 || start - 1 + count > length ||
        result + 1 > length)
        return;
    uint32_t value = ~fold(sum(frame + start - 1, count)) & 0xffff;
    if (value == 0 && ADD_NO_ZERO(word))
        value = 0xffff;
    frame[result - 1] = (uint8_t)(value >> 8);
    frame[result] = (uint8_t)value;
}

/* TCP or UDP, with the sum of the addresses in the pseudo header. */
static uint32_t look_at_payload(const uint8_t *data, uint32_t length, unsigned protocol,
                                uint32_t addresses)
{
    uint32_t found = protocol == PROTOCOL_TCP ? LOOK_TCP : 0;
    if (length < (protocol == PROTOCOL_TCP ? TCP_HEADER : UDP_HEADER))
        return found | LOOK_ERROR;
    if (protocol == PROTOCOL_UDP && get16(data + UDP_CHECKSUM) == 0)
        return found | LOOK_SUM_NONE; /* it has none */
    uint32_t total = fold(addresses + protocol + length + fold(sum(data, length)));
    return found | (total == 0xffff ? LOOK_SUM_NONE : LOOK_ERROR);
}

static uint32_t look_at_ipv4(const uint8_t *data, uint32_t length)
{
    uint32_t header = (data[0] & 0xfu) * 4, total = get16(data + 2);
    unsigned protocol = data[9];
    if (header < IPV4_HEADER || total < header || total > length ||
        (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP))
        return 0;
    if (get16(data + 6) & IPV4_FRAGMENT)
        return LOOK_IPV4 | LOOK_FRAGMENT | (protocol == PROTOCOL_TCP ? LOOK_TCP : 0) |
               fold(sum(data + header, total - header));
    if (fold(sum(data, header)) != 0xffff)
        return LOOK_IPV4 | LOOK_ERROR;
    return LOOK_IPV4 | look_at_payload(data + header, total - header, protocol, sum(data + 12, 8));
}

static uint32_t look_at_ipv6(const uint8_t *data, uint32_t length)
{
    uint32_t payload = get16(data + 4);
    unsigned protocol = data[6];
    if (payload > length - IPV6_HEADER || (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP))
        return 0;
    return LOOK_IPV6 | look_at_payload(data + IPV6_HEADER, payload, protocol, sum(data + 8, 32));
}

uint32_t cpsw_checksum_look(const uint8_t *frame, uint32_t length)
{
    uint32_t at = CPSW_TYPE;
    if (length >= at + CPSW_TAG + 2 && get16(frame + at) == ETHERTYPE_VLAN)
        at += CPSW_TAG;
    if (length < at + 2)
        return 0;
    uint32_t type = get16(frame + at);
    const uint8_t *data = frame + at + 2;
    length -= at + 2;
    if (type == ETHERTYPE_IPV4 && length >= IPV4_HEADER && data[0] >> 4 == 4)
        return look_at_ipv4(data, length);
    if (type == ETHERTYPE_IPV6 && length >= IPV6_HEADER && data[0] >> 4 == 6)
        return look_at_ipv6(data, length);
    return 0;
}

uint32_t cpsw_crc32(const uint8_t *data, uint32_t length)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < length; i++) {
        crc = table[(crc ^ data[i]) & 0xf] ^ crc >> 4;
        crc = table[(crc ^ (uint32_t)data[i] >> 4) & 0xf] ^ crc >> 4;
    }
    return ~crc;
}
