// SPDX-License-Identifier: BSD-3-Clause
/* The R5F's core 1, in split mode: its status is the number of the first thing that is wrong. */
#include "tests/guests/r5f/r5f.h"

#define CORE       1u
#define ATCM_1_SOC 0x41400000u
#define BTCM_1_SOC 0x41410000u
#define OFFSET     0x2f00u
#define PATTERN    0x1c0de1u

static volatile unsigned irqs;

void on_irq(void)
{
    irqs++;
    service(TWIN_LINES, CORE, 0);
}

void on_fiq(void)
{
}

static uint32_t wrong(void)
{
    if (read_cp15(0, 0, 0, 5) != ((1u << 31) | CORE))
        return 1;
    write32(ATCM + OFFSET, PATTERN);
    write32(BTCM + OFFSET, ~PATTERN);
    if (read32(ATCM_1_SOC + OFFSET) != PATTERN || read32(BTCM_1_SOC + OFFSET) != ~PATTERN)
        return 2;
    if (read32(ATCM_SOC + OFFSET) == PATTERN)
        return 3;
    service(TWIN_LINES, CORE, LINE_IRQ);
    __asm__ volatile("cpsie i\n nop" ::: "memory");
    if (irqs != 1)
        return 4;
    region(0, ATCM, 15, 0, ACCESS_READ_ONLY | ACCESS_NORMAL);
    region(1, BTCM, 15, 0, ACCESS_FULL | ACCESS_NORMAL);
    region(2, 0x41c00000, 19, 0, ACCESS_FULL | ACCESS_NORMAL);
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_MPU);
    write32(ATCM + OFFSET, 0);
    return taken.data == 1 && taken.dfar == ATCM + OFFSET ? 0 : 5;
}

int main(void)
{
    service(TWIN_EXIT, wrong(), 0);
    return 0;
}
