// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the twin tells from a load's or a store's instruction (twin/monitor/decode.h). The words are
 * an assembler's.
 */
#include "twin/monitor/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    SIMD = 1,
    LANES = 2,
    EVERYWHERE = 4,
    HALF = 8,
    EXTENDS = 16,
    WIDE = 32,
    RELATIVE = 64,
    MOVES = 128,
};

#define NONE 0xff

static const struct {
    const char *text;
    uint32_t instruction;
    enum operation_kind kind;
    unsigned flags, size, count;
    unsigned first, last, lane; /* registers of the first and the last element, lane of the last */
    unsigned base;
    int64_t offset, move;
} cases[] = {
    {"ldr q1, pc + 0x100", 0x9c000801, OPERATION_LOAD, SIMD | RELATIVE, 16, 1, 1, 1, 0, NONE, 256,
     0},
    {"ldrsw x2, pc - 8", 0x98ffffc2, OPERATION_LOAD, EXTENDS | WIDE | RELATIVE, 4, 1, 2, 2, 0, NONE,
     -8, 0},
    {"ldr d3, pc + 0x100", 0x5c000803, OPERATION_LOAD, SIMD | RELATIVE, 8, 1, 3, 3, 0, NONE, 256,
     0},
    {"ldr s7, [x1, w2, sxtw #2]", 0xbc62d827, OPERATION_LOAD, SIMD, 4, 1, 7, 7, 0, 1, 0, 0},
    {"ldr q7, [sp, x2, lsl #4]", 0x3ce27be7, OPERATION_LOAD, SIMD, 16, 1, 7, 7, 0, 31, 0, 0},
    {"str b7, [x1, w2, uxtw]", 0x3c224827, OPERATION_STORE, SIMD, 1, 1, 7, 7, 0, 1, 0, 0},
    {"ldp q1, q2, [x3, #-32]!", 0xadff0861, OPERATION_LOAD, SIMD | MOVES, 16, 2, 1, 2, 0, 3, -32,
     -32},
    {"ldpsw x1, x2, [x3], #8", 0x68c10861, OPERATION_LOAD, EXTENDS | WIDE | MOVES, 4, 2, 1, 2, 0, 3,
     0, 8},
    {"ldnp x1, x2, [x3, #16]", 0xa8410861, OPERATION_LOAD, 0, 8, 2, 1, 2, 0, 3, 16, 0},
    {"stp w1, w2, [x3, #-4]", 0x293f8861, OPERATION_STORE, 0, 4, 2, 1, 2, 0, 3, -4, 0},
    {"stp x29, x30, [sp, #-16]!", 0xa9bf7bfd, OPERATION_STORE, MOVES, 8, 2, 29, 30, 0, 31, -16,
     -16},
    {"ldxr w1, [x2]", 0x885f7c41, OPERATION_EXCLUSIVE_LOAD, 0, 4, 1, 1, 1, 0, 2, 0, 0},
    {"stlxp w0, x1, x2, [x3]", 0xc8208861, OPERATION_EXCLUSIVE_STORE, WIDE, 8, 2, 1, 2, 0, 3, 0, 0},
    {"ldar x1, [x2]", 0xc8dffc41, OPERATION_LOAD, WIDE, 8, 1, 1, 1, 0, 2, 0, 0},
    {"stlrb w1, [x2]", 0x089ffc41, OPERATION_STORE, 0, 1, 1, 1, 1, 0, 2, 0, 0},
    {"ld1 {v1.16b-v4.16b}, [x2], #64", 0x4cdf2041, OPERATION_LOAD, SIMD | LANES | MOVES, 1, 64, 1,
     4, 15, 2, 0, 64},
    {"ld2 {v31.4s, v0.4s}, [x2], x3", 0x4cc3885f, OPERATION_LOAD, SIMD | LANES | MOVES, 4, 8, 31, 0,
     3, 2, 0, 32},
    {"st4 {v1.8h-v4.8h}, [sp]", 0x4c0007e1, OPERATION_STORE, SIMD | LANES, 2, 32, 1, 4, 7, 31, 0,
     0},
    {"ld3 {v1.8b-v3.8b}, [x2]", 0x0c404041, OPERATION_LOAD, SIMD | LANES | HALF, 1, 24, 1, 3, 7, 2,
     0, 0},
    {"ld1 {v1.d}[1], [x2]", 0x4d408441, OPERATION_LOAD, SIMD | LANES, 8, 1, 1, 1, 1, 2, 0, 0},
    {"ld1 {v1.b}[13], [x2], #1", 0x4ddf1441, OPERATION_LOAD, SIMD | LANES | MOVES, 1, 1, 1, 1, 13,
     2, 0, 1},
    {"st2 {v1.h, v2.h}[7], [x2]", 0x4d205841, OPERATION_STORE, SIMD | LANES, 2, 2, 1, 2, 7, 2, 0,
     0},
    {"ld3r {v1.2d-v3.2d}, [x2]", 0x4d40ec41, OPERATION_LOAD, SIMD | LANES | EVERYWHERE, 8, 3, 1, 3,
     0, 2, 0, 0},
    {"ldrsb w1, [x2, #-1]!", 0x38dffc41, OPERATION_LOAD, EXTENDS | MOVES, 1, 1, 1, 1, 0, 2, -1, -1},
    {"ldrsh x1, [x2], #2", 0x78802441, OPERATION_LOAD, EXTENDS | WIDE | MOVES, 2, 1, 1, 1, 0, 2, 0,
     2},
    {"ldr x1, [x2, #32760]", 0xf97ffc41, OPERATION_LOAD, WIDE, 8, 1, 1, 1, 0, 2, 32760, 0},
    {"str h1, [x2, #2]", 0x7d000441, OPERATION_STORE, SIMD, 2, 1, 1, 1, 0, 2, 2, 0},
    {"ldur q1, [x2, #-16]", 0x3cdf0041, OPERATION_LOAD, SIMD, 16, 1, 1, 1, 0, 2, -16, 0},
    {"dc zva, x5", 0xd50b7425, OPERATION_ZERO, 0, 8, 8, 31, 31, 0, 5, 0, 0},
    {"dc zva, xzr", 0xd50b743f, OPERATION_ZERO, 0, 8, 8, 31, 31, 0, NONE, 0, 0},
};

