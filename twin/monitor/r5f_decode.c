// SPDX-License-Identifier: BSD-3-Clause
/*
 * Loads and stores of A32 and T32 (Arm DDI 0406, A5 to A7) that a core reports without a syndrome:
 * with writeback, of two registers, of many, of floating point, of the PC.
 */
#include "twin/monitor/r5f.h"

#define BIT(instruction, n)  (((instruction) >> (n)&1u) != 0)
#define RN(instruction)      ((instruction) >> 16 & 15u)
#define RT(instruction)      ((instruction) >> 12 & 15u)
#define RT2_T32(instruction) ((instruction) >> 8 & 15u)
#define RM(instruction)      ((instruction)&15u)
#define P_BIT                24
#define U_BIT                23
#define W_BIT                21
#define L_BIT                20
#define D_BIT                22
#define DOUBLE_BIT           8
#define CARRY_BIT            29
#define PC                   15u
#define UNCONDITIONAL        15u

static void place(struct r5f_operation *op, const uint32_t registers[R5F_VALUES], uint32_t offset,
                  bool add, bool indexed, bool writeback)
{
    uint32_t base = registers[op->base] & (op->base == PC ? ~3u : ~0u);
    uint32_t moved = base + (add ? offset : 0u - offset);

    op->address = indexed ? moved : base;
    op->base_value = moved;
    op->writeback = writeback || !indexed;
}

static uint32_t shifted(uint32_t instruction, const uint32_t registers[R5F_VALUES])
{
    uint32_t value = registers[RM(instruction)], amount = instruction >> 7 & 31u;

    switch (instruction >> 5 & 3u) {
    case 0:
        return value << amount;
    case 1:
        return amount == 0 ? 0 : value >> amount;
    case 2:
        amount = amount == 0 ? 31 : amount;
        return value >> amount | (value >> 31 != 0 ? ~(UINT32_MAX >> amount) : 0);
    default: /* by no bits it is RRX */
        return amount != 0 ? value >> amount | value << (32 - amount)
                           : value >> 1 | (uint32_t)BIT(registers[R5F_STATE], CARRY_BIT) << 31;
    }
}

static void many(struct r5f_operation *op, uint32_t instruction,
                 const uint32_t registers[R5F_VALUES], bool before, bool up)
{
    uint32_t size;

    for (uint8_t n = 0; n < 16; n++)
        if (BIT(instruction, n))
            op->reg[op->count++] = n;
    size = op->count * 4u;
    op->size = 4;
    op->address = registers[op->base] - (up ? 0 : size) + (before == up ? 4 : 0);
    op->base_value = registers[op->base] + (up ? size : 0u - size);
    op->writeback = BIT(instruction, W_BIT) && (op->write || !BIT(instruction, op->base));
}

/* Halves, signed ones, two words. */
static bool extra(uint32_t instruction, const uint32_t registers[R5F_VALUES],
                  struct r5f_operation *op)
{
    unsigned kind = instruction >> 5 & 3u;
    bool load = BIT(instruction, L_BIT);
    uint32_t offset = BIT(instruction, 22) ? (instruction >> 4 & 0xf0u) | RM(instruction)
                                           : registers[RM(instruction)];

    op->write = load ? false : kind != 2;
    op->size = kind == 1 || (load && kind == 3) ? 2 : (load ? 1 : 4);
    op->sign = load && kind != 1;
    op->reg[op->count++] = (uint8_t)RT(instruction);
    if (!load && kind != 1) {
        op->write = kind == 3;
        op->reg[op->count++] = (uint8_t)(RT(instruction) + 1);
    }
    place(op, registers, offset, BIT(instruction, U_BIT), BIT(instruction, P_BIT),
          BIT(instruction, W_BIT));
    return kind != 0;
}

/* VLDR, VSTR, VLDM, VSTM: alike in A32 and T32, but for the condition. */
static bool is_of_floats(uint32_t instruction, bool thumb)
{
    return (instruction & 0x0e000e00u) == 0x0c000a00u &&
           (thumb ? (instruction & 0xfe000000u) == 0xec000000u
                  : instruction >> 28 != UNCONDITIONAL);
}

