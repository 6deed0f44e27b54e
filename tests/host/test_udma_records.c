// SPDX-License-Identifier: BSD-3-Clause
/*
 * drivers/udma/records.c: moves of any shape, cut to records, against a plain model of memory: the
 * records' fields are carried out as the manual has them, and what they do, byte for byte in its
 * order, must be what the nested loops of the move say.
 */
#include "drivers/udma/records.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t seed = 1;

static uint32_t some(uint32_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * limit >> 24);
}

/* ---- the two ways through a shape ---- */

struct walk {
    uint64_t address, count[4], index[4];
    int64_t stride[4];
};

static void walk_side(struct walk *walk, const struct udma_side *side)
{
    *walk = (struct walk){.address = side->address};
    memcpy(walk->count, side->count, sizeof(walk->count));
    memcpy(walk->stride, side->stride, sizeof(walk->stride));
    walk->stride[0] = 1;
}

static uint64_t walk_at(const struct walk *walk)
{
    uint64_t address = walk->address;

    for (unsigned i = 0; i < 4; i++)
        address += walk->index[i] * (uint64_t)walk->stride[i];
    return address;
}

/* The next byte, and false after the last one. */
static bool walk_on(struct walk *walk)
{
    for (unsigned i = 0; i < 4; i++) {
        if (++walk->index[i] < walk->count[i])
            return true;
        walk->index[i] = 0;
    }
    return false;
}

static void walk_source(struct walk *walk, const struct udma_block_copy *record)
{
    *walk = (struct walk){
        .address = record->source,
        .count = {record->count0, record->count1, record->count2, record->count3},
        .stride = {1, record->stride1, record->stride2, record->stride3},
    };
}

static void walk_destination(struct walk *walk, const struct udma_block_copy *record)
{
    *walk = (struct walk){
        .address = record->destination,
        .count = {record->destination_count0, record->destination_count1,
                  record->destination_count2, record->destination_count3},
        .stride = {1, record->destination_stride1, record->destination_stride2,
                   record->destination_stride3},
    };
}

static uint64_t bytes_of(const uint64_t count[4])
{
    return count[0] * count[1] * count[2] * count[3];
}

/* Byte for byte; returns how many records it took. */
static unsigned check_move(const struct udma_move *move)
{
    const struct udma_record_options options = {.last = true};
    struct udma_cut cut = {.move = move};
    struct walk source, destination;
    struct udma_piece piece;
    unsigned records = 0;

    assert_int_equal(udma_move_length(move, &cut.length), 0);
    walk_side(&source, &move->source);
    walk_side(&destination, &move->destination);
    while (udma_cut_next(&cut, &piece)) {
        struct udma_block_copy record;
        struct walk from, to;
        bool more;

        udma_record_build(&record, &piece, &options);
        walk_source(&from, &record);
        walk_destination(&to, &record);
        assert_true(bytes_of(from.count) == piece.bytes);
        assert_true(bytes_of(to.count) == piece.bytes);
        do {
            assert_true(walk_at(&from) == walk_at(&source));
            assert_true(walk_at(&to) == walk_at(&destination));
            (void)walk_on(&source);
            (void)walk_on(&destination);
            more = walk_on(&from);
            assert_true(walk_on(&to) == more);
        } while (more);
        records++;
    }
    assert_true(cut.position == cut.length);
    return records;
}

/* The same where there are too many bytes for that: the first and the last of each record. */
static unsigned check_ends(const struct udma_move *move)
{
    struct udma_cut cut = {.move = move};
    struct udma_piece piece;
    unsigned records = 0;
    uint64_t position = 0;

    assert_int_equal(udma_move_length(move, &cut.length), 0);
    while (udma_cut_next(&cut, &piece)) {
        const struct udma_box *boxes[] = {&piece.source, &piece.destination};
        const struct udma_side *sides[] = {&move->source, &move->destination};

        for (unsigned side = 0; side < 2; side++) {
            uint64_t bytes = 1, last = boxes[side]->address, first = sides[side]->address;
            uint64_t expected = first, rest = position, end = position + piece.bytes - 1u;

            for (unsigned i = 0; i < 4; i++) {
                uint64_t stride = i == 0 ? 1 : (uint64_t)sides[side]->stride[i];

                bytes *= boxes[side]->count[i];
                last += (boxes[side]->count[i] - 1u) *
                        (i == 0 ? 1 : (uint64_t)(int64_t)boxes[side]->stride[i]);
                first += rest % sides[side]->count[i] * stride;
                expected += end % sides[side]->count[i] * stride;
                rest /= sides[side]->count[i];
                end /= sides[side]->count[i];
            }
            assert_true(bytes == piece.bytes);
            assert_true(first == boxes[side]->address);
            assert_true(last == expected);
        }
        position += piece.bytes;
        records++;
    }
    assert_true(position == cut.length);
    return records;
}

