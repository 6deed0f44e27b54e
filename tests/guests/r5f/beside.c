// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's half of a pair of programs that share MCU SRAM (tests/guests/beside.h): the A53's raises
 * the interrupts.
 */
#include <stdio.h>

#include "tests/guests/beside.h"
#include "tests/guests/r5f/r5f.h"

static volatile uint32_t *const shared = (volatile uint32_t *)SHARED;

void on_irq(void)
{
    service(TWIN_LINES, 0, 0);
    shared[SHARED_TAKEN] = shared[SHARED_TAKEN] + 1;
}

void on_fiq(void)
{
}

int main(void)
{
    write32(BTCM + TCM_OFFSET, BTCM_PATTERN);
    write32(ATCM + TCM_OFFSET, ATCM_PATTERN);
    shared[SHARED_TAKEN] = 0;
    shared[SHARED_READY] = SHARED_MAGIC;
    while (shared[SHARED_TAKEN] != SHARED_ROUNDS) {
        __asm__ volatile("cpsid i\n dsb\n wfi\n cpsie i" ::: "memory");
        shared[SHARED_WAKES] = shared[SHARED_WAKES] + 1;
    }
    check_value("what the A53 has written to BTCM", read32(BTCM + TCM_OFFSET), ~BTCM_PATTERN);
    check_value("and to ATCM", read32(ATCM + TCM_OFFSET), ~ATCM_PATTERN);
    printf("1..2\na line without an end");
    fflush(stdout);
    shared[SHARED_READY] = 0;
    for (;;)
        __asm__ volatile("wfi");
}