static unsigned flags_of(const struct operation *op)
{
    return (op->simd ? SIMD : 0) | (op->lanes ? LANES : 0) | (op->everywhere ? EVERYWHERE : 0) |
           (op->half ? HALF : 0) | (op->extends ? EXTENDS : 0) | (op->wide ? WIDE : 0) |
           (op->relative ? RELATIVE : 0) | (op->moves ? MOVES : 0);
}

static void loads_and_stores_are_told_from_their_instructions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct operation op;

        print_message("# %s\n", cases[i].text);
        assert_true(decode(cases[i].instruction, &op));
        assert_int_equal(op.kind, cases[i].kind);
        /* A load of 8 bytes is as wide with its sign as without. */
        if (op.simd || op.kind != OPERATION_LOAD || op.extends)
            assert_int_equal(flags_of(&op), cases[i].flags);
        else
            assert_int_equal(flags_of(&op) & ~(unsigned)WIDE, cases[i].flags & ~(unsigned)WIDE);
        assert_int_equal(op.size, cases[i].size);
        assert_int_equal(op.count, cases[i].count);
        assert_int_equal(op.elements[0].reg, cases[i].first);
        assert_int_equal(op.elements[op.count - 1].reg, cases[i].last);
        assert_int_equal(op.elements[op.count - 1].lane, cases[i].lane);
        assert_int_equal(op.based ? op.base : NONE, cases[i].base);
        assert_int_equal(op.offset, cases[i].offset);
        if (op.moves)
            assert_int_equal(op.move, cases[i].move);
    }
}

static void indices_and_moves_by_registers(void **state)
{
    struct operation op;

    (void)state;
    assert_true(decode(0xbc62d827, &op)); /* ldr s7, [x1, w2, sxtw #2] */
    assert_true(op.index == 2 && op.option == 6 && op.shift == 2);
    assert_true(decode(0x3c224827, &op)); /* str b7, [x1, w2, uxtw] */
    assert_true(op.index == 2 && op.option == 2 && op.shift == 0);
    assert_true(decode(0x3ce27be7, &op)); /* ldr q7, [sp, x2, lsl #4] */
    assert_true(op.index == 2 && op.option == 3 && op.shift == 4);
    assert_true(decode(0x4cc3885f, &op)); /* ld2 {v31.4s, v0.4s}, [x2], x3 */
    assert_true(op.index == NO_REGISTER && op.move_register == 3);
    assert_true(decode(0x4cdf2041, &op)); /* ld1 {v1.16b-v4.16b}, [x2], #64 */
    assert_int_equal(op.move_register, NO_REGISTER);
}

static void others_are_refused(void **state)
{
    static const uint32_t others[] = {
        0x8b030041, /* add x1, x2, x3 */
        0xf9800040, /* prfm pldl1keep, [x2] */
        0xd8000040, /* prfm, of a literal */
        0xf8408442, /* ldr x2, [x2], #8 */
        0xc8a17c62, /* cas: of a later architecture */
        0xb8210062, /* ldadd: as well */
        0x0c001041, /* structures of no shape */
        0x4d00cc41, /* st1r */
        0xd50b7a25, /* dc cvac, x5 */
        0,          UINT32_MAX,
    };
    struct operation op;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(decode(others[i], &op));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_and_stores_are_told_from_their_instructions),
        cmocka_unit_test(indices_and_moves_by_registers),
        cmocka_unit_test(others_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