/* ---- shapes ---- */

static void test_one_record(void **state)
{
    const struct udma_move flat = udma_move_copy(0x90000000, 0x80000000, 0xffff);
    const struct udma_move rows = udma_move_rows(0x90000000, 1000, 0x80000000, -640, 100, 90);
    const struct udma_move fill = udma_move_fill(0x90000000, 0x80000000, 64, 1000);
    const struct udma_move fixed = {
        .source = {0x80000000, {4, 500, 1, 1}, {0, 0, 0, 0}},
        .destination = {0x90000000, {2000, 1, 1, 1}, {0}},
    };
    const struct udma_move cube = {
        .source = {0x80000000, {3, 5, 7, 2}, {0, 16, 256, 4096}},
        .destination = {0x90000000, {14, 5, 3, 1}, {0, -20, 128, 0}},
    };

    (void)state;
    assert_int_equal(check_move(&flat), 1);
    assert_int_equal(check_move(&rows), 1);
    assert_int_equal(check_move(&fill), 1);
    assert_int_equal(check_move(&fixed), 1);
    assert_int_equal(check_move(&cube), 1);
}

static void test_long(void **state)
{
    const uint64_t lengths[] = {0x10000,     0x10001,     0x18000,       0x3fffff,
                                0x80000000u, 0xffffffffu, 0x1000000001u, UINT64_C(1) << 43};

    (void)state;
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const struct udma_move move = udma_move_copy(0, 0x100000, lengths[i]);

        assert_true(check_ends(&move) <= lengths[i] / 0x40000000u + 2u);
    }
}

/* Lists whose rows, numbers of rows or strides are beyond the fields. */
static void test_beyond_the_fields(void **state)
{
    const struct udma_move many = udma_move_rows(0x90000000, 8, 0x80000000, 4, 4, 1000000);
    const struct udma_move wide = udma_move_rows(0, 0x200000, 0x80000000, 0x100000, 0x100000, 40);
    const struct udma_move odd = udma_move_rows(0, 0x200000, 0x80000000, 100001, 100001, 40);
    const struct udma_move far =
        udma_move_rows(0, INT64_C(0x100000000), 0x80000000, 0x1000, 0x1000, 5);
    struct udma_move apart = {
        .source = {0, {10000000, 1, 1, 1}, {0}},
        .destination = {0x100000000, {1000, 10000, 1, 1}, {0, 2000, 0, 0}},
    };

    (void)state;
    assert_true(check_ends(&many) <= 3);
    assert_int_equal(check_ends(&wide), 1);
    assert_true(check_ends(&odd) <= 80);
    assert_int_equal(check_ends(&far), 5);
    assert_true(check_ends(&apart) <= 2);
}

static void some_side(struct udma_side *side, const uint64_t factors[4])
{
    side->address = 0x800000000000u + some(0x10000);
    for (unsigned i = 0; i < 4; i++) {
        side->count[i] = factors[i];
        side->stride[i] = some(4) == 0 ? 0 : (int64_t)some(0x40000) - 0x20000;
    }
}

