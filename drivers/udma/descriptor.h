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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block-copy record: the source's counts and strides, then the destination's. */
struct udma_block_copy {
    uint32_t flags;
    union {
        struct {
            uint16_t count0, count1; /* bytes a row, rows */
        };
        uint32_t counts; /* both, count1 on top */
    };
    uint64_t source;
    int32_t stride1; /* from row to row */
    uint16_t count2, count3;
    int32_t stride2, stride3;
    uint32_t reserved;
    int32_t destination_stride1;
    uint64_t destination;
    int32_t destination_stride2, destination_stride3;
    union {
        struct {
            uint16_t destination_count0, destination_count1;
        };
        uint32_t destination_counts;
    };
    uint16_t destination_count2, destination_count3;
};

/* The responses follow the last record in use, a word each. */
union udma_record {
    struct udma_block_copy copy;
    uint32_t responses[16];
};

#define UDMA_RECORDS_MAX   2u
#define UDMA_ONE_ROW_MAX   0xffffu /* bytes: one record, of one row */
#define UDMA_RESPONSE_NONE 0xffffffffu

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

/* The first word of a descriptor with one record. */
#define UDMA_INFO0_ONE_RECORD (3u << 30)

/* The same for a copy of at most UDMA_ONE_ROW_MAX bytes, into a descriptor that was filled for one
 * record before: only what differs. With one row there is no stride. */
static inline void udma_descriptor_rebuild(struct udma_descriptor *descriptor, uint64_t destination,
                                           uint64_t source, uint32_t length)
{
    struct udma_block_copy *record = &descriptor->records[0].copy;
    const uint32_t counts = length | UINT32_C(1) << 16;

    record->counts = counts;
    record->source = source;
    record->destination = destination;
    record->destination_counts = counts;
    descriptor->records[1].responses[0] = UDMA_RESPONSE_NONE;
}

/* A response word's status, in its lowest byte, which is the first; 0 is success. The hardware
 * wrote it, before the ring's count that the caller has read: udma_ring_occupancy() has the
 * barrier. */
static inline uint32_t udma_response_status(const uint32_t *response)
{
    return *(const uint8_t *)response;
}

/* Whether that of a descriptor with one record says so. If not, what follows says more. */
static inline bool udma_descriptor_is_good(const struct udma_descriptor *descriptor)
{
    return ((descriptor->packet_info[0] ^ UDMA_INFO0_ONE_RECORD) |
            udma_response_status(&descriptor->records[1].responses[0])) == 0;
}

/* What the responses of a returned descriptor say: 0; -ECANCELED, flushed by a teardown; -EIO, any
 * other error, and a response that was never written. */
int udma_descriptor_status(const struct udma_descriptor *descriptor);

#endif
