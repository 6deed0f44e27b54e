// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the twin tells from a load's or a store's instruction of an R5F's (twin/monitor/r5f.h). The
 * words are an assembler's.
 */
#include "twin/monitor/r5f.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T16(word)  ((uint32_t)(word) << 16)
#define RANDOM     200000u
#define MULTIPLIER UINT64_C(6364136223846793005)

enum {
    STORE = 1,
    SIGN = 2,
    MOVES = 4,
    THUMB = 8,
    SINGLE = 16, /* of floating point */
    DOUBLE = 32,
};

/* Register n has n * 0x1000; r3 has 3, and r5 a negative number for shifts. */
static const uint32_t registers[R5F_VALUES] = {
    0,      0x1000, 0x2000, 3,      0x4000, 0x80000010, 0x6000, 0x7000,  0x8000,
    0x9000, 0xa000, 0xb000, 0xc000, 0xd000, 0xe000,     0xf000, 1u << 29 /* the carry */};

static const struct {
    const char *text;
    uint32_t instruction;
    unsigned flags, size, base;
    uint32_t list; /* of registers, of floating point's words; they come in this order */
    uint32_t address, base_value;
} cases[] = {
    {"ldr r1, [r2, #4]!", 0xe5b21004, MOVES, 4, 2, 1u << 1, 0x2004, 0x2004},
    {"ldr r1, [r2], #-8", 0xe4121008, MOVES, 4, 2, 1u << 1, 0x2000, 0x1ff8},
    {"strb r3, [r4, r5, lsl #2]!", 0xe7e43105, STORE | MOVES, 1, 4, 1u << 3, 0x4040, 0x4040},
    {"ldr r1, [r2, r5, asr #32]", 0xe7921045, 0, 4, 2, 1u << 1, 0x1fff, 0x1fff},
    {"ldr r1, [r2, r5, lsr #32]", 0xe7921025, 0, 4, 2, 1u << 1, 0x2000, 0x2000},
    {"ldr r1, [r2, r5, asr #4]", 0xe7921245, 0, 4, 2, 1u << 1, 0xf8002001, 0xf8002001},
    {"ldr r1, [r2, -r3, ror #8]", 0xe7121463, 0, 4, 2, 1u << 1, 0xfd002000, 0xfd002000},
    {"ldr r1, [r2, r3, rrx]!", 0xe7b21063, MOVES, 4, 2, 1u << 1, 0x80002001, 0x80002001},
    {"ldr pc, [r2], #4", 0xe492f004, MOVES, 4, 2, 1u << 15, 0x2000, 0x2004},
    {"ldr pc, [r2, #4]", 0xe592f004, 0, 4, 2, 1u << 15, 0x2004, 0x2004},
    {"ldrh r1, [r2, #18]!", 0xe1f211b2, MOVES, 2, 2, 1u << 1, 0x2012, 0x2012},
    {"strh r1, [r2], r3", 0xe08210b3, STORE | MOVES, 2, 2, 1u << 1, 0x2000, 0x2003},
    {"ldrsb r1, [r2, #-3]!", 0xe17210d3, SIGN | MOVES, 1, 2, 1u << 1, 0x1ffd, 0x1ffd},
    {"ldrsh r1, [r2], #2", 0xe0d210f2, SIGN | MOVES, 2, 2, 1u << 1, 0x2000, 0x2002},
    {"ldrd r4, r5, [r2, #8]!", 0xe1e240d8, MOVES, 4, 2, 3u << 4, 0x2008, 0x2008},
    {"strd r4, r5, [r2], -r3", 0xe00240f3, STORE | MOVES, 4, 2, 3u << 4, 0x2000, 0x1ffd},
    {"ldm r2!, {r0, r1, r7}", 0xe8b20083, MOVES, 4, 2, 0x83, 0x2000, 0x200c},
    {"push {r4, lr}", 0xe92d4010, STORE | MOVES, 4, 13, 0x4010, 0xcff8, 0xcff8},
    {"ldmib r2, {r1, r3}", 0xe992000a, 0, 4, 2, 0x0a, 0x2004, 0x2008},
    {"stmda r2!, {r1, r2}", 0xe8220006, STORE | MOVES, 4, 2, 0x06, 0x1ffc, 0x1ff8},
    {"ldm r2, {r2, r3}", 0xe892000c, 0, 4, 2, 0x0c, 0x2000, 0x2008},
    {"ldmia r2!, {r0, r1, r7}", T16(0xca83), THUMB | MOVES, 4, 2, 0x83, 0x2000, 0x200c},
    {"stmia r2!, {r0, r1}", T16(0xc203), THUMB | STORE | MOVES, 4, 2, 0x03, 0x2000, 0x2008},
    {"ldmia r2, {r0, r2}", T16(0xca05), THUMB, 4, 2, 0x05, 0x2000, 0x2008},
    {"stmdb sp!, {r4, lr}", 0xe92d4010, THUMB | STORE | MOVES, 4, 13, 0x4010, 0xcff8, 0xcff8},
    {"ldmia.w r9, {r1, r3}", 0xe899000a, THUMB, 4, 9, 0x0a, 0x9000, 0x9008},
    {"ldrd r4, r5, [r2, #8]!", 0xe9f24502, THUMB | MOVES, 4, 2, 3u << 4, 0x2008, 0x2008},
    {"strd r4, r8, [r2], #-16", 0xe8624804, THUMB | STORE | MOVES, 4, 2, 0x110, 0x2000, 0x1ff0},
    {"ldrd r4, r5, [r2, #-4]", 0xe9524501, THUMB, 4, 2, 3u << 4, 0x1ffc, 0x1ffc},
    {"ldr.w r1, [r2, #4]!", 0xf8521f04, THUMB | MOVES, 4, 2, 1u << 1, 0x2004, 0x2004},
    {"ldrb.w r1, [r2], #-8", 0xf8121908, THUMB | MOVES, 1, 2, 1u << 1, 0x2000, 0x1ff8},
    {"ldrsh.w r1, [r2, #2]!", 0xf9321f02, THUMB | SIGN | MOVES, 2, 2, 1u << 1, 0x2002, 0x2002},
    {"strh.w r1, [r2], #2", 0xf8221b02, THUMB | STORE | MOVES, 2, 2, 1u << 1, 0x2000, 0x2002},
    {"ldr.w pc, [r2, #8]", 0xf8d2f008, THUMB, 4, 2, 1u << 15, 0x2008, 0x2008},
    {"ldr.w pc, [r2, #-8]", 0xf852fc08, THUMB, 4, 2, 1u << 15, 0x1ff8, 0x1ff8},
    {"ldr.w pc, [r2], #8", 0xf852fb08, THUMB | MOVES, 4, 2, 1u << 15, 0x2000, 0x2008},
    {"ldr.w pc, [r2, r3, lsl #2]", 0xf852f023, THUMB, 4, 2, 1u << 15, 0x200c, 0x200c},
    {"vldr s3, [r2, #8]", 0xedd21a02, SINGLE, 4, 2, 1u << 3, 0x2008, 0x2008},
    {"vldr d15, [r2, #-8]", 0xed12fb02, DOUBLE, 4, 2, 3u << 30, 0x1ff8, 0x1ff8},
    {"vstr d1, [r2]", 0xed821b00, THUMB | STORE | DOUBLE, 4, 2, 3u << 2, 0x2000, 0x2000},
    {"vldm r2!, {d0}", 0xecb20b02, MOVES | DOUBLE, 4, 2, 3, 0x2000, 0x2008},
    {"vldm r2, {s1-s4}", 0xecd20a04, THUMB | SINGLE, 4, 2, 0x1e, 0x2000, 0x2010},
    {"vstmdb r2!, {s30-s31}", 0xed22fa02, STORE | MOVES | SINGLE, 4, 2, 3u << 30, 0x1ff8, 0x1ff8},
    {"vpush {d0-d15}", 0xed2d0b20, THUMB | STORE | MOVES | DOUBLE, 4, 13, UINT32_MAX, 0xcf80,
     0xcf80},
    {"fldmiax r2!, {d1}", 0xecb21b03, MOVES | DOUBLE, 4, 2, 3u << 2, 0x2000, 0x200c},
    {"fstmdbx r2!, {d1}", 0xed221b03, STORE | MOVES | DOUBLE, 4, 2, 3u << 2, 0x1ff4, 0x1ff4},
    {"vldr s0, [pc, #8]", 0xed9f0a02, SINGLE, 4, 15, 1, 0xf008, 0xf008},
};

