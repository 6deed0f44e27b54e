// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood caches: what a core writes whose MMU is on, as a core finds it whose MMU is off; with
 * CLEAN 1 cleaned, with CLEAN 0 not.
 */
#include "tests/guests/guest.h"

#define LINE            64
#define GIGABYTE        (UINT64_C(1) << 30)
#define BLOCK_DEVICE    (0x1u | 0u << 2 | 1u << 10)
#define BLOCK_NORMAL    (0x1u | 1u << 2 | 3u << 8 | 1u << 10)
#define MAIR            UINT64_C(0xff00)
#define TCR             (UINT64_C(2) << 32 | 1u << 23 | 3u << 12 | 1u << 10 | 1u << 8 | 25u)
#define SCTLR_M         (1u << 0)
#define SCTLR_C         (1u << 2)
#define SCTLR_I         (1u << 12)

#define WRITTEN_OFF     1u
#define WRITTEN_ON      2u
#define WRITTEN_AT_LAST 3u

struct line {
    uint64_t word;
} __attribute__((aligned(LINE)));

static uint64_t level1[512] __attribute__((aligned(4096)));
static volatile struct line word, seen;

static void look(void)
{
    seen.word = word.word;
}

static void mmu_on(void)
{
    level1[0] = BLOCK_DEVICE;
    level1[2] = 2 * GIGABYTE | BLOCK_NORMAL;
    write_sysreg("mair_el1", MAIR);
    write_sysreg("tcr_el1", TCR);
    write_sysreg("ttbr0_el1", (uintptr_t)level1);
    __asm__ volatile("tlbi vmalle1" ::: "memory");
    barrier();
    write_sysreg("sctlr_el1", read_sysreg("sctlr_el1") | SCTLR_M | SCTLR_C | SCTLR_I);
}

int main(void)
{
    word.word = WRITTEN_OFF;
    mmu_on();
    check_value("what was written with the MMU off is there with it on", word.word, WRITTEN_OFF);
    word.word = WRITTEN_ON;
    if (CLEAN)
        __asm__ volatile("dc cvac, %0" ::"r"(&word) : "memory");
    barrier();
    check("another core is turned on", guest_core_on(1, look) == 0);
    guest_wait_off(1);
    check_value("it finds what was cleaned", seen.word, CLEAN ? WRITTEN_ON : WRITTEN_OFF);
    word.word = WRITTEN_AT_LAST;
    barrier();
    check_value("a core that writes through its caches sees what it has written", word.word,
                WRITTEN_AT_LAST);
    __asm__ volatile("dc ivac, %0" ::"r"(&word) : "memory");
    barrier();
    check_value("what is invalidated and was not cleaned is lost", word.word,
                CLEAN ? WRITTEN_ON : WRITTEN_OFF);
    return 0;
}
