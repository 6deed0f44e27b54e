// SPDX-License-Identifier: BSD-3-Clause
/*
 * The monitor's own translation (Arm DDI 0487, D8; TCR_EL3, MAIR_EL3, SCTLR_EL3), flat, in blocks
 * of 1 GiB. With it RAM is normal memory at EL3, and the board's registers can be accessed with the
 * rights of the non-secure world: NONSECURE_ALIAS shows them a second time with the NS bit set.
 */
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define GIB_SHIFT          30u
#define ENTRIES            512u

#define BLOCK              0x1u
#define ATTRIBUTE_DEVICE   (0u << 2)
#define ATTRIBUTE_NORMAL   (1u << 2)
#define NONSECURE          (1u << 5)
#define AP_RES1            (1u << 6)
#define INNER_SHAREABLE    (3u << 8)
#define ACCESS_FLAG        (1u << 10)
#define EXECUTE_NEVER      (1ull << 54)

#define MAIR_DEVICE_NORMAL 0xff00u /* 0: Device-nGnRnE; 1: Normal, write-back */

/* T0SZ 25 (39 bits, from level 1), inner shareable write-back walks, 4 KiB granule, 40-bit PA. */
#define TCR_EL3_RES1       (1u << 31 | 1u << 23)
#define TCR_EL3_VALUE      (TCR_EL3_RES1 | 2u << 16 | 3u << 12 | 1u << 10 | 1u << 8 | 25u)
#define SCTLR_EL3_RES1     0x30c50830u
#define SCTLR_M            (1u << 0)
#define SCTLR_C            (1u << 2)
#define SCTLR_I            (1u << 12)

static uint64_t table[ENTRIES] __attribute__((aligned(4096)));

static uint64_t gib(unsigned n)
{
    return (uint64_t)n << GIB_SHIFT;
}

void el3_mmu_build(void)
{
    const uint64_t common = BLOCK | AP_RES1 | INNER_SHAREABLE | ACCESS_FLAG;

    table[0] = gib(0) | common | ATTRIBUTE_DEVICE | EXECUTE_NEVER;
    table[1] = gib(1) | common | ATTRIBUTE_NORMAL;
    for (unsigned n = 0; n < GUEST_BANKS; n++) {
        struct bank bank = guest_bank(n);

        for (uint64_t at = bank.base; at < bank.base + bank.size; at += gib(1))
            table[at >> GIB_SHIFT] = at | common | ATTRIBUTE_NORMAL | EXECUTE_NEVER;
    }
    table[NONSECURE_ALIAS >> GIB_SHIFT] =
        gib(0) | common | ATTRIBUTE_DEVICE | NONSECURE | EXECUTE_NEVER;
    complete_accesses();
}

void el3_mmu_enable(void)
{
    write_sysreg(mair_el3, MAIR_DEVICE_NORMAL);
    write_sysreg(tcr_el3, TCR_EL3_VALUE);
    write_sysreg(ttbr0_el3, (uintptr_t)table);
    forget_own_translations();
    complete_accesses();
    synchronise_context();
    write_sysreg(sctlr_el3, SCTLR_EL3_RES1 | SCTLR_M | SCTLR_C | SCTLR_I);
    synchronise_context();
}