/* The same bytes, in another order of factors. */
static void test_random(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 400; round++) {
        uint64_t factors[4], others[4] = {1, 1, 1, 1};
        struct udma_move move;

        for (unsigned i = 0; i < 4; i++) {
            factors[i] = 1u + some(i == 0 ? 40 : 9);
            others[some(4)] *= factors[i];
        }
        if (round % 8 == 0) { /* beyond a count */
            factors[some(4)] *= 1u + some(3000);
            others[0] = bytes_of(factors);
            others[1] = others[2] = others[3] = 1;
        }
        some_side(&move.source, factors);
        some_side(&move.destination, others);
        if (round % 2 != 0) {
            struct udma_side side = move.source;

            move.source = move.destination;
            move.destination = side;
        }
        assert_true(check_move(&move) >= 1);
    }
}

static void test_refused(void **state)
{
    struct udma_move move = udma_move_copy(0, 0x1000, 0);
    uint64_t length;

    (void)state;
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
    move = udma_move_copy(0, 0x1000, 16);
    assert_int_equal(udma_move_length(&move, &length), 0);
    move.destination.count[3] = 2;
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
    move = udma_move_copy(UINT64_C(1) << 48, 0x1000, 16);
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
    move = udma_move_copy((UINT64_C(1) << 48) - 16u, 0x1000, 16);
    assert_int_equal(udma_move_length(&move, &length), 0);
    move = udma_move_copy((UINT64_C(1) << 48) - 16u, 0x1000, 17);
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
    move = udma_move_rows(0x1000, -0x1000, 0, 1, 1, 3);
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
    move = udma_move_rows(0x1000, -0x1000, 0, 1, 1, 2);
    assert_int_equal(udma_move_length(&move, &length), 0);
    move = udma_move_rows(0, 0, 0, 0, UINT64_C(1) << 40, UINT64_C(1) << 40);
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
    move = udma_move_rows(0, INT64_MAX, 0, INT64_MAX, 4, 1000);
    assert_int_equal(udma_move_length(&move, &length), -EINVAL);
}

/* ---- records and descriptors ---- */

static void test_flags(void **state)
{
    const struct udma_piece piece = {
        .source = {0x1000, {4, 1, 1, 1}, {0}},
        .destination = {0x2000, {4, 1, 1, 1}, {0}},
        .bytes = 4,
    };
    struct udma_record_options options = {.last = true};
    struct udma_block_copy record;

    (void)state;
    udma_record_build(&record, &piece, &options);
    assert_int_equal(record.flags, 0x8400002fu);
    assert_int_equal(record.reserved, 0);
    options = (struct udma_record_options){
        .trigger = UDMA_TRIGGER_1, .step = UDMA_STEP_PLANE, .event = true};
    udma_record_build(&record, &piece, &options);
    assert_int_equal(record.flags, 0x0000062fu);
}

static void test_descriptor(void **state)
{
    static union {
        struct udma_descriptor descriptor;
        uint32_t words[2048 / 4];
    } memory;
    uint32_t *responses = udma_descriptor_responses(&memory.descriptor, 64, 5);

    (void)state;
    assert_int_equal(udma_descriptor_size(64, 1), 64 + 64 + 4);
    assert_int_equal(udma_descriptor_size(64, 5), 64 + 5 * 68);
    assert_ptr_equal(responses, &memory.words[(64 + 5 * 64) / 4]);
    udma_descriptor_begin(&memory.descriptor, 9, 304, 64, 5, false);
    assert_int_equal(memory.words[0], 0xc0000004u);
    assert_int_equal(memory.words[1], 0x02000000u | 9u << 14 | 0x3fffu);
    assert_int_equal(memory.words[2], 304);
    udma_descriptor_begin(&memory.descriptor, 9, 304, 64, 5, true);
    assert_int_equal(memory.words[0], 0xdff00004u);
    udma_responses_clear(responses, 5);
    assert_int_equal(udma_responses_status(responses, 5), -EIO);
    memset(responses, 0, 5 * sizeof(*responses));
    assert_int_equal(udma_responses_status(responses, 5), 0);
    responses[3] = 6;
    assert_int_equal(udma_responses_status(responses, 5), -ECANCELED);
    responses[2] = 0x14;
    assert_int_equal(udma_responses_status(responses, 5), -EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_record),        cmocka_unit_test(test_long),
        cmocka_unit_test(test_beyond_the_fields), cmocka_unit_test(test_random),
        cmocka_unit_test(test_refused),           cmocka_unit_test(test_flags),
        cmocka_unit_test(test_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
