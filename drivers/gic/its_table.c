// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's device and collection tables (Arm IHI 0069, 5.2, "The ITS tables", and GITS_BASER<n> in
 * 12.19).
 */
#include "drivers/gic/its_table.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/its_registers.h"

#include "arch/barrier.h"
#include "arch/cache.h"
#include "arch/mmio.h"

#include <errno.h>

#define PAGE_SIZE_CODES 3u /* 4, 16 and 64 KiB */

/* What the register must read back as it was written. */
#define TAKEN                                                                                      \
    (GITS_BASER_VALID | GITS_BASER_INDIRECT | GITS_BASER_ADDRESS | GITS_BASER_PAGE_SIZE_FIELD |    \
     GITS_BASER_PAGES_FIELD)

static size_t page_size_of(unsigned code)
{
    return (size_t)4096u << (2u * code);
}

static uintptr_t find_register(uintptr_t registers, unsigned type)
{
    for (unsigned n = 0; n < GITS_BASER_COUNT; n++) {
        uintptr_t address = registers + GITS_BASER(n);

        if (GITS_BASER_TYPE(mmio_read64(address)) == type)
            return address;
    }
    return 0;
}

/* The largest page that the register takes: implementations may have only one. -EIO: none. */
static int choose_page_size(uintptr_t address, unsigned *code)
{
    for (*code = PAGE_SIZE_CODES; (*code)-- > 0;) {
        uint64_t field = GITS_BASER_PAGE_SIZE(*code);

        mmio_write64(address, field);
        if ((mmio_read64(address) & GITS_BASER_PAGE_SIZE_FIELD) == field)
            return 0;
    }
    return -EIO;
}

static bool can_be_two_level(uintptr_t address, unsigned page_size_code)
{
    mmio_write64(address, GITS_BASER_INDIRECT | GITS_BASER_PAGE_SIZE(page_size_code));
    return (mmio_read64(address) & GITS_BASER_INDIRECT) != 0;
}

/* Gives the ITS the table: as cached and shareable if the register keeps that, otherwise as
 * uncached. */
static int program(struct its_table *table, uint64_t value)
{
    uint64_t shareable = GITS_BASER_SHAREABILITY(GIC_MEMORY_INNER_SHAREABLE);

    mmio_write64(table->address_register,
                 value | shareable | GITS_BASER_INNER_CACHE(GIC_MEMORY_WRITE_BACK));
    table->coherent = (mmio_read64(table->address_register) & shareable) != 0;
    if (!table->coherent)
        mmio_write64(table->address_register,
                     value | GITS_BASER_INNER_CACHE(GIC_MEMORY_NON_CACHEABLE));
    /* Not more than was written either: another page size, or more pages, would be another table.
     */
    return (mmio_read64(table->address_register) & TAKEN) == value ? 0 : -EIO;
}

/* Ids in a page of a flat table, or of the second level. */
static uint64_t ids_per_page(const struct its_table *table)
{
    return table->page_size / table->entry_size;
}

/* How many pages the register's table (the first level, if there are two) takes for count ids. */
static uint64_t pages_for(const struct its_table *table, uint64_t count)
{
    uint64_t pages = (count + ids_per_page(table) - 1u) / ids_per_page(table);

    if (table->two_level)
        pages = (pages * ITS_LEVEL1_ENTRY_SIZE + table->page_size - 1u) / table->page_size;
    return pages < GITS_BASER_PAGES_MAX ? pages : GITS_BASER_PAGES_MAX;
}

/* How many of count ids a table of that many pages has room for. */
static uint32_t room_in(const struct its_table *table, uint64_t pages, uint64_t count)
{
    uint64_t entries = pages * ids_per_page(table);

    if (table->two_level)
        entries = pages * table->page_size / ITS_LEVEL1_ENTRY_SIZE * ids_per_page(table);
    return (uint32_t)(entries < count ? entries : count);
}

int its_table_init(struct its_table *table, uintptr_t registers, unsigned type, unsigned bits,
                   its_table_allocate_t allocate)
{
    uintptr_t address = find_register(registers, type);
    uint64_t count = UINT64_C(1) << bits, pages, value;
    unsigned page_size_code;
    void *memory;

    if (address == 0)
        return -ENODEV;
    *table = (struct its_table){.address_register = address};
    if (choose_page_size(address, &page_size_code) != 0)
        return -EIO;
    table->entry_size = GITS_BASER_ENTRY_SIZE(mmio_read64(address));
    table->page_size = page_size_of(page_size_code);
    table->two_level = count > ids_per_page(table) && can_be_two_level(address, page_size_code);

    pages = pages_for(table, count);
    table->limit = room_in(table, pages, count);
    memory = allocate(table->page_size, pages * table->page_size);
    if (memory == NULL) {
        table->limit = 0;
        return -ENOMEM;
    }
    if (table->two_level)
        table->level1 = memory;

    value = GITS_BASER_VALID | (uintptr_t)memory | GITS_BASER_PAGE_SIZE(page_size_code) |
            GITS_BASER_PAGES(pages);
    if (table->two_level)
        value |= GITS_BASER_INDIRECT;
    return program(table, value);
}

int its_table_provide(struct its_table *table, uint32_t id, its_table_allocate_t allocate)
{
    uint64_t *entry;
    void *page;

    if (id >= table->limit)
        return -ERANGE;
    if (!table->two_level)
        return 0;
    entry = &table->level1[id / ids_per_page(table)];
    if ((*entry & ITS_LEVEL1_VALID) != 0)
        return 0;
    page = allocate(table->page_size, table->page_size);
    if (page == NULL)
        return -ENOMEM;

    /* The page's zeros are seen before the entry that leads to them. */
    barrier_before_doorbell();
    *entry = ITS_LEVEL1_VALID | (uintptr_t)page;
    if (!table->coherent)
        dcache_clean_invalidate(entry, sizeof(*entry));
    return 0;
}
