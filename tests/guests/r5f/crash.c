// SPDX-License-Identifier: BSD-3-Clause
/* Programs of an R5F that can't go on. CASE: which. */
#include "tests/guests/r5f/r5f.h"

#define UNDEFINED_INSTRUCTION 0xe7f000f0u
#define NOWHERE               0x60000000u

void on_irq(void)
{
}

void on_fiq(void)
{
}

static inline void jump(uint32_t address)
{
    ((void (*)(void))(uintptr_t)address)();
}

int main(void)
{
#if CASE == 1 /* its vectors are undefined instructions */
    for (uint32_t at = 0; at < 0x20; at += 4)
        write32(at, UNDEFINED_INSTRUCTION);
    jump(0x8);
#elif CASE == 2 /* there is no memory at its vectors */
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | 1u << 13);
    jump(NOWHERE);
#elif CASE ==                                                                                      \
    3 /* its vectors are zeros, which are instructions that do nothing: up to ATCM's end */
    for (uint32_t at = 0; at < TCM_SIZE; at += 4)
        write32(at, 0);
    jump(0x0);
#elif CASE == 4 /* a data abort's handler has no stack */
    __asm__ volatile("cps #0x17\n mov sp, #0\n mov r0, #0x3000000\n cps #0x13");
    region(0, MSRAM, 19, 0, ACCESS_FULL | ACCESS_NORMAL);
    region(1, 0, 15, 0, ACCESS_FULL | ACCESS_NORMAL);
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_MPU);
    (void)read32(NOWHERE);
#elif CASE == 5 /* an instruction that no twin knows how to do for it */
    __asm__ volatile("ldrex r4, [%0]" ::"r"(PAD) : "r4");
#endif
    for (;;)
        ;
}
