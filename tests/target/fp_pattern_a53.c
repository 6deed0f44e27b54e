// SPDX-License-Identifier: BSD-3-Clause
/*
 * Floating point registers of an A53 (tests/target/fp_pattern.h).
 */
#include "tests/target/fp_pattern.h"

#define FPSR_FLAGS 0x1full /* cumulative exceptions */

void fp_set(uint64_t value)
{
    __asm__ volatile(
        ".arch_extension simd\n\tdup v9.2d, %0\n\tdup v31.2d, %0\n\tmsr fpsr, %1" ::"r"(value),
        "r"(value & FPSR_FLAGS));
}

bool fp_is(uint64_t value)
{
    uint64_t nine, last, status;

    __asm__ volatile(".arch_extension simd\n\tumov %0, v9.d[1]\n\tumov %1, v31.d[1]\n\tmrs %2, fpsr"
                     : "=r"(nine), "=r"(last), "=r"(status));
    return nine == value && last == value && status == (value & FPSR_FLAGS);
}
