// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an R5F sees of memory (stage 2): its TCMs, where its own registers have them and where the
 * SoC has them; on-chip SRAM and DRAM of the first 4 GiB, where they are for all; and, in a window
 * that its program can't reach, its page (r5f_page.c) and its tables (r5f_mpu.c). All else traps.
 *
 * In the mood caches memory that is not the core's own is mapped page by page, when it is accessed:
 * to what the core has in its cache, or to itself.
 *
 * Pages whose parts have different permissions by the MPU trap as well: r5f.c lets a core past one
 * instruction at a time.
 */
#include <string.h>

#include "twin/monitor/caches.h"
#include "twin/monitor/r5f.h"
#include "twin/monitor/stage2.h"

#define LEVEL1_ENTRIES 4u
#define LEVEL3_TABLES  80u /* enough for all mixed pages, too */
#define MIXED_MAX      64u
#define PAGE_SIZE      (1u << PAGE_SHIFT)
#define VALID          1ull
#define OUTPUT(entry)  ((entry)&0xfffffffff000ull)

/* T0SZ 32, from level 1, walks as in stage2.c, 40-bit PA. */
#define VTCR_VALUE     (1u << 31 | 2u << 16 | 3u << 12 | 1u << 10 | 1u << 8 | 1u << 6 | 32u)
#define VMID(core)     ((2ull + (core)) << 48) /* stage2.c has 0 and 1 */

static struct map {
    uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
    uint64_t level2[LEVEL1_ENTRIES][ENTRIES];
    uint64_t level3[LEVEL3_TABLES][ENTRIES];
    unsigned level3_used, mixed_count;
    struct {
        uint32_t page;
        uint64_t *entry;
    } mixed[MIXED_MAX];
} maps[R5FS_MAX];

static uint64_t *level2_entry(struct map *map, uint32_t address)
{
    return &map->level2[address >> GIB_SHIFT][(address >> BLOCK_SHIFT) % ENTRIES];
}

/* NULL: no table is left. */
static uint64_t *level3_entry(struct map *map, uint32_t address)
{
    uint64_t *entry = level2_entry(map, address), *table;

    if ((*entry & TABLE) != TABLE) {
        if (map->level3_used == LEVEL3_TABLES)
            return NULL;
        table = map->level3[map->level3_used++];
        for (uint64_t i = 0; i < ENTRIES; i++)
            table[i] = *entry & VALID ? (*entry + (i << PAGE_SHIFT)) | PAGE : 0;
        *entry = (uintptr_t)table | TABLE;
    }
    table = (uint64_t *)(uintptr_t)OUTPUT(*entry);
    return &table[(address >> PAGE_SHIFT) % ENTRIES];
}

static void map_pages(struct map *map, uint32_t address, uint64_t board, uint64_t size,
                      uint64_t attributes)
{
    for (uint64_t offset = 0; offset < size; offset += PAGE_SIZE) {
        uint64_t *entry = level3_entry(map, address + (uint32_t)offset);

        if (entry != NULL)
            *entry = (board + offset) | attributes | PAGE;
    }
}

static void map_blocks(struct map *map, struct bank bank)
{
    for (uint64_t at = bank.base; at < bank.base + bank.size; at += 1ull << BLOCK_SHIFT)
        *level2_entry(map, (uint32_t)at) = at | NORMAL | BLOCK;
}

static void map_bank(struct map *map, struct bank bank)
{
    map_pages(map, (uint32_t)bank.base, bank.base, bank.size, NORMAL);
}

static void map_shared(struct map *map)
{
    map_blocks(map, guest_bank(0));
    map_blocks(map, (struct bank){GUEST_MSMC_BASE, GUEST_MSMC_SIZE});
    map_bank(map, (struct bank){GUEST_MCU_PSRAM_BASE, GUEST_MCU_PSRAM_SIZE});
    map_bank(map, (struct bank){GUEST_MCU_MSRAM_BASE, GUEST_MCU_MSRAM_SIZE});
    for (unsigned n = 0; n < 2 * parameters()->r5fs; n++)
        map_bank(map, r5f_tcm(n / 2, n % 2));
}

static uint32_t tcm_register(const struct r5f *r5f, unsigned which)
{
    return which == 0 ? r5f->cp15.atcm : r5f->cp15.btcm;
}

