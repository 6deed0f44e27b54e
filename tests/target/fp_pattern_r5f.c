// SPDX-License-Identifier: BSD-3-Clause
/*
 * Floating point registers of a Cortex-R5F (tests/target/fp_pattern.h): those that a call need not
 * preserve; the others a handler keeps itself, as any function does.
 */
#include "tests/target/fp_pattern.h"

#define FPSCR_FLAGS 0x1fu /* cumulative exceptions */

void fp_set(uint64_t value)
{
    __asm__ volatile("vmov d0, %Q0, %R0\n\tvmov d7, %Q0, %R0\n\tvmsr fpscr, %1" ::"r"(value),
                     "r"((uint32_t)value & FPSCR_FLAGS));
}

bool fp_is(uint64_t value)
{
    uint64_t first, last;
    uint32_t status;

    __asm__ volatile("vmov %Q0, %R0, d0\n\tvmov %Q1, %R1, d7\n\tvmrs %2, fpscr"
                     : "=r"(first), "=r"(last), "=r"(status));
    return first == value && last == value && status == ((uint32_t)value & FPSCR_FLAGS);
}
