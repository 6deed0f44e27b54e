// SPDX-License-Identifier: BSD-3-Clause
/*
 * Block moves in up to four dimensions as records of a descriptor: how a shape of any size is cut
 * to what the hardware's fields hold (AM65x TRM SPRUID7, 10.2.2 UDMAP, "Transfer Request Record",
 * type 15: four counts of 16 bits and three strides of 32 bits on each side). Pure: memory only.
 */
#ifndef DRIVERS_UDMA_RECORDS_H
#define DRIVERS_UDMA_RECORDS_H

#include "drivers/udma/descriptor.h"
#include "drivers/udma/transfers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One side of a record: what the hardware's fields hold. */
struct udma_box {
    uint64_t address;
    uint16_t count[4];
    int32_t stride[4]; /* [0] is not used */
};

/* Both sides of a record; they have as many bytes. */
struct udma_piece {
    struct udma_box source, destination;
    uint64_t bytes;
};

/* A way through a move, from its first byte to its last; `position` of them are done. */
struct udma_cut {
    const struct udma_move *move;
    uint64_t position, length;
};

/* The bytes of a move. -EINVAL: a count is 0, the two sides have not as many bytes, or those are
 * more than fit 63 bits, or a byte lies beyond the hardware's 48 bits of address. */
int udma_move_length(const struct udma_move *move, uint64_t *length);

/* The next piece. false: there is none. A piece is as large as both sides' fields allow, so a move
 * that fits one record is one. */
bool udma_cut_next(struct udma_cut *cut, struct udma_piece *piece);

/* What a transfer's records have in common. */
struct udma_record_options {
    enum udma_trigger trigger;
    enum udma_step step;
    bool event;    /* tells the channel's event output when it is done */
    bool last;     /* of the descriptor */
    bool one_side; /* the memory's, of a channel to or from a peripheral: the source's */
};

/* With one side it is a record of type 3, which is the first UDMA_ONE_SIDE_BYTES of the other, and
 * no more is written. */
#define UDMA_ONE_SIDE_BYTES 32u
void udma_record_build(struct udma_block_copy *record, const struct udma_piece *piece,
                       const struct udma_record_options *options);

/* The most records a descriptor can have. */
#define UDMA_RECORD_COUNT_MAX 0x4000u

/* Bytes of a descriptor with as many records, of as many bytes: header, which takes the room of one
 * record, records, a response word for each. */
size_t udma_descriptor_size(unsigned record_bytes, unsigned records);

/* The record of that number, of a descriptor that has memory for as many. */
static inline struct udma_block_copy *udma_descriptor_record(struct udma_descriptor *descriptor,
                                                             unsigned record_bytes, unsigned number)
{
    return (struct udma_block_copy *)((uintptr_t)descriptor + (number + 1u) * record_bytes);
}

/* Its header. `forever`: from its last record it goes on with its first, until a teardown. */
void udma_descriptor_begin(struct udma_descriptor *descriptor, uint16_t packet_id,
                           uint16_t return_ring, unsigned record_bytes, unsigned records,
                           bool forever);

/* Its responses; none of them says that a record is done. */
uint32_t *udma_descriptor_responses(struct udma_descriptor *descriptor, unsigned record_bytes,
                                    unsigned records);
void udma_responses_clear(uint32_t *responses, unsigned records);

/* What the responses say of the first `records`, as udma_descriptor_status(). */
int udma_responses_status(const uint32_t *responses, unsigned records);

#endif
