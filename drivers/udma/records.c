// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cutting moves to records, and building them: see records.h.
 *
 * Both sides of a record have to have as many bytes, and each side has limits of its own: where it
 * stands in a row or a plane, and what its fields hold. So a piece is found by turns: each side
 * says how much of what the other one can do it can do itself, until both say the same. A side can
 * always do the rest of its row, or less, so that ends.
 *
 * A run of bytes that is longer than a count can be is cut to rows, for which a side has a choice:
 * it takes rows as the other side has them. So a long buffer that goes to rows with gaps is one
 * record, and what is left.
 */
#include "drivers/udma/records.h"

#include <errno.h>

/* Header, as in descriptor.c. */
#define INFO0_TYPE_TR           UDMA_INFO0_ONE_RECORD
#define INFO0_RELOAD_FOREVER    (0x1ffu << 20)
#define INFO1_RECORD_32_BYTES   (1u << 24)
#define INFO1_RECORD_64_BYTES   (2u << 24)
#define INFO1_PACKET_ID_SHIFT   14u
#define INFO1_PACKET_ID_MASK    0x3ffu
#define INFO1_FLOW_ID_NONE      0x3fffu

/* Flags of a record. */
#define FLAG_TYPE_ONE_SIDE      3u
#define FLAG_TYPE_BLOCK_COPY    15u
#define FLAG_WAIT               (1u << 5)
#define FLAG_TRIGGER_SHIFT      8u
#define FLAG_TRIGGER_TYPE_SHIFT 10u
#define TRIGGER_ALL             3u /* of the record */
#define FLAG_SUPPRESS_EVENT     (1u << 26)
#define FLAG_END_OF_PACKET      (1u << 31)

/* A response's status, as in descriptor.c. */
#define RESPONSE_TYPE_MASK      0xfu
#define RESPONSE_TEARDOWN_FLUSH 6u

#define DIMENSIONS              4u
#define COUNT_MAX               0xffffu
/* Rows of a run when nothing else is asked for; each is aligned as the first one is. */
#define RUN_ROW                 0x8000u
#define ADDRESS_BITS            48u
/* A record's bytes: the UDMAP's counts of bytes have 32 bits, and are read between records. */
#define PIECE_MAX               0x40000000u

/* ---- shapes ---- */

static uint64_t count_of(const struct udma_side *side, unsigned dimension)
{
    return side->count[dimension];
}

/* The bytes of a side; 0: none, or too many. */
static uint64_t bytes_of(const struct udma_side *side)
{
    uint64_t bytes = 1;

    for (unsigned i = 0; i < DIMENSIONS; i++)
        if (side->count[i] == 0 || __builtin_mul_overflow(bytes, count_of(side, i), &bytes) ||
            bytes > INT64_MAX)
            return 0;
    return bytes;
}

/* Whether all its bytes have addresses that the hardware has room for. */
static bool is_addressable(const struct udma_side *side)
{
    int64_t first = (int64_t)side->address, last = first, span;

    if (side->address >> ADDRESS_BITS != 0)
        return false;
    for (unsigned i = 0; i < DIMENSIONS; i++) {
        if (__builtin_mul_overflow((int64_t)count_of(side, i) - 1, i == 0 ? 1 : side->stride[i],
                                   &span) ||
            __builtin_add_overflow(span < 0 ? first : last, span, span < 0 ? &first : &last))
            return false;
    }
    return first >= 0 && last >> ADDRESS_BITS == 0;
}

int udma_move_length(const struct udma_move *move, uint64_t *length)
{
    *length = bytes_of(&move->source);
    if (*length == 0 || *length != bytes_of(&move->destination) || !is_addressable(&move->source) ||
        !is_addressable(&move->destination))
        return -EINVAL;
    return 0;
}

