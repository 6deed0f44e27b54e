// SPDX-License-Identifier: BSD-3-Clause
/*
 * Host packet descriptors, as the UDMAP reads and writes them (CPPI 5.0; AM65x TRM SPRUID7, 10.2.2
 * UDMAP: "Host Packet Descriptor", "Host Buffer Descriptor"; names of fields from there).
 *
 * One stands for a buffer. A packet's first also has what goes with the packet; `next` leads to the
 * others. Behind the twelve words come EPIB, if the packet has it, and the protocol-specific words.
 */
#ifndef DRIVERS_UDMA_HOST_PACKET_H
#define DRIVERS_UDMA_HOST_PACKET_H

#include "drivers/udma/packet.h"

#include <stddef.h>
#include <stdint.h>

struct udma_host_packet {
    union {
        struct {
            uint32_t packet_info[3];
            uint32_t tags; /* source, destination */
        };
        uint64_t head[2]; /* the same by two */
    };
    uint64_t next; /* 0: the last */
    uint64_t buffer;
    uint32_t buffer_length;
    uint32_t original_length; /* of free descriptors: what the buffer has room for, and where */
    uint64_t original_buffer;
    union {
        uint32_t extended[UDMA_EPIB_WORDS + UDMA_WORDS_MAX];
        uint64_t extended_pairs[(UDMA_EPIB_WORDS + UDMA_WORDS_MAX) / 2u];
    };
};

_Static_assert(offsetof(struct udma_host_packet, next) == 16, "linking word");
_Static_assert(offsetof(struct udma_host_packet, buffer_length) == 32, "buffer 0 info word 2");
_Static_assert(offsetof(struct udma_host_packet, extended) == 48, "twelve words");
_Static_assert(sizeof(struct udma_host_packet) == 128, "two lines, and a power of two");

#define HOST_PACKET_SHIFT       7u /* its size */

/* Packet information words 0 to 2. */
#define HOST_INFO0_HOST         (1u << 30)
#define HOST_INFO0_EPIB         (1u << 29)
#define HOST_INFO0_WORDS_SHIFT  22u
#define HOST_INFO0_WORDS(info)  ((info) >> 22 & 0x3fu)
#define HOST_INFO0_LENGTH(info) ((info)&0x3fffffu)
#define HOST_INFO1_ERRORS(info) ((info) >> 28)
#define HOST_INFO1_FLAGS_SHIFT  24u
#define HOST_INFO1_FLAGS(info)  ((info) >> 24 & 0xfu)
#define HOST_INFO1_ID_SHIFT     14u
#define HOST_INFO1_ID_MASK      0x3ffu
#define HOST_INFO1_FLOW(info)   ((info)&0x3fffu)
#define HOST_INFO2_TYPE_SHIFT   27u
#define HOST_INFO2_TYPE(info)   ((info) >> 27)
#define HOST_LENGTH(info)       ((info)&0x3fffffu)
#define HOST_ADDRESS(word)      ((word)&0xffffffffffffu) /* above it: the address's kind */

/* Of words 0 and 1 together. */
#define HOST_HEAD_ERRORS(head)  ((head) >> 60)

/* How much of it the UDMAP fetches, in words. */
#define HOST_FETCH_WORDS        (sizeof(struct udma_host_packet) / 4u)

#endif