static uint32_t list_of(const struct r5f_operation *op)
{
    uint32_t list = 0;

    for (unsigned i = 0; i < op->count; i++) {
        assert_true(i == 0 || op->reg[i] > op->reg[i - 1]);
        list |= 1u << op->reg[i];
    }
    return list;
}

static void each_is_what_an_assembler_calls_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct r5f_operation op;

        print_message("# %s\n", cases[i].text);
        assert_true(
            r5f_decode(cases[i].instruction, (cases[i].flags & THUMB) != 0, registers, &op));
        assert_int_equal(op.write, (cases[i].flags & STORE) != 0);
        assert_int_equal(op.sign, (cases[i].flags & SIGN) != 0);
        assert_int_equal(op.writeback, (cases[i].flags & MOVES) != 0);
        assert_int_equal(op.floats, (cases[i].flags & (SINGLE | DOUBLE)) != 0);
        assert_int_equal(op.pairs, (cases[i].flags & DOUBLE) != 0);
        assert_int_equal(op.size, cases[i].size);
        assert_int_equal(op.base, cases[i].base);
        assert_int_equal(list_of(&op), cases[i].list);
        assert_int_equal(op.address, cases[i].address);
        if (op.writeback)
            assert_int_equal(op.base_value, cases[i].base_value);
    }
}

