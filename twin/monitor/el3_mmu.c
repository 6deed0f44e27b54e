// SPDX-License-Identifier: BSD-3-Clause
/*
 * The monitor's own translation (Arm DDI 0487, D8; TCR_EL3, MAIR_EL3, SCTLR_EL3), flat, in blocks
 * of 1 GiB. With it RAM is normal memory at EL3, and the board's registers can be accessed with the
 * rights of the non-secure world: NONSECURE_ALIAS shows them a second time with the NS bit set.
 *
 * The monitor itself is mapped page by page: its code and constants can't be written, nothing else
 * can be executed (SCTLR_EL3.WXN besides), and there are guard pages below its stacks.
 */
#include "twin/monitor/caches.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/stacks.h"
#include "twin/monitor/sysreg.h"

#define GIB_SHIFT          30u
#define ENTRIES            512u
#define IMAGE_BLOCKS       2u /* twin.ld has the limit too */

#define BLOCK_SHIFT        21u
#define PAGE_SHIFT         12u

#define BLOCK              0x1u
#define TABLE              0x3u
#define PAGE               0x3u
#define ATTRIBUTE_DEVICE   (0u << 2)
#define ATTRIBUTE_NORMAL   (1u << 2)
#define NONSECURE          (1u << 5)
#define AP_RES1            (1u << 6)
#define READ_ONLY          (1u << 7)
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
#define SCTLR_WXN          (1u << 19)

#define COMMON             (AP_RES1 | INNER_SHAREABLE | ACCESS_FLAG)

static uint64_t table[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level2[ENTRIES] __attribute__((aligned(4096))); /* the monitor's GiB */
static uint64_t level3[IMAGE_BLOCKS * ENTRIES]
    __attribute__((aligned(4096))); /* the monitor's image */

static uint64_t gib(unsigned n)
{
    return (uint64_t)n << GIB_SHIFT;
}

static bool is_guard(uint64_t address)
{
    uint64_t offset = address - (uintptr_t)el3_stacks;

    if (offset >= STACK_CORES * STACK_TOP)
        return false;
    offset %= STACK_TOP;
    return offset < STACK_FAILURE_BOTTOM || (offset >= STACK_FAILURE_TOP && offset < STACK_BOTTOM);
}

static uint64_t image_page(uint64_t address)
{
    uint64_t page = address | PAGE | COMMON | ATTRIBUTE_NORMAL;

    if (address < (uintptr_t)text_start || address >= (uintptr_t)image_end || is_guard(address))
        return 0;
    if (address < (uintptr_t)text_end)
        return page | READ_ONLY;
    return page | EXECUTE_NEVER | (address < (uintptr_t)rodata_end ? READ_ONLY : 0);
}

/* The first block is nobody's. */
static void build_own_gib(void)
{
    uint64_t image = (uintptr_t)text_start & ~((1ull << BLOCK_SHIFT) - 1);

    for (uint64_t i = 1; i < ENTRIES; i++)
        level2[i] =
            (gib(1) + (i << BLOCK_SHIFT)) | BLOCK | COMMON | ATTRIBUTE_NORMAL | EXECUTE_NEVER;
    for (uint64_t i = 0; i < IMAGE_BLOCKS * ENTRIES; i++)
        level3[i] = image_page(image + (i << PAGE_SHIFT));
    for (uint64_t i = 0; i < IMAGE_BLOCKS; i++)
        level2[(image >> BLOCK_SHIFT) % ENTRIES + i] = (uintptr_t)(level3 + i * ENTRIES) | TABLE;
    table[1] = (uintptr_t)level2 | TABLE;
}

void el3_mmu_build(void)
{
    const uint64_t common = BLOCK | COMMON;

    table[0] = gib(0) | common | ATTRIBUTE_DEVICE | EXECUTE_NEVER;
    build_own_gib();
    for (unsigned n = 0; n < GUEST_BANKS; n++) {
        struct bank bank = guest_bank(n);

        for (uint64_t at = bank.base; at < bank.base + bank.size; at += gib(1))
            table[at >> GIB_SHIFT] = at | common | ATTRIBUTE_NORMAL | EXECUTE_NEVER;
        for (uint64_t at = bank.base; caches_on() && at < bank.base + bank.size; at += gib(1))
            table[(at + SHADOW_OFFSET) >> GIB_SHIFT] =
                (at + SHADOW_OFFSET) | common | ATTRIBUTE_NORMAL | EXECUTE_NEVER;
    }
    for (uint64_t at = INTIDS_BASE; caches_on() && at < CACHES_END; at += gib(1))
        table[at >> GIB_SHIFT] = at | common | ATTRIBUTE_NORMAL | EXECUTE_NEVER;
    table[NONSECURE_ALIAS >> GIB_SHIFT] =
        gib(0) | common | ATTRIBUTE_DEVICE | NONSECURE | EXECUTE_NEVER;
    if (pcie_wanted())
        table[ECAM_ALIAS >> GIB_SHIFT] =
            (BOARD_ECAM_BASE >> GIB_SHIFT << GIB_SHIFT) | common | ATTRIBUTE_DEVICE | EXECUTE_NEVER;
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
    write_sysreg(sctlr_el3, SCTLR_EL3_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_WXN);
    synchronise_context();
}
