// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood order: a command that the ITS is told of, with BARRIER between the two.
 */
#include "tests/guests/guest.h"

#define GITS_CTLR    (GITS_BASE + 0x00)
#define GITS_CBASER  (GITS_BASE + 0x80)
#define GITS_CWRITER (GITS_BASE + 0x88)
#define GITS_CREADR  (GITS_BASE + 0x90)
#define VALID        (UINT64_C(1) << 63)
#define COMMAND_SIZE 32u
#define SYNC         5u

static uint64_t queue[512] __attribute__((aligned(0x10000)));

int main(void)
{
    write64(GITS_CBASER, VALID | (uintptr_t)queue);
    write64(GITS_CWRITER, 0);
    write32(GITS_CTLR, 1);
    *(volatile uint64_t *)&queue[0] = SYNC; /* core 0's redistributor */
    __asm__ volatile(BARRIER ::: "memory");
    write64(GITS_CWRITER, COMMAND_SIZE);
    check_value("the ITS has carried out the command", read64(GITS_CREADR), COMMAND_SIZE);
    return 0;
}
