// SPDX-License-Identifier: BSD-3-Clause
/*
 * Frames as a neighbour of the node's makes them, byte by byte.
 */
#ifndef TESTS_NET_FRAMES_H
#define TESTS_NET_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
    uint8_t bytes[1518];
    size_t length;
};

/* Who has this address? */
struct frame frame_arp_request(uint32_t target);

/* To the node; the data is `length` bytes that follow from the seed. */
struct frame frame_ping(uint16_t sequence, size_t length, uint8_t seed);
struct frame frame_udp(uint16_t port, size_t length, uint8_t seed);

/* A part of a datagram that never becomes whole. */
struct frame frame_fragment(uint16_t identification);

/* Whether it is the answer to frame_ping() or frame_udp() with these. */
bool frame_is_pong(const struct frame *frame, uint16_t sequence, size_t length, uint8_t seed);
bool frame_is_echo(const struct frame *frame, uint16_t port, size_t length, uint8_t seed);
bool frame_is_arp_reply(const struct frame *frame, uint32_t target);

/* Makes its UDP checksum wrong. */
void frame_spoil(struct frame *frame);

#define FRAME_NODE 0x0a00020fu /* 10.0.2.15 */
#define FRAME_PEER 0x0a000202u

#endif