static void what_it_cannot_do_is_refused(void **state)
{
    static const struct {
        const char *text;
        uint32_t instruction;
        bool thumb;
    } others[] = {
        {"ldrex r1, [r2]", 0xe1921f9f, false},
        {"mul r1, r2, r3", 0xe0010392, false},
        {"ldm r2, {r1, pc}", 0xe8928002, false},
        {"ldrh pc, [r2], #4", 0xe0d2f0b4, false},
        {"str pc, [r2], #4", 0xe482f004, false},
        {"ldr.w pc, [r2, r3, lsl #2] with a bit that is no zero", 0xf852f063, true},
        {"vldr d16, [r2]", 0xedd20b00, false},
        {"vldm r2, {d15-d16}", 0xec92fb04, true},
        {"vldm r2, {s31-s32}", 0xecd2fa02, false},
        {"vldm r2, {}", 0xec920b00, false},
        {"vldmia pc!, {d0}", 0xecbf0b02, false},
        {"vldmib r2!, {d0}", 0xedb20b02, false},
        {"vldmda r2, {d0}", 0xec120b02, true},
        {"vmov d0, r2, r3", 0xec432b10, true},
        {"vldr d0, [r2], never", 0xfd920b00, false},
        {"ldm r2, {r1, r3}^", 0xe8d2000a, false},
        {"swp r1, r2, [r3]", 0xe1031092, false},
        {"mov r1, #1", 0xe3a01001, false},
        {"ldm r2, {}", 0xe8920000, false},
        {"ldr r1, [pc], #4", 0xe49f1004, false},
        {"ldmia.w r9, {r1, pc}", 0xe8998002, true},
        {"movs r1, #1", T16(0x2101), true},
        {"tbb [r1, r2]", 0xe8d1f002, true},
        {"ldrexb r1, [r2]", 0xe8d21f4f, true},
        {"srsdb sp!, #18", 0xe82dc012, true},
        {"rfeia sp!", 0xe9bdc000, true},
        {"srsdb sp!, #18", 0xf96d0512, false},
        {"rfeia r2", 0xf8920a00, false},
    };
    struct r5f_operation op;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        print_message("# %s\n", others[i].text);
        assert_false(r5f_decode(others[i].instruction, others[i].thumb, registers, &op));
    }
}

