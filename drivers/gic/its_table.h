// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's own tables, which GITS_BASERn point to: devices and collections (Arm IHI 0069,
 * 5.2, "The ITS tables", and GITS_BASER<n> in 12.19).
 */
#ifndef DRIVERS_GIC_ITS_TABLE_H
#define DRIVERS_GIC_ITS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct its_table {
    uintptr_t address_register; /* of its GITS_BASERn */
    unsigned entry_size;        /* bytes */
    size_t page_size;
    uint32_t limit;   /* ids the table has room for */
    bool two_level;   /* else one flat table */
    bool coherent;    /* the ITS snoops it */
    uint64_t *level1; /* of a two-level table */
};

/* Where tables get their memory: aligned, zero for whoever snoops; NULL when there is none. */
typedef void *(*its_table_allocate_t)(size_t alignment, size_t size);

/* Finds the GITS_BASERn of the given type (GITS_BASER_TYPE_*), gives it a table for ids below
 * 2^bits, of two levels where that saves memory and the ITS can. The ITS is disabled. -ENODEV: the
 * ITS keeps no such table in memory; -ENOMEM; -EIO: the register does not keep page size, address
 * or length. table->limit may be less than 2^bits if the largest table possible is too small. */
int its_table_init(struct its_table *table, uintptr_t registers, unsigned type, unsigned bits,
                   its_table_allocate_t allocate);

/* Makes sure that there is memory for an id: on a two-level table, the page of the second level,
 * which is never freed, because an ITS may have cached the entry. -ERANGE: an id beyond the table;
 * -ENOMEM. Not from two cores at once. */
int its_table_provide(struct its_table *table, uint32_t id, its_table_allocate_t allocate);

#endif
