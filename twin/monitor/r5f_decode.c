// SPDX-License-Identifier: BSD-3-Clause
/*
 * Loads and stores of A32 and T32 (Arm DDI 0406, A5 and A6) that a core reports without a syndrome:
 * with writeback, of two registers, of many.
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
#define PC                   15u
#define T32_SHORT_MAX        0xe800u /* first halves below are instructions of their own */

static void place(struct r5f_operation *op, const uint32_t registers[16], uint32_t offset, bool add,
                  bool indexed, bool writeback)
{
    uint32_t moved = registers[op->base] + (add ? offset : 0u - offset);

    op->address = indexed ? moved : registers[op->base];
    op->base_value = moved;
    op->writeback = writeback || !indexed;
}

static uint32_t shifted(uint32_t instruction, const uint32_t registers[16])
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
    default: /* RRX would want the carry */
        return amount == 0 ? value : value >> amount | value << (32 - amount);
    }
}

static void many(struct r5f_operation *op, uint32_t instruction, const uint32_t registers[16],
                 bool before, bool up)
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
static bool extra(uint32_t instruction, const uint32_t registers[16], struct r5f_operation *op)
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

static bool decode_a32(uint32_t instruction, const uint32_t registers[16], struct r5f_operation *op)
{
    unsigned class = instruction >> 25 & 7u;

    op->base = (uint8_t)RN(instruction);
    op->write = !BIT(instruction, L_BIT);
    if (class == 0 && (instruction & 0x90u) == 0x90u)
        return extra(instruction, registers, op);
    if (class == 4) {
        many(op, instruction, registers, BIT(instruction, P_BIT), BIT(instruction, U_BIT));
        return !BIT(instruction, 22);
    }
    if (class != 2 && (class != 3 || BIT(instruction, 4)))
        return false;
    op->size = BIT(instruction, 22) ? 1 : 4;
    op->reg[op->count++] = (uint8_t)RT(instruction);
    place(op, registers, class == 2 ? instruction & 0xfffu : shifted(instruction, registers),
          BIT(instruction, U_BIT), BIT(instruction, P_BIT), BIT(instruction, W_BIT));
    return true;
}

static bool decode_t32(uint32_t instruction, const uint32_t registers[16], struct r5f_operation *op)
{
    uint32_t first = instruction >> 16;

    op->base = (uint8_t)RN(instruction);
    op->write = !BIT(instruction, L_BIT);
    if (first < T32_SHORT_MAX) { /* LDM, STM of 16 bits: always up, with writeback */
        if ((first & 0xf000u) != 0xc000u)
            return false;
        op->base = (uint8_t)(first >> 8 & 7u);
        op->write = !(first & 0x0800u);
        many(op, (first & 0xffu) | 1u << W_BIT, registers, false, true);
        return true;
    }
    if ((first & 0xfe40u) == 0xe800u) {
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
    if ((first & 0xfe80u) == 0xf800u && (instruction & 0x0900u) == 0x0900u) {
        op->size = (uint8_t)(1u << (first >> 5 & 3u));
        op->sign = (first & 0x0100u) != 0;
        op->reg[op->count++] = (uint8_t)RT(instruction);
        place(op, registers, instruction & 0xffu, BIT(instruction, 9), BIT(instruction, 10), true);
        return op->size <= 4;
    }
    return false;
}

bool r5f_decode(uint32_t instruction, bool thumb, const uint32_t registers[16],
                struct r5f_operation *op)
{
    bool known;

    *op = (struct r5f_operation){0};
    known = thumb ? decode_t32(instruction, registers, op) : decode_a32(instruction, registers, op);
    if (!known || op->count == 0 || (op->writeback && op->base == PC))
        return false;
    for (unsigned i = 0; i < op->count; i++)
        if (op->reg[i] >= PC)
            return false;
    return true;
}