static bool is_of_one(uint32_t instruction)
{
    return BIT(instruction, P_BIT) && !BIT(instruction, W_BIT);
}

static uint32_t extent_of_floats(uint32_t instruction, const uint32_t registers[R5F_VALUES],
                                 uint32_t *lowest)
{
    uint32_t offset = (instruction & 0xffu) * 4;
    uint32_t base = registers[RN(instruction)] & (RN(instruction) == PC ? ~3u : ~0u);

    if (is_of_one(instruction)) {
        *lowest = BIT(instruction, U_BIT) ? base + offset : base - offset;
        return BIT(instruction, DOUBLE_BIT) ? 8 : 4;
    }
    *lowest = BIT(instruction, U_BIT) ? base : base - offset;
    return offset;
}

/* As words, which is how an R5F moves them to and from devices (DDI 0460, 9.3). It has D0 to D15;
 * of an odd number of words of D registers, as FLDMX had, the last is none. */
static bool floats(uint32_t instruction, const uint32_t registers[R5F_VALUES],
                   struct r5f_operation *op)
{
    bool one = is_of_one(instruction), up = BIT(instruction, U_BIT);
    bool d = BIT(instruction, D_BIT), pairs = BIT(instruction, DOUBLE_BIT);
    uint32_t bytes = extent_of_floats(instruction, registers, &op->address);
    uint32_t words = pairs ? bytes / 8 * 2 : bytes / 4;
    uint32_t first =
        pairs ? (d ? 16 + RT(instruction) : RT(instruction)) * 2 : RT(instruction) * 2 + d;

    if ((!one && BIT(instruction, P_BIT) == up) || first + words > R5F_ELEMENTS)
        return false;
    op->floats = true;
    op->pairs = pairs;
    op->size = 4;
    op->write = !BIT(instruction, L_BIT);
    op->base = (uint8_t)RN(instruction);
    op->base_value = up ? registers[op->base] + bytes : registers[op->base] - bytes;
    op->writeback = BIT(instruction, W_BIT);
    while (op->count < words)
        op->reg[op->count++] = (uint8_t)first++;
    return true;
}

static bool decode_a32(uint32_t instruction, const uint32_t registers[R5F_VALUES],
                       struct r5f_operation *op)
{
    unsigned class = instruction >> 25 & 7u;

    op->base = (uint8_t)RN(instruction);
    op->write = !BIT(instruction, L_BIT);
    if (instruction >> 28 == UNCONDITIONAL)
        return false;
    if (class == 0 && (instruction & 0x90u) == 0x90u)
        return extra(instruction, registers, op);
    if (class == 4) {
        many(op, instruction, registers, BIT(instruction, P_BIT), BIT(instruction, U_BIT));
        return true;
    }
    if (class != 2 && (class != 3 || BIT(instruction, 4)))
        return false;
    op->size = BIT(instruction, 22) ? 1 : 4;
    op->reg[op->count++] = (uint8_t)RT(instruction);
    place(op, registers, class == 2 ? instruction & 0xfffu : shifted(instruction, registers),
          BIT(instruction, U_BIT), BIT(instruction, P_BIT), BIT(instruction, W_BIT));
    return true;
}

/* A jump through a device's register: with an offset, or with a register's. */
static bool load_pc(uint32_t instruction, const uint32_t registers[R5F_VALUES],
                    struct r5f_operation *op)
{
    bool long_offset = BIT(instruction, U_BIT), short_offset = BIT(instruction, 11);
    uint32_t by_register = registers[RM(instruction)] << (instruction >> 4 & 3u);

    op->size = 4;
    op->reg[op->count++] = PC;
    if (long_offset)
        place(op, registers, instruction & 0xfffu, true, true, false);
    else if (short_offset)
        place(op, registers, instruction & 0xffu, BIT(instruction, 9), BIT(instruction, 10),
              BIT(instruction, 8));
    else
        place(op, registers, by_register, true, true, false);
    return long_offset || short_offset || (instruction & 0xfc0u) == 0;
}

