// SPDX-License-Identifier: BSD-3-Clause
/*
 * See decode.h. The classes are those of DDI 0487, "Loads and Stores", the Cortex-A53's: Armv8.0.
 */
#include "twin/monitor/decode.h"

#include <stddef.h>

#define FIELD(instruction, low, width) ((instruction) >> (low) & ((1u << (width)) - 1u))
#define BIT(instruction, n)            ((instruction) >> (n)&1u)

#define RT(instruction)                FIELD(instruction, 0, 5)
#define RN(instruction)                FIELD(instruction, 5, 5)
#define RT2(instruction)               FIELD(instruction, 10, 5)
#define RM(instruction)                FIELD(instruction, 16, 5)
#define IS_LOAD(instruction)           BIT(instruction, 22)
#define IS_SIMD(instruction)           BIT(instruction, 26)

#define POST_INDEX                     1u /* bits 24:23 of a pair, 11:10 of a single register */
#define PRE_INDEX                      3u

static int64_t sign_extend(uint32_t value, unsigned bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

static void add_element(struct operation *op, uint32_t reg, uint32_t lane)
{
    op->elements[op->count].reg = (uint8_t)(reg % 32);
    op->elements[op->count].lane = (uint8_t)lane;
    op->count++;
}

static void set_kind(struct operation *op, bool load)
{
    op->kind = load ? OPERATION_LOAD : OPERATION_STORE;
}

/* Whether what a base and an immediate offset become is defined. */
static bool set_address(struct operation *op, uint32_t instruction, int64_t offset, uint32_t mode)
{
    uint32_t base = RN(instruction);

    op->based = true;
    op->base = (uint8_t)base;
    op->moves = mode == POST_INDEX || mode == PRE_INDEX;
    op->move = offset;
    op->offset = mode == POST_INDEX ? 0 : offset;
    for (unsigned i = 0; i < op->count; i++)
        if (op->moves && !op->simd && base != 31 && op->elements[i].reg == base)
            return false;
    return true;
}

/* ---- one general or SIMD register ---- */

/* The size and what a load does to it, from bits 31:30, 26 and 23:22. */
static bool single_size(struct operation *op, uint32_t instruction)
{
    uint32_t size = FIELD(instruction, 30, 2), opc = FIELD(instruction, 22, 2);

    op->simd = IS_SIMD(instruction);
    if (op->simd) {
        uint32_t scale = (opc & 2u) << 1 | size;

        op->size = (uint8_t)(1u << (scale & 7u));
        set_kind(op, opc & 1u);
        return scale <= 4;
    }
    op->size = (uint8_t)(1u << size);
    op->extends = opc >= 2;
    op->wide = opc == 2 || size == 3;
    set_kind(op, opc != 0);
    return opc < 2 || size + opc < 5; /* else a prefetch, or nothing */
}

static bool decode_single(struct operation *op, uint32_t instruction)
{
    if (!single_size(op, instruction))
        return false;
    add_element(op, RT(instruction), 0);
    if (BIT(instruction, 24))
        return set_address(op, instruction, (int64_t)FIELD(instruction, 10, 12) * op->size, 0);

    uint32_t mode = FIELD(instruction, 10, 2);

    if (!BIT(instruction, 21)) /* 2: unprivileged, which has a syndrome */
        return mode != 2 &&
               set_address(op, instruction, sign_extend(FIELD(instruction, 12, 9), 9), mode);
    op->index = (uint8_t)RM(instruction);
    op->option = (uint8_t)FIELD(instruction, 13, 3);
    op->shift = BIT(instruction, 12) ? (uint8_t)__builtin_ctz(op->size) : 0;
    return mode == 2 && (op->option & 2u) && set_address(op, instruction, 0, 0);
}

static bool decode_literal(struct operation *op, uint32_t instruction)
{
    uint32_t opc = FIELD(instruction, 30, 2);

    op->simd = IS_SIMD(instruction);
    op->kind = OPERATION_LOAD;
    op->size = (uint8_t)(op->simd ? 4u << opc : opc == 1 ? 8u : 4u);
    op->extends = op->wide = !op->simd && opc == 2;
    op->relative = true;
    op->offset = sign_extend(FIELD(instruction, 5, 19), 19) * 4;
    add_element(op, RT(instruction), 0);
    return opc != 3;
}

/* ---- pairs ---- */

static bool decode_pair(struct operation *op, uint32_t instruction)
{
    uint32_t opc = FIELD(instruction, 30, 2), mode = FIELD(instruction, 23, 2);

    op->simd = IS_SIMD(instruction);
    set_kind(op, IS_LOAD(instruction));
    op->size = (uint8_t)(op->simd ? 4u << opc : opc == 2 ? 8u : 4u);
    op->extends = op->wide = !op->simd && opc == 1;
    if (opc == 3 || (op->extends && !IS_LOAD(instruction)))
        return false;
    add_element(op, RT(instruction), 0);
    add_element(op, RT2(instruction), 0);
    return set_address(op, instruction, sign_extend(FIELD(instruction, 15, 7), 7) * op->size, mode);
}

/* ---- exclusives, and those with acquire and release ---- */

static bool decode_ordered(struct operation *op, uint32_t instruction)
{
    bool load = IS_LOAD(instruction), exclusive = !BIT(instruction, 23);
    bool pair = BIT(instruction, 21);

    op->size = (uint8_t)(1u << FIELD(instruction, 30, 2));
    op->wide = op->size == 8;
    set_kind(op, load);
    if (exclusive)
        op->kind = load ? OPERATION_EXCLUSIVE_LOAD : OPERATION_EXCLUSIVE_STORE;
    if (pair && (!exclusive || op->size < 4))
        return false; /* compare and swap, of a later architecture */
    add_element(op, RT(instruction), 0);
    if (pair)
        add_element(op, RT2(instruction), 0);
    return set_address(op, instruction, 0, 0);
}

/* ---- structures of SIMD registers ---- */

static bool structure_address(struct operation *op, uint32_t instruction)
{
    if (!set_address(op, instruction, 0, 0))
        return false;
    op->moves = BIT(instruction, 23);
    op->move_register = (uint8_t)RM(instruction);
    op->move = (int64_t)op->count * op->size;
    return op->moves || op->move_register == 0;
}

static bool decode_structures(struct operation *op, uint32_t instruction)
{
    /* By bits 15:12: registers one after the other, and registers that take turns. */
    static const struct {
        uint8_t repeat, turns;
    } shapes[16] = {
        [0] = {1, 4}, [2] = {4, 1}, [4] = {1, 3},  [6] = {3, 1},
        [7] = {1, 1}, [8] = {1, 2}, [10] = {2, 1},
    };
    uint32_t repeat = shapes[FIELD(instruction, 12, 4)].repeat;
    uint32_t turns = shapes[FIELD(instruction, 12, 4)].turns, full = BIT(instruction, 30);

    op->simd = op->lanes = true;
    op->half = !full;
    op->size = (uint8_t)(1u << FIELD(instruction, 10, 2));
    set_kind(op, IS_LOAD(instruction));
    if (repeat == 0 || (op->size == 8 && !full && turns != 1))
        return false;
    for (uint32_t r = 0; r < repeat; r++)
        for (uint32_t lane = 0; lane < (full ? 16u : 8u) / op->size; lane++)
            for (uint32_t turn = 0; turn < turns; turn++)
                add_element(op, RT(instruction) + r + turn, lane);
    return structure_address(op, instruction);
}

/* The lane of a single structure, from Q, S and size; sets the element's size. false: undefined. */
static bool structure_lane(struct operation *op, uint32_t instruction, uint32_t *lane)
{
    uint32_t scale = FIELD(instruction, 14, 2), size = FIELD(instruction, 10, 2);
    uint32_t s = BIT(instruction, 12), all = BIT(instruction, 30) << 3 | s << 2 | size;

    op->everywhere = scale == 3;
    op->half = op->everywhere && !BIT(instruction, 30);
    if (scale == 3) {
        op->size = (uint8_t)(1u << size);
        *lane = 0;
        return IS_LOAD(instruction) && s == 0;
    }
    if (scale == 2 && (size & 1u)) {
        op->size = 8;
        *lane = all >> 3;
        return size == 1 && s == 0;
    }
    op->size = (uint8_t)(1u << scale);
    *lane = all >> scale;
    return (size & ((1u << scale) - 1u)) == 0;
}

static bool decode_structure(struct operation *op, uint32_t instruction)
{
    uint32_t registers = (BIT(instruction, 13) << 1 | BIT(instruction, 21)) + 1, lane;

    op->simd = op->lanes = true;
    set_kind(op, IS_LOAD(instruction));
    if (!structure_lane(op, instruction, &lane))
        return false;
    for (uint32_t i = 0; i < registers; i++)
        add_element(op, RT(instruction) + i, lane);
    return structure_address(op, instruction);
}

/* ---- the rest ---- */

/* Eight zeros of 8 bytes; a block is 64 bytes on an A53 (DCZID_EL0). The caller aligns. */
static bool decode_zero(struct operation *op, uint32_t instruction)
{
    op->kind = OPERATION_ZERO;
    op->size = 8;
    for (unsigned i = 0; i < 8; i++)
        add_element(op, 31, 0);
    op->based = RT(instruction) != 31;
    op->base = (uint8_t)RT(instruction);
    return true;
}

bool decode(uint32_t instruction, struct operation *operation)
{
    static const struct {
        uint32_t mask, value;
        bool (*decode)(struct operation *op, uint32_t instruction);
    } classes[] = {
        {0x3f000000, 0x08000000, decode_ordered},    {0xbfbf0000, 0x0c000000, decode_structures},
        {0xbfa00000, 0x0c800000, decode_structures}, {0xbf9f0000, 0x0d000000, decode_structure},
        {0xbf800000, 0x0d800000, decode_structure},  {0x3b000000, 0x18000000, decode_literal},
        {0x3a000000, 0x28000000, decode_pair},       {0x3a000000, 0x38000000, decode_single},
        {0xffffffe0, 0xd50b7420, decode_zero},
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if ((instruction & classes[i].mask) != classes[i].value)
            continue;
        *operation = (struct operation){.index = NO_REGISTER, .move_register = NO_REGISTER};
        return classes[i].decode(operation, instruction);
    }
    return false;
}
