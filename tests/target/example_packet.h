// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: packets, sent from one channel and received by another.
 */
#ifndef TESTS_TARGET_EXAMPLE_PACKET_H
#define TESTS_TARGET_EXAMPLE_PACKET_H

#include "drivers/udma/packet.h"

#define EXAMPLE_PACKET_BUFFERS 16u
#define EXAMPLE_PACKET_SIZE    2048u

struct example_packet {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    uint8_t *memory; /* EXAMPLE_PACKET_BUFFERS of EXAMPLE_PACKET_SIZE */
    unsigned sent, received, returned;
    uint64_t bytes;
    uint32_t sum; /* of all bytes that have come */
};

/* Opens both ends, pairs them and starts. Thread context. Errors of udma_transmit_open(),
 * udma_receive_open(), udma_flow_open(), udma_loopback_pair() and udma_receive_start(); -ENOMEM. */
int example_packet_open(struct example_packet *link);

/* Sends `length` bytes, which stay the link's until `sent` has counted them. Any context. As
 * udma_send(). */
int example_packet_send(struct example_packet *link, const void *data, uint32_t length);

/* Thread context. The first error of udma_transmit_close() and udma_receive_close(). */
int example_packet_close(struct example_packet *link);

#endif