void r5f_map_build(struct r5f *r5f)
{
    struct map *map = &maps[r5f->core];

    memset(map, 0, sizeof(*map));
    for (unsigned i = 0; i < LEVEL1_ENTRIES; i++)
        map->level1[i] = (uintptr_t)map->level2[i] | TABLE;
    if (!caches_on())
        map_shared(map);
    for (unsigned which = 2; which-- > 0;) { /* where both are, ATCM, as in r5f_map_memory() */
        uint32_t tcm = tcm_register(r5f, which);

        if (tcm & TCM_ENABLE)
            map_pages(map, tcm & ~(PAGE_SIZE - 1), r5f_tcm(r5f->core, which).base,
                      GUEST_R5F_TCM_SIZE, NORMAL);
    }
    map_pages(map, R5F_WINDOW, r5f_mpu_tables(r5f->core), R5F_MPU_TABLES_SIZE, NORMAL);
    map_pages(map, R5F_PAGE, (uintptr_t)r5f_page, sizeof(r5f_page), NORMAL & ~(2u << 6));
    complete_accesses();
}

void r5f_map_enable(struct r5f *r5f)
{
    write_sysreg(vttbr_el2, (uintptr_t)maps[r5f->core].level1 | VMID(r5f->core));
    write_sysreg(vtcr_el2, VTCR_VALUE);
    synchronise_context();
}

static bool inside(uint32_t address, uint32_t size, uint64_t base, uint64_t length)
{
    return address >= base && address - base + size <= length;
}

bool r5f_map_memory(const struct r5f *r5f, uint32_t address, uint32_t size, uint64_t *at)
{
    for (unsigned which = 0; which < 2; which++) {
        uint32_t tcm = tcm_register(r5f, which), base = tcm & ~(PAGE_SIZE - 1);

        if ((tcm & TCM_ENABLE) && inside(address, size, base, GUEST_R5F_TCM_SIZE)) {
            *at = r5f_tcm(r5f->core, which).base + (address - base);
            return true;
        }
    }
    if (!guest_memory(address, size))
        return false;
    *at = r5f_cache_view(r5f, address);
    return true;
}

static bool is_mixed(const struct r5f *r5f, uint32_t page)
{
    const struct map *map = &maps[r5f->core];

    for (unsigned i = 0; i < map->mixed_count; i++)
        if (map->mixed[i].page == page)
            return true;
    return false;
}

bool r5f_map_on_access(struct r5f *r5f, uint32_t address)
{
    uint32_t page = address & ~(PAGE_SIZE - 1);
    uint64_t at, *entry;

    if (!caches_on() || is_mixed(r5f, page) || !r5f_map_memory(r5f, page, PAGE_SIZE, &at))
        return false;
    entry = level3_entry(&maps[r5f->core], page);
    if (entry == NULL) /* from the beginning, then */
        r5f->map_changed = true;
    else
        *entry = at | NORMAL | PAGE;
    complete_accesses();
    return true;
}

/* ---- mixed pages ---- */

void r5f_map_mixed(struct r5f *r5f, uint32_t page)
{
    struct map *map = &maps[r5f->core];
    uint64_t at, *entry;

    if (map->mixed_count == MIXED_MAX || !r5f_map_memory(r5f, page, PAGE_SIZE, &at))
        return;
    entry = level3_entry(map, page);
    if (entry == NULL)
        return;
    *entry = (at | NORMAL | PAGE) & ~VALID;
    map->mixed[map->mixed_count].page = page;
    map->mixed[map->mixed_count++].entry = entry;
}

static void forget_translations(void)
{
    complete_accesses();
    forget_guest_translations();
    complete_accesses();
    synchronise_context();
}

/* An instruction that lies in such a page may not access its data by that: each page has the one
 * right, the other, or both. There are none that can be written only. */
bool r5f_map_show_mixed(struct r5f *r5f, uint32_t address, bool execute)
{
    struct map *map = &maps[r5f->core];

    for (unsigned i = 0; i < map->mixed_count; i++) {
        uint64_t entry = *map->mixed[i].entry;

        if (map->mixed[i].page != (address & ~(PAGE_SIZE - 1)))
            continue;
        if (!(entry & VALID))
            entry = (entry & ~(uint64_t)READ_WRITE) | EXECUTE_NEVER | VALID;
        *map->mixed[i].entry =
            execute ? entry & ~(uint64_t)EXECUTE_NEVER : entry | (uint64_t)READ_WRITE;
        forget_translations();
        return true;
    }
    return false;
}

void r5f_map_hide_mixed(struct r5f *r5f)
{
    struct map *map = &maps[r5f->core];

    for (unsigned i = 0; i < map->mixed_count; i++)
        *map->mixed[i].entry &= ~VALID;
    forget_translations();
}

void r5f_map_forget_mixed(struct r5f *r5f)
{
    struct map *map = &maps[r5f->core];

    for (unsigned i = 0; i < map->mixed_count; i++)
        *map->mixed[i].entry =
            (*map->mixed[i].entry & ~(uint64_t)EXECUTE_NEVER) | READ_WRITE | VALID;
    map->mixed_count = 0;
}
