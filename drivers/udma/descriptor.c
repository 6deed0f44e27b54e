// SPDX-License-Identifier: BSD-3-Clause
/*
 * Building and reading transfer-request descriptors (CPPI 5.0; AM65x TRM SPRUID7, 10.2.2 UDMAP,
 * "Transfer Request Packet Descriptor", "Transfer Request Record", "TR Response").
 *
 * Runs in interrupt context: plain assignments, no memset() or memcpy(), which would use the SIMD
 * registers and so make the interrupt save them.
 */
#include "drivers/udma/descriptor.h"

#include <errno.h>
#include <stdbool.h>

/* Packet information words 0 to 2. */
#define INFO0_TYPE_TR           UDMA_INFO0_ONE_RECORD
#define INFO0_LAST_ENTRY_MASK   0x3fffu
#define INFO1_RECORD_64_BYTES   (2u << 24)
#define INFO1_PACKET_ID_SHIFT   14u
#define INFO1_PACKET_ID_MASK    0x3ffu
#define INFO1_FLOW_ID_NONE      0x3fffu /* the channel's own flow */
#define INFO2_RETURN_RING_MASK  0xffffu

/* Flags of a record. */
#define FLAG_TYPE_BLOCK_COPY    15u
#define FLAG_WAIT               (1u << 5)  /* the next record starts when this one is done */
#define FLAG_SUPPRESS_EVENT     (1u << 26) /* the ring's event is enough */
#define FLAG_END_OF_PACKET      (1u << 31)

/* A response's status: a type and, above it, details. The UDMAP writes a response for each record;
 * until then there is UDMA_RESPONSE_NONE, which is no status. */
#define RESPONSE_TYPE_MASK      0xfu
#define RESPONSE_TEARDOWN_FLUSH 6u

/* The longest row that fits a 16-bit count and keeps every row aligned as the first one is. */
#define ROW_BYTES               0x8000u

struct udma_split udma_split_length(size_t length)
{
    if (length <= UDMA_ONE_ROW_MAX)
        return (struct udma_split){.row = (uint16_t)length, .rows = 1, .tail = 0};
    return (struct udma_split){
        .row = ROW_BYTES,
        .rows = (uint16_t)(length / ROW_BYTES),
        .tail = (uint16_t)(length % ROW_BYTES),
    };
}

static void build_record(struct udma_block_copy *record, uint64_t destination, uint64_t source,
                         uint16_t row, uint16_t rows, bool last)
{
    record->flags =
        FLAG_TYPE_BLOCK_COPY | FLAG_WAIT | FLAG_SUPPRESS_EVENT | (last ? FLAG_END_OF_PACKET : 0u);
    record->count0 = row;
    record->count1 = rows;
    record->count2 = 1;
    record->count3 = 1;
    record->source = source;
    record->stride1 = row;
    record->stride2 = 0;
    record->stride3 = 0;
    record->reserved = 0;
    record->destination_count0 = row;
    record->destination_count1 = rows;
    record->destination_count2 = 1;
    record->destination_count3 = 1;
    record->destination = destination;
    record->destination_stride1 = row;
    record->destination_stride2 = 0;
    record->destination_stride3 = 0;
}

void udma_descriptor_build(struct udma_descriptor *descriptor, uint16_t packet_id,
                           uint16_t completion_ring, uint64_t destination, uint64_t source,
                           size_t length)
{
    const struct udma_split split = udma_split_length(length);
    const uint32_t moved = (uint32_t)split.row * split.rows;
    const unsigned records = split.tail == 0 ? 1u : 2u;

    descriptor->packet_info[0] = INFO0_TYPE_TR | ((records - 1u) & INFO0_LAST_ENTRY_MASK);
    descriptor->packet_info[1] = INFO1_RECORD_64_BYTES |
                                 (packet_id & INFO1_PACKET_ID_MASK) << INFO1_PACKET_ID_SHIFT |
                                 INFO1_FLOW_ID_NONE;
    descriptor->packet_info[2] = completion_ring & INFO2_RETURN_RING_MASK;
    descriptor->tags = 0;
    build_record(&descriptor->records[0].copy, destination, source, split.row, split.rows,
                 records == 1u);
    if (records == 2u)
        build_record(&descriptor->records[1].copy, destination + moved, source + moved, split.tail,
                     1, true);
    for (unsigned i = 0; i < records; i++)
        descriptor->records[records].responses[i] = UDMA_RESPONSE_NONE;
}

int udma_descriptor_status(const struct udma_descriptor *descriptor)
{
    const unsigned records = (descriptor->packet_info[0] & INFO0_LAST_ENTRY_MASK) + 1u;

    if (records > UDMA_RECORDS_MAX)
        return -EIO;
    for (unsigned i = 0; i < records; i++) {
        uint32_t status = udma_response_status(&descriptor->records[records].responses[i]);

        if (status == 0)
            continue;
        return (status & RESPONSE_TYPE_MASK) == RESPONSE_TEARDOWN_FLUSH ? -ECANCELED : -EIO;
    }
    return 0;
}
