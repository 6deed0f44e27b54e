// SPDX-License-Identifier: BSD-3-Clause
/*
 * The guest's view of physical memory (stage 2: Arm DDI 0487, D8.2; VTCR_EL2, VTTBR_EL2): DRAM and
 * SRAM where the AM65x has them, and those pages of QEMU's GIC that need no change on the way.
 * Everything else faults, and is the device models' business or an error.
 */
#include <string.h>

#include "twin/monitor/board.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/pcie.h"
#include "twin/monitor/stage2.h"
#include "twin/monitor/sysreg.h"

/* T0SZ 24 (40-bit addresses), from level 1 (two tables side by side), inner shareable write-back
 * walks, 4 KiB granule, 40-bit PA. */
#define VTCR_RES1   (1u << 31)
#define VMID_BEHIND (1ull << 48) /* the TLBs keep the two apart */
#define VTCR_VALUE  (VTCR_RES1 | 2u << 16 | 3u << 12 | 1u << 10 | 1u << 8 | 1u << 6 | 24u)

static uint64_t level1[2 * ENTRIES] __attribute__((aligned(2 * 4096)));
static uint64_t level2_low[ENTRIES] __attribute__((aligned(4096)));  /* from 0 */
static uint64_t level2_sram[ENTRIES] __attribute__((aligned(4096))); /* from 1 GiB */
/* Of a core that goes past its caches: DRAM is what lies behind them, to execute only. */
static uint64_t level1_behind[2 * ENTRIES] __attribute__((aligned(2 * 4096)));
static uint64_t level2_behind[GUEST_BANKS][ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3_psram[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3_msram[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3_tcm[R5FS_MAX][ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3_gic[ENTRIES] __attribute__((aligned(4096)));
/* PCI Express, and which of its pages are there. */
#define PCIE_PAGES (GUEST_PCIE_SIZE >> PAGE_SHIFT)
#define PAGES_EACH (AM65X_PCIE_GRANULE >> PAGE_SHIFT)
static uint64_t level3_pcie[PCIE_PAGES] __attribute__((aligned(4096)));
static uint16_t pcie_shown[PCIE_GRANULES];

static uint64_t table_at(const uint64_t *table)
{
    return (uintptr_t)table | TABLE;
}

/* Maps pages first to first + count - 1 of a block of registers. */
static void map_gic(uint64_t guest, uint64_t board, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        uint64_t offset = (uint64_t)i << PAGE_SHIFT;

        level3_gic[((guest + offset) >> PAGE_SHIFT) % ENTRIES] = (board + offset) | DEVICE | PAGE;
    }
}

static void build_gic(void)
{
    /* GICD: page 0 (pending bits of the models' lines) and 6, 7 (IROUTER) are gic.c's. */
    map_gic(GUEST_GICD_BASE, BOARD_GICD_BASE, 1, 5);
    map_gic(GUEST_GICD_BASE, BOARD_GICD_BASE, 8, 8);
    /* ITS: page 0 is its.c's, and so is GITS_TRANSLATER's frame: QEMU's does not answer 64 bits at
     * once, and a translation table there would abort the twin's own look at it. */
    map_gic(GUEST_GITS_BASE, BOARD_GITS_BASE, 1, 15);
    /* Redistributors: page 0 of the RD frame (GICR_TYPER) and of the SGI frame (priorities) are
     * gic.c's. */
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++) {
        uint64_t frame = (uint64_t)cpu << GUEST_GICR_FRAME_SHIFT;

        map_gic(GUEST_GICR_BASE + frame, BOARD_GICR_BASE + frame, 1, 15);
        map_gic(GUEST_GICR_BASE + frame, BOARD_GICR_BASE + frame, 17, 15);
    }
    level2_low[GUEST_GICD_BASE >> BLOCK_SHIFT] = table_at(level3_gic);
}

/* A bank within a block of the twin's GiB. */
static void build_sram(uint64_t base, uint64_t size, uint64_t *level3)
{
    for (uint64_t address = base; address < base + size; address += 1ull << PAGE_SHIFT)
        level3[(address >> PAGE_SHIFT) % ENTRIES] = address | NORMAL | PAGE;
    level2_sram[(base >> BLOCK_SHIFT) % ENTRIES] = table_at(level3);
}

/* DRAM page by page: a TLB of QEMU's that has got one translation from a block forgets everything
 * when the guest has it forget a page, as often as Linux unmaps one. Returns the end of the tables
 * that it takes. */
static uint64_t *build_pages(struct bank bank, uint64_t *tables)
{
    uint64_t *level2 = NULL;

    for (uint64_t block = bank.base; block < bank.base + bank.size; block += 1ull << BLOCK_SHIFT) {
        if (block % (1ull << GIB_SHIFT) == 0) {
            level2 = tables;
            tables += ENTRIES;
            memset(level2, 0, ENTRIES * sizeof(*level2));
            level1[block >> GIB_SHIFT] = table_at(level2);
        }
        level2[(block >> BLOCK_SHIFT) % ENTRIES] = table_at(tables);
        for (uint64_t page = 0; page < ENTRIES; page++)
            *tables++ = (block + (page << PAGE_SHIFT)) | NORMAL | PAGE;
    }
    return tables;
}

/* By blocks. What is at an address is `offset` above it. */
static void build_dram(struct bank bank, uint64_t *first, uint64_t *level2, uint64_t offset,
                       uint64_t attributes)
{
    uint64_t address = bank.base, end = address + bank.size;

    for (; address + (1ull << GIB_SHIFT) <= end; address += 1ull << GIB_SHIFT)
        first[address >> GIB_SHIFT] = (address + offset) | attributes | BLOCK;
    if (address == end)
        return;
    first[address >> GIB_SHIFT] = table_at(level2);
    for (; address < end; address += 1ull << BLOCK_SHIFT)
        level2[(address >> BLOCK_SHIFT) % ENTRIES] = (address + offset) | attributes | BLOCK;
}

static void build_behind(void)
{
    level1_behind[0] = level1[0];
    level1_behind[1] = level1[1];
    for (unsigned n = 0; n < GUEST_BANKS; n++)
        build_dram(guest_bank(n), level1_behind, level2_behind[n], SHADOW_OFFSET,
                   NORMAL & ~READ_WRITE);
}

static void build_pcie(void)
{
    for (uint64_t i = 0; i < PCIE_PAGES; i += ENTRIES)
        level2_low[(GUEST_PCIE_BASE + (i << PAGE_SHIFT)) >> BLOCK_SHIFT] =
            table_at(&level3_pcie[i]);
}

static void show_granule(unsigned granule, uint16_t pages)
{
    for (unsigned i = 0; i < PAGES_EACH; i++) {
        unsigned page = granule * PAGES_EACH + i;
        uint64_t address = GUEST_PCIE_BASE + ((uint64_t)page << PAGE_SHIFT);

        level3_pcie[page] = (pages >> i & 1) != 0 ? address | NORMAL | EXECUTE_NEVER | PAGE : 0;
    }
    pcie_shown[granule] = pages;
}

/* Whether a device's registers are Device memory is for the guest's own tables to say. */
void stage2_show_pcie(const uint16_t pages[PCIE_GRANULES])
{
    bool changed = false;

    for (unsigned granule = 0; granule < PCIE_GRANULES; granule++) {
        if (pages[granule] == pcie_shown[granule])
            continue;
        show_granule(granule, pages[granule]);
        changed = true;
    }
    if (!changed)
        return;
    complete_accesses();
    forget_guest_translations_everywhere();
    complete_accesses();
    synchronise_context();
}

void stage2_build(void)
{
    uint64_t *tables = (uint64_t *)(uintptr_t)STAGE2_TABLES_BASE;

    level1[0] = table_at(level2_low);
    level1[1] = table_at(level2_sram);
    build_gic();
    level2_sram[(GUEST_MSMC_BASE >> BLOCK_SHIFT) % ENTRIES] = GUEST_MSMC_BASE | NORMAL | BLOCK;
    build_sram(GUEST_MCU_PSRAM_BASE, GUEST_MCU_PSRAM_SIZE, level3_psram);
    build_sram(GUEST_MCU_MSRAM_BASE, GUEST_MCU_MSRAM_SIZE, level3_msram);
    for (unsigned n = 0; n < 2 * parameters()->r5fs; n++)
        build_sram(r5f_tcm(n / 2, n % 2).base, r5f_tcm(n / 2, n % 2).size, level3_tcm[n / 2]);
    for (unsigned n = 0; n < GUEST_BANKS; n++)
        tables = build_pages(guest_bank(n), tables);
    if (pcie_wanted())
        build_pcie();
    if (caches_on())
        build_behind();
    complete_accesses(); /* before any core walks them */
}

void stage2_enable(void)
{
    write_sysreg(vttbr_el2, (uintptr_t)level1);
    write_sysreg(vtcr_el2, VTCR_VALUE);
    synchronise_context();
    forget_guest_translations();
    complete_accesses();
    synchronise_context();
}

void stage2_select(bool behind_caches)
{
    write_sysreg(vttbr_el2,
                 behind_caches ? (uintptr_t)level1_behind | VMID_BEHIND : (uintptr_t)level1);
    synchronise_context();
}