static bool decode_t32(uint32_t instruction, const uint32_t registers[R5F_VALUES],
                       struct r5f_operation *op)
{
    uint32_t first = instruction >> 16;

    op->base = (uint8_t)RN(instruction);
    op->write = !BIT(instruction, L_BIT);
    if (first < R5F_T32_WIDE) { /* LDM, STM of 16 bits: always up, with writeback */
        if ((first & 0xf000u) != 0xc000u)
            return false;
        op->base = (uint8_t)(first >> 8 & 7u);
        op->write = !(first & 0x0800u);
        many(op, (first & 0xffu) | 1u << W_BIT, registers, false, true);
        return true;
    }
    if ((first & 0xfe40u) == 0xe800u && BIT(instruction, P_BIT) != BIT(instruction, U_BIT)) {
        many(op, instruction, registers, BIT(instruction, P_BIT), BIT(instruction, U_BIT));
        return true;
    }
    if ((first & 0xfe40u) == 0xe840u && (BIT(instruction, P_BIT) || BIT(instruction, W_BIT))) {
        op->size = 4;
        op->reg[op->count++] = (uint8_t)RT(instruction);
        op->reg[op->count++] = (uint8_t)RT2_T32(instruction);
        place(op, registers, (instruction & 0xffu) * 4, BIT(instruction, U_BIT),
              BIT(instruction, P_BIT), BIT(instruction, W_BIT));
        return true;
    }
    if ((first & 0xff70u) == 0xf850u && RT(instruction) == PC && first != 0xf85fu)
        return load_pc(instruction, registers, op);
    if ((first & 0xfe80u) == 0xf800u && (instruction & 0x0900u) == 0x0900u) {
        op->size = (uint8_t)(1u << (first >> 5 & 3u));
        op->sign = (first & 0x0100u) != 0;
        op->reg[op->count++] = (uint8_t)RT(instruction);
        place(op, registers, instruction & 0xffu, BIT(instruction, 9), BIT(instruction, 10), true);
        return op->size <= 4;
    }
    return false;
}

static bool describe(uint32_t instruction, bool thumb, const uint32_t registers[R5F_VALUES],
                     struct r5f_operation *op)
{
    *op = (struct r5f_operation){0};
    if (is_of_floats(instruction, thumb))
        return floats(instruction, registers, op);
    return thumb ? decode_t32(instruction, registers, op) : decode_a32(instruction, registers, op);
}

/* LDM and STM of User mode's registers. */
static bool is_of_user(uint32_t instruction)
{
    return (instruction >> 25 & 7u) == 4 && BIT(instruction, 22);
}

bool r5f_decode(uint32_t instruction, bool thumb, const uint32_t registers[R5F_VALUES],
                struct r5f_operation *op)
{
    if (!describe(instruction, thumb, registers, op) || op->count == 0 ||
        (op->writeback && op->base == PC) || (!thumb && is_of_user(instruction)))
        return false;
    /* Loaded with others from a device the PC is unpredictable (DDI 0406, A3.5.7). */
    if (op->floats || (op->count == 1 && op->size == 4 && !op->write))
        return true;
    for (unsigned i = 0; i < op->count; i++)
        if (op->reg[i] >= PC)
            return false;
    return true;
}

/* SRS and RFE, of two words: at the SP of any mode, or at a register. */
static bool is_of_state(uint32_t instruction, bool thumb)
{
    if (thumb)
        return (instruction & 0xfe400000u) == 0xe8000000u &&
               BIT(instruction, P_BIT) == BIT(instruction, U_BIT);
    return instruction >> 28 == UNCONDITIONAL && (instruction >> 25 & 7u) == 4;
}

uint32_t r5f_extent(uint32_t instruction, bool thumb, const uint32_t registers[R5F_VALUES],
                    uint32_t *lowest)
{
    struct r5f_operation op;

    if (is_of_state(instruction, thumb))
        return 8;
    if (is_of_floats(instruction, thumb))
        return extent_of_floats(instruction, registers, lowest);
    if (!describe(instruction, thumb, registers, &op))
        return 0;
    *lowest = op.address;
    return (uint32_t)op.count * op.size;
}
