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

static bool can_be_two_level(uintptr_t address, unsigned page_size_code)
{
    mmio_write64(address, GITS_BASER_INDIRECT | GITS_BASER_PAGE_SIZE(page_size_code));
    return (mmio_read64(address) & GITS_BASER_INDIRECT) != 0;
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
    return pages;
}

/* With the smallest page that the register takes and that gives room for count ids, since a whole
 * page is cleared at a time; implementations may have only one size. -EIO: none. */
static int choose_layout(struct its_table *table, uint64_t count, uint64_t *value)
{
    uintptr_t address = table->address_register;
    int error = -EIO;

    for (unsigned code = 0; code < PAGE_SIZE_CODES; code++) {
        uint64_t field = GITS_BASER_PAGE_SIZE(code);

        mmio_write64(address, field);
        if ((mmio_read64(address) & GITS_BASER_PAGE_SIZE_FIELD) != field)
            continue;
        table->entry_size = GITS_BASER_ENTRY_SIZE(mmio_read64(address));
        table->page_size = page_size_of(code);
        table->two_level = count > ids_per_page(table) && can_be_two_level(address, code);
        *value = table->two_level ? field | GITS_BASER_INDIRECT : field;
        error = 0;
        if (pages_for(table, count) <= GITS_BASER_PAGES_MAX)
            break;
    }
    return error;
}

/* Gives the ITS, which is disabled, the table of `size` bytes: as cached and shareable if the
 * register keeps that, otherwise as uncached. */
static int program(struct its_table *table, uint64_t value, size_t size)
{
    uint64_t shareable = GITS_BASER_SHAREABILITY(GIC_MEMORY_INNER_SHAREABLE);

    mmio_write64(table->address_register,
                 value | shareable | GITS_BASER_INNER_CACHE(GIC_MEMORY_WRITE_BACK));
    table->coherent = (mmio_read64(table->address_register) & shareable) != 0;
    if (!table->coherent) {
        dcache_clean_invalidate((const void *)(uintptr_t)(value & GITS_BASER_ADDRESS), size);
        mmio_write64(table->address_register,
                     value | GITS_BASER_INNER_CACHE(GIC_MEMORY_NON_CACHEABLE));
    }
    /* Not more than was written either: another page size, or more pages, would be another table.
     */
    return (mmio_read64(table->address_register) & TAKEN) == value ? 0 : -EIO;
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
    void *memory;

    if (address == 0)
        return -ENODEV;
    *table = (struct its_table){.address_register = address};
    if (choose_layout(table, count, &value) != 0)
        return -EIO;

    pages = pages_for(table, count);
    if (pages > GITS_BASER_PAGES_MAX)
        pages = GITS_BASER_PAGES_MAX;
    table->limit = room_in(table, pages, count);
    memory = allocate(table->page_size, pages * table->page_size);
    if (memory == NULL) {
        table->limit = 0;
        return -ENOMEM;
    }
    if (table->two_level)
        table->level1 = memory;

    value |= GITS_BASER_VALID | (uintptr_t)memory | GITS_BASER_PAGES(pages);
    return program(table, value, pages * table->page_size);
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

    if (!table->coherent)
        dcache_clean_invalidate(page, table->page_size);
    /* The page's zeros are seen before the entry that leads to them. */
    barrier_before_doorbell();
    *entry = ITS_LEVEL1_VALID | (uintptr_t)page;
    if (!table->coherent)
        dcache_clean_invalidate(entry, sizeof(*entry));
    return 0;
}
