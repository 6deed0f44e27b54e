// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an A64 load or store does, told from the instruction itself (Arm DDI 0487, C4.1.88): for
 * those that a core reports without a syndrome (ISS.ISV = 0).
 */
#ifndef TWIN_MONITOR_DECODE_H
#define TWIN_MONITOR_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define OPERATION_ELEMENTS 64u /* LD4 of 16 bytes each */
#define NO_REGISTER        31u /* as an index or as what the base moves by */

enum operation_kind {
    OPERATION_LOAD,
    OPERATION_STORE,
    OPERATION_EXCLUSIVE_LOAD,
    OPERATION_EXCLUSIVE_STORE,
    OPERATION_ZERO, /* DC ZVA */
};

/* Elements of one size, one behind the other in memory. */
struct operation {
    enum operation_kind kind;
    uint8_t size; /* of an element, 1 to 16 bytes */
    uint8_t count;
    struct {
        uint8_t reg, lane;
    } elements[OPERATION_ELEMENTS];

    bool simd;          /* else general registers */
    bool lanes;         /* an element is one lane of its register, else all of it */
    bool everywhere;    /* and a load puts it into every lane */
    bool half;          /* a load clears the registers' upper halves */
    bool extends, wide; /* a load extends the sign, to 64 bits */

    /* The address: a register (31: SP; or none), an offset, an index that is extended and shifted.
     * Where the instruction is, if it is relative to that. */
    bool relative, based;
    uint8_t base, index, option, shift;
    int64_t offset;
    /* What is added to the base afterwards: a number, or a register. */
    bool moves;
    uint8_t move_register;
    int64_t move;
};

/* false: none of those, or one that is undefined or has no defined outcome. */
bool decode(uint32_t instruction, struct operation *operation);

#endif
