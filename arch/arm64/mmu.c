// SPDX-License-Identifier: BSD-3-Clause
/*
 * Translation tables of EL1 (Arm ARM DDI 0487, D8.2 and D8.3): 4 KiB granule, 39-bit addresses, so
 * the walk starts at level 1, where an entry covers 1 GiB.
 *
 * With the MMU off only what must be there is mapped, devices and the image itself; the rest of the
 * memory follows when the device tree has been read. Then nothing changes any more, but for what is
 * mapped for a while (platform/load_r5f.c).
 */
#include "arch/mmu.h"

#include "arch/arm64/mmu_table.h"
#include "arch/barrier.h"
#include "arch/memory_map.h"
#include "arch/stack.h"
#include "arch/sysreg.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define GIGABYTE        UINT64_C(0x40000000) /* of a level 1 entry */
#define ADDRESSES       (ENTRIES * GIGABYTE)
#define LEVEL1_SHIFT    30u
#define LEVEL_BITS      9u
#define PAGE_SHIFT      12u

#define DEVICES_START   BLOCK_SIZE
#define IMAGE_TABLES    4u /* from image_start on, this many blocks have pages (linker.ld) */

/* TCR_EL1 (D17.2.131). */
#define TCR_T0SZ        (64u - 39u)
#define TCR_IRGN0_WBWA  (UINT64_C(1) << 8)
#define TCR_ORGN0_WBWA  (UINT64_C(1) << 10)
#define TCR_SH0_INNER   (UINT64_C(3) << 12)
#define TCR_EPD1        (UINT64_C(1) << 23) /* no walks for the upper half */
#define TCR_IPS_SHIFT   32
#define PARANGE_MASK    UINT64_C(0xf)
#define PARANGE_48_BITS UINT64_C(5) /* the most that the 4 KiB granule can use */

_Static_assert(MMU_ROOT_ENTRIES == ENTRIES, "a root table is one page");

/* Written while the MMU is off, and what caches held of it is dropped afterwards (boot/start.S). */
#define BOOT_TABLE __attribute__((section(".boot_tables"), aligned(4096)))

uint64_t mmu_root[MMU_ROOT_ENTRIES] BOOT_TABLE;

/* Read by cores whose caches are off yet: on lines of their own (linker.ld), so that no store to a
 * neighbour makes a line of them dirty in another core's cache. */
#define BOOT_RECORD __attribute__((section(".boot_record")))
uint64_t mmu_mair BOOT_RECORD, mmu_tcr BOOT_RECORD;

static uint64_t device_blocks[2 * ENTRIES] BOOT_TABLE; /* of the first 2 GiB */
static uint64_t image_blocks[ENTRIES] BOOT_TABLE;      /* of the image's */
static uint64_t image_pages[IMAGE_TABLES * ENTRIES] BOOT_TABLE;

/* Where a bank or a hole in it ends at no multiple of 1 GiB, or of 2 MiB. A board's device tree
 * takes one or two. */
