// SPDX-License-Identifier: BSD-3-Clause
/*
 * The way back into the guest after a trap by way of EL2: behind the instruction that was trapped,
 * or into EL1's vectors with an abort that a board's core would have taken there (Arm DDI 0487,
 * D1.4.1 "Exception entry", D17.2.37 "ESR_EL1").
 */
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define INSTRUCTION_SIZE       4u
#define INSTRUCTION_SIZE_SHORT 2u

/* SPSR_EL2 of AArch32: the IT block's state, in two parts. */
#define SPSR_THUMB             (1u << 5)
#define SPSR_IT_LOW(spsr)      ((uint32_t)(spsr) >> 25 & 0x3u)
#define SPSR_IT_HIGH(spsr)     ((uint32_t)(spsr) >> 10 & 0x3fu)
#define SPSR_IT_MASK           (0x3ull << 25 | 0x3full << 10)
#define SPSR_IT(it)            ((uint64_t)((it)&0x3u) << 25 | (uint64_t)((it) >> 2 & 0x3fu) << 10)
#define IT_LAST_MASK           0x07u /* zero: the block ends with this instruction */
#define IT_CONDITION           0xe0u
#define IT_REST                0x1fu

#define SPSR_STEP              (1ull << 21)   /* the instruction is still to be stepped over */
#define SPSR_FLAGS             (0xfull << 28) /* NZCV, which exceptions leave alone */
#define SPSR_EL1H_MASKED       0x3c5u
#define VECTOR_LOWER_AARCH32   0x600u
#define VECTOR_LOWER           0x400u
#define VECTOR_SPX             0x200u
#define VECTOR_SP0             0x000u

#define ESR_EC_SHIFT           26
#define EC_SAME_LEVEL          1u /* more than the same abort's from a lower level */

/* What follows a Thumb instruction in an IT block. */
static uint64_t next_in_block(uint64_t spsr)
{
    uint32_t it = SPSR_IT_HIGH(spsr) << 2 | SPSR_IT_LOW(spsr);

    it = it & IT_LAST_MASK ? (it & IT_CONDITION) | (it << 1 & IT_REST) : 0;
    return (spsr & ~SPSR_IT_MASK) | SPSR_IT(it);
}

void guest_skip(void)
{
    uint64_t spsr = read_sysreg(spsr_el2);
    unsigned size = read_sysreg(esr_el2) & ESR_IL ? INSTRUCTION_SIZE : INSTRUCTION_SIZE_SHORT;

    if ((spsr & SPSR_AARCH32) && (spsr & SPSR_THUMB))
        spsr = next_in_block(spsr);
    write_sysreg(elr_el3, read_sysreg(elr_el2) + size);
    write_sysreg(spsr_el3, spsr & ~SPSR_STEP);
}

static uint64_t vector(uint64_t spsr)
{
    if (spsr & SPSR_AARCH32)
        return VECTOR_LOWER_AARCH32;
    switch (spsr & SPSR_MODE_MASK) {
    case SPSR_MODE_EL0T:
        return VECTOR_LOWER;
    case SPSR_MODE_EL1T:
        return VECTOR_SP0;
    default:
        return VECTOR_SPX;
    }
}

bool guest_at_el0(void)
{
    uint64_t spsr = read_sysreg(spsr_el2);

    return (spsr & SPSR_AARCH32) || (spsr & SPSR_MODE_MASK) == SPSR_MODE_EL0T;
}

void guest_abort(uint32_t class, uint32_t iss, uint64_t far)
{
    uint64_t spsr = read_sysreg(spsr_el2);

    if (!guest_at_el0())
        class += EC_SAME_LEVEL;
    write_sysreg(elr_el1, read_sysreg(elr_el2));
    write_sysreg(spsr_el1, spsr);
    write_sysreg(esr_el1, (uint64_t) class << ESR_EC_SHIFT | ESR_IL | iss);
    write_sysreg(far_el1, far);
    write_sysreg(elr_el3, read_sysreg(vbar_el1) + vector(spsr));
    write_sysreg(spsr_el3, (spsr & SPSR_FLAGS) | SPSR_EL1H_MASKED);
}