/* Whatever a program has in its memory; the sanitizers look too. */
static void any_word_leads_to_registers_and_sizes_that_there_are(void **state)
{
    uint64_t random = 1;
    unsigned known = 0;

    (void)state;
    for (unsigned i = 0; i < RANDOM; i++) {
        struct r5f_operation op;

        random = random * MULTIPLIER + 1;
        if (!r5f_decode((uint32_t)(random >> 32), i % 2 != 0, registers, &op))
            continue;
        known++;
        assert_in_range(op.count, 1, R5F_ELEMENTS);
        assert_true(op.size == 1 || op.size == 2 || op.size == 4);
        assert_true(op.base < 16 && !(op.writeback && op.base == 15));
        for (unsigned n = 0; n < op.count; n++)
            assert_in_range(op.reg[n], 0, op.floats ? R5F_ELEMENTS - 1 : op.count == 1 ? 15 : 14);
    }
    assert_true(known > RANDOM / 20);
}

/* Of what it cannot do as well: how far it reaches. */
static void how_many_bytes_are_accessed_is_known_too(void **state)
{
    static const struct {
        const char *text;
        uint32_t instruction;
        bool thumb;
        uint32_t lowest, bytes;
    } accesses[] = {
        {"ldrd r4, r5, [r2, #8]!", 0xe1e240d8, false, 0x2008, 8},
        {"strh r1, [r2], r3", 0xe08210b3, false, 0x2000, 2},
        {"stmda r2!, {r1, r2}", 0xe8220006, false, 0x1ffc, 8},
        {"ldm r2, {r1, pc}", 0xe8928002, false, 0x2000, 8},
        {"ldm r2, {r1, r3, pc}^", 0xe8d2800a, false, 0x2000, 12},
        {"ldmia r2!, {r0, r1, r7}", T16(0xca83), true, 0x2000, 12},
        {"push {r4, lr}", 0xe92d4010, true, 0xcff8, 8},
        {"ldrd r4, r5, [pc, #8]", 0xe9df4502, true, 0xf008, 8},
        {"vldr d1, [r2, #8]", 0xed921b02, false, 0x2008, 8},
        {"vstr s1, [r2, #-8]", 0xed420a02, true, 0x1ff8, 4},
        {"vldm r2!, {d0-d2}", 0xecb20b06, true, 0x2000, 24},
        {"vpush {d0-d7}", 0xed2d0b10, true, 0xcfc0, 64},
        {"srsdb sp!, #18", 0xe82dc012, true, 1, 8}, /* some mode's */
        {"rfeia sp!", 0xe9bdc000, true, 1, 8},
        {"srsdb sp!, #18", 0xf96d0512, false, 1, 8},
        {"ldrex r1, [r2]", 0xe1921f9f, false, 1, 0},
        {"mov r1, #1", 0xe3a01001, false, 1, 0},
        {"movs r1, #1", T16(0x2101), true, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        uint32_t lowest = 1;

        print_message("# %s\n", accesses[i].text);
        assert_int_equal(r5f_extent(accesses[i].instruction, accesses[i].thumb, registers, &lowest),
                         accesses[i].bytes);
        assert_int_equal(lowest, accesses[i].lowest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_what_an_assembler_calls_it),
        cmocka_unit_test(what_it_cannot_do_is_refused),
        cmocka_unit_test(how_many_bytes_are_accessed_is_known_too),
        cmocka_unit_test(any_word_leads_to_registers_and_sizes_that_there_are),
    };

    return cmocka_run_group_tests_name("twin/monitor/r5f_decode.c", tests, NULL, NULL);
}
