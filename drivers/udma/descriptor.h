// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transfer-request descriptors, as the UDMAP reads them (CPPI 5.0; AM65x TRM SPRUID7, 10.2.2
 * UDMAP: "Transfer Request Packet Descriptor", "Transfer Request Record").
 *
 * A descriptor is a header, one or two records of type 15 (block copy in four dimensions), and as
 * many response words. All functions are pure: they touch the descriptor in memory and no device.
 */
#ifndef DRIVERS_UDMA_DESCRIPTOR_H
#define DRIVERS_UDMA_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

/* A block-copy record: the source's counts and strides, then the destination's. */
struct udma_block_copy {
    uint32_t flags;
    uint16_t count0, count1; /* bytes a row, rows */
    uint64_t source;
    int32_t stride1; /* from row to row */
    uint16_t count2, count3;
    int32_t stride2, stride3;
    uint32_t reserved;
    int32_t destination_stride1;
    uint64_t destination;
    int32_t destination_stride2, destination_stride3;
    uint16_t destination_count0, destination_count1, destination_count2, destination_count3;
};

/* The responses follow the last record in use, a word each. */
union udma_record {
    struct udma_block_copy copy;
    uint32_t responses[16];
};

#define UDMA_RECORDS_MAX 2u

struct udma_descriptor {
    uint32_t packet_info[3];
    uint32_t tags;
    uint32_t unused[12]; /* the header takes the room of one record */
    union udma_record records[UDMA_RECORDS_MAX + 1u];
};

_Static_assert(sizeof(struct udma_block_copy) == 64, "a type 15 record has 64 bytes");
_Static_assert(sizeof(struct udma_descriptor) == 256, "header, two records, responses");
_Static_assert(offsetof(struct udma_descriptor, records) == 64, "records start after a record");

/* How a length is cut: `rows` rows of `row` bytes, then `tail` bytes; a count has 16 bits. */
struct udma_split {
    uint16_t row, rows, tail;
};

/* length: 1 to UDMA_COPY_MAX. */
struct udma_split udma_split_length(size_t length);

/* Fills the descriptor for a copy. packet_id (10 bits) is for debugging; the descriptor returns
 * to completion_ring. */
void udma_descriptor_build(struct udma_descriptor *descriptor, uint16_t packet_id,
                           uint16_t completion_ring, uint64_t destination, uint64_t source,
                           size_t length);

/* What the responses of a returned descriptor say: 0; -ECANCELED, flushed by a teardown; -EIO, any
 * other error, and a response that was never written. */
int udma_descriptor_status(const struct udma_descriptor *descriptor);

#endif