/* Where the byte at a position lies; index: of each loop. */
static uint64_t locate(const struct udma_side *side, uint64_t position, uint64_t index[DIMENSIONS])
{
    uint64_t address = side->address;

    for (unsigned i = 0; i < DIMENSIONS; i++) {
        index[i] = position % count_of(side, i);
        position /= count_of(side, i);
        address += index[i] * (i == 0 ? 1u : (uint64_t)side->stride[i]);
    }
    return address;
}

/* ---- boxes ---- */

/* A box that grows from its inside. */
struct growing {
    struct udma_box box;
    unsigned dimensions;
    uint64_t bytes;
};

static void begin_box(struct growing *growing, uint64_t address)
{
    *growing = (struct growing){
        .box = {.address = address, .count = {1, 1, 1, 1}},
        .bytes = 1,
    };
}

/* Adds a loop of `count` rounds, or of as many as fit; returns how many those are. */
static uint64_t add_loop(struct growing *growing, uint64_t count, int64_t stride)
{
    unsigned i = growing->dimensions;

    if (count == 1)
        return 1;
    if (i == DIMENSIONS || stride < INT32_MIN || stride > INT32_MAX)
        return 1;
    if (count > COUNT_MAX)
        count = i + 1u < DIMENSIONS ? RUN_ROW : COUNT_MAX;
    growing->box.count[i] = (uint16_t)count;
    growing->box.stride[i] = i == 0 ? 0 : (int32_t)stride;
    growing->dimensions++;
    growing->bytes *= count;
    return count;
}

/* As many rounds as fit, of at most `count`, with a second loop for what one can't hold. */
static uint64_t add_loops(struct growing *growing, uint64_t count, int64_t stride)
{
    uint64_t inner = add_loop(growing, count, stride), outer;

    if (inner == count || inner == 1)
        return inner;
    outer = count / inner;
    if (outer > COUNT_MAX)
        outer = COUNT_MAX;
    return inner * add_loop(growing, outer, (int64_t)inner * stride);
}

/* Bytes without gaps, at most `length`, in rows of the other side's or several of them. */
static void add_run(struct growing *growing, uint64_t length, uint64_t other_row)
{
    uint64_t row = RUN_ROW;

    if (length <= COUNT_MAX) {
        (void)add_loop(growing, length, 1);
        return;
    }
    if (other_row > 1 && other_row <= COUNT_MAX)
        row = other_row;
    (void)add_loop(growing, row, 1);
    (void)add_loops(growing, length / row, (int64_t)row);
}

/* A whole row. false: it can't be had as one. */
static bool add_row(struct growing *growing, uint64_t length)
{
    if (length <= COUNT_MAX) {
        growing->box.count[0] = (uint16_t)length;
        growing->dimensions = 1;
        growing->bytes = length;
        return true;
    }
    if (length % RUN_ROW != 0 || length / RUN_ROW > COUNT_MAX)
        return false;
    (void)add_loop(growing, RUN_ROW, 1);
    (void)add_loop(growing, length / RUN_ROW, RUN_ROW);
    return true;
}

/* The most that a side can do in one record from a position, of at most `limit` bytes. */
static void fit(const struct udma_side *side, uint64_t position, uint64_t limit, uint64_t other_row,
                struct growing *growing)
{
    uint64_t index[DIMENSIONS], unit = count_of(side, 0), units, rest;
    bool whole;

    begin_box(growing, locate(side, position, index));
    rest = unit - index[0];
    whole = index[0] == 0 && limit >= unit && add_row(growing, unit);
    if (!whole) {
        add_run(growing, rest < limit ? rest : limit, other_row);
        return;
    }
    units = limit / unit;
    for (unsigned i = 1; i < DIMENSIONS && units != 0; i++) {
        uint64_t count = count_of(side, i);

        rest = count - index[i];
        if (add_loops(growing, units < rest ? units : rest, side->stride[i]) != count)
            return;
        units /= count;
    }
}