#define SPARE_TABLES 16u
static uint64_t spare_tables[SPARE_TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned spare_tables_used;

/* Pages of the image, [start, end), with these attributes. */
static void map_pages(uintptr_t start, uintptr_t end, uint64_t attributes)
{
    uint64_t *entry = &image_pages[(start - (uintptr_t)image_start) / PAGE_SIZE];

    for (uint64_t address = start; address < end; address += PAGE_SIZE)
        *entry++ = address | DESCRIPTOR_PAGE | attributes;
}

/* What lies behind it is not known to be memory yet. */
static void map_image(void)
{
    const uintptr_t image = (uintptr_t)image_start;
    const size_t pages = ((uintptr_t)image_end - image) / PAGE_SIZE;

    map_pages(image, (uintptr_t)image_end, MEMORY);
    map_pages((uintptr_t)text_start, (uintptr_t)text_end, NORMAL | READ_ONLY);
    map_pages((uintptr_t)rodata_start, (uintptr_t)rodata_end, MEMORY | READ_ONLY);

    for (unsigned core = 0; core < CORE_MAX; core++)
        for (unsigned guard = 0; guard < STACK_GUARDS; guard++)
            image_pages[(stack_guard(core, guard) - image) / PAGE_SIZE] = 0;

    for (size_t table = 0; table * ENTRIES < pages; table++)
        image_blocks[image % GIGABYTE / BLOCK_SIZE + table] =
            (uintptr_t)&image_pages[table * ENTRIES] | DESCRIPTOR_TABLE;
    mmu_root[image / GIGABYTE] = (uintptr_t)image_blocks | DESCRIPTOR_TABLE;
}

static void map_device_blocks(uint64_t start, uint64_t end)
{
    uint64_t *entry = &device_blocks[start / BLOCK_SIZE];

    for (uint64_t address = start; address < end; address += BLOCK_SIZE)
        *entry++ = address | DESCRIPTOR_BLOCK | DEVICE;
}

/* All but the first block and the SRAM. */
static void map_devices(void)
{
    map_device_blocks(DEVICES_START, (uintptr_t)sram_start);
    map_device_blocks((uintptr_t)sram_end, 2 * GIGABYTE);
    for (unsigned i = 0; i < 2; i++)
        mmu_root[i] = (uintptr_t)&device_blocks[i * ENTRIES] | DESCRIPTOR_TABLE;
}

void mmu_build_tables(void)
{
    uint64_t range = sysreg_read(ID_AA64MMFR0_EL1) & PARANGE_MASK;

    map_devices();
    map_image();

    mmu_mair = MAIR_DEVICE_NGNRE << (8 * INDEX_DEVICE) | MAIR_NORMAL_WB << (8 * INDEX_NORMAL);
    if (range > PARANGE_48_BITS)
        range = PARANGE_48_BITS;
    mmu_tcr = TCR_T0SZ | TCR_IRGN0_WBWA | TCR_ORGN0_WBWA | TCR_SH0_INNER | TCR_EPD1 |
              range << TCR_IPS_SHIFT;
}

/* ---- the rest of the memory, with the MMU on ---- */

/* The table that the entry leads to, a new one if there is none; NULL: none is left. */
static uint64_t *table_below(uint64_t *entry)
{
    if (*entry == 0) {
        if (spare_tables_used == SPARE_TABLES)
            return NULL;
        *entry = (uintptr_t)spare_tables[spare_tables_used++] | DESCRIPTOR_TABLE;
    }
    return (uint64_t *)(uintptr_t)(*entry & TABLE_ADDRESS);
}

/* Maps what one table's entries from `entry` on, each of `size` bytes, can map of [address, end),
 * or takes it away. What is mapped otherwise stays: pages of the image, or of the tree. Returns how
 * far that reaches: to a table below at the most. */
static uint64_t set_entries(uint64_t *entry, uint64_t address, uint64_t end, uint64_t size,
                            bool map)
{
    uint64_t *last = (uint64_t *)(((uintptr_t)entry | (PAGE_SIZE - 1)) + 1), *first = entry;
    const uint64_t kind = size == PAGE_SIZE ? DESCRIPTOR_PAGE : DESCRIPTOR_BLOCK;
    const uint64_t was = map ? 0 : UINT64_MAX; /* which bits of the descriptor are there */
    uint64_t descriptor = address | kind | MEMORY;

    if ((end - address) / size < (uint64_t)(last - entry))
        last = entry + (end - address) / size;
    for (; entry != last; entry++, descriptor += size)
        if (*entry == (descriptor & was))
            *entry = descriptor & ~was;
        else if (size != PAGE_SIZE && (*entry & DESCRIPTOR_KIND) == DESCRIPTOR_TABLE)
            break;
    return (uint64_t)(entry - first) * size;
}

/* Maps as much from address to end as some entries of one table can; or takes it away. Returns how
 * far that reaches; 0: no tables are left. */
static uint64_t set_some(uint64_t address, uint64_t end, bool map)
{
    uint64_t *table = mmu_root;

    for (unsigned shift = LEVEL1_SHIFT;; shift -= LEVEL_BITS) {
        uint64_t *entry = &table[address >> shift & (ENTRIES - 1)], size = UINT64_C(1) << shift;
        bool whole = address % size == 0 && end - address >= size;

        if (shift == PAGE_SHIFT || (whole && (*entry & DESCRIPTOR_KIND) != DESCRIPTOR_TABLE))
            return set_entries(entry, address, end, size, map);
        if ((*entry & DESCRIPTOR_KIND) == DESCRIPTOR_BLOCK || (*entry == 0 && !map))
            return size - address % size;
        table = table_below(entry);
        if (table == NULL)
            return 0;
    }
}

static int set_between(uint64_t start, uint64_t end, bool map)
{
    uint64_t size = 1;

    while (start < end && (size = set_some(start, end, map)) != 0)
        start += size;
    return start < end ? -ENOMEM : 0;
}

/* All of it but the image's pages, whose attributes are their own. */
static int set_pages(uint64_t start, uint64_t end, bool map)
{
    const uint64_t image = (uintptr_t)image_start, behind = (uintptr_t)image_end;
    int error;

    start = (start + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    end &= ~(PAGE_SIZE - 1);
    const uint64_t last = end < ADDRESSES ? end : ADDRESSES;

    error = set_between(start, last < image ? last : image, map);
    if (error == 0)
        error = set_between(start > behind ? start : behind, last, map);
    barrier_complete(); /* the walker sees the entries */
    return last < end ? -ENOMEM : error;
}

int mmu_map_memory(uint64_t start, uint64_t end)
{
    int error = set_pages(start, end, true);

    barrier_context(); /* none of them was valid, so the TLB holds nothing of them */
    return error;
}

void mmu_unmap_memory(uint64_t start, uint64_t end)
{
    (void)set_pages(start, end, false);
    __asm__ volatile("tlbi vmalle1is" ::: "memory");
    barrier_complete();
    barrier_context();
}