bool udma_cut_next(struct udma_cut *cut, struct udma_piece *piece)
{
    const struct udma_move *move = cut->move;
    struct growing source, destination;
    uint64_t bytes = cut->length - cut->position;

    if (bytes == 0)
        return false;
    if (bytes > PIECE_MAX)
        bytes = PIECE_MAX;
    for (;;) {
        fit(&move->source, cut->position, bytes, count_of(&move->destination, 0), &source);
        fit(&move->destination, cut->position, source.bytes, count_of(&move->source, 0),
            &destination);
        if (destination.bytes == source.bytes)
            break;
        bytes = destination.bytes;
    }
    piece->source = source.box;
    piece->destination = destination.box;
    piece->bytes = source.bytes;
    cut->position += source.bytes;
    return true;
}

/* ---- records ---- */

void udma_record_build(struct udma_block_copy *record, const struct udma_piece *piece,
                       const struct udma_record_options *options)
{
    const struct udma_box *from = &piece->source, *to = &piece->destination;

    record->flags = (options->one_side ? FLAG_TYPE_ONE_SIDE : FLAG_TYPE_BLOCK_COPY | FLAG_WAIT) |
                    (uint32_t)options->trigger << FLAG_TRIGGER_SHIFT |
                    (options->event ? 0u : FLAG_SUPPRESS_EVENT) |
                    (options->last ? FLAG_END_OF_PACKET : 0u);
    if (options->trigger != UDMA_TRIGGER_NONE)
        record->flags |= (options->step < UDMA_STEP_MOVE ? (uint32_t)options->step : TRIGGER_ALL)
                         << FLAG_TRIGGER_TYPE_SHIFT;
    record->count0 = from->count[0];
    record->count1 = from->count[1];
    record->count2 = from->count[2];
    record->count3 = from->count[3];
    record->source = from->address;
    record->stride1 = from->stride[1];
    record->stride2 = from->stride[2];
    record->stride3 = from->stride[3];
    if (options->one_side)
        return;
    record->reserved = 0; /* format: as it is */
    record->destination_count0 = to->count[0];
    record->destination_count1 = to->count[1];
    record->destination_count2 = to->count[2];
    record->destination_count3 = to->count[3];
    record->destination = to->address;
    record->destination_stride1 = to->stride[1];
    record->destination_stride2 = to->stride[2];
    record->destination_stride3 = to->stride[3];
}

size_t udma_descriptor_size(unsigned record_bytes, unsigned records)
{
    return record_bytes + records * (record_bytes + sizeof(uint32_t));
}

void udma_descriptor_begin(struct udma_descriptor *descriptor, uint16_t packet_id,
                           uint16_t return_ring, unsigned record_bytes, unsigned records,
                           bool forever)
{
    descriptor->packet_info[0] =
        INFO0_TYPE_TR | (records - 1u) | (forever ? INFO0_RELOAD_FOREVER : 0u);
    descriptor->packet_info[1] =
        (record_bytes == UDMA_ONE_SIDE_BYTES ? INFO1_RECORD_32_BYTES : INFO1_RECORD_64_BYTES) |
        (packet_id & INFO1_PACKET_ID_MASK) << INFO1_PACKET_ID_SHIFT | INFO1_FLOW_ID_NONE;
    descriptor->packet_info[2] = return_ring;
    descriptor->tags = 0;
}

uint32_t *udma_descriptor_responses(struct udma_descriptor *descriptor, unsigned record_bytes,
                                    unsigned records)
{
    return (uint32_t *)(void *)udma_descriptor_record(descriptor, record_bytes, records);
}

void udma_responses_clear(uint32_t *responses, unsigned records)
{
    volatile uint32_t *words = responses;

    for (unsigned i = 0; i < records; i++)
        words[i] = UDMA_RESPONSE_NONE;
}

int udma_responses_status(const uint32_t *responses, unsigned records)
{
    for (unsigned i = 0; i < records; i++) {
        uint32_t status = udma_response_status(&responses[i]);

        if (status != 0)
            return (status & RESPONSE_TYPE_MASK) == RESPONSE_TEARDOWN_FLUSH ? -ECANCELED : -EIO;
    }
    return 0;
}
