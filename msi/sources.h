// SPDX-License-Identifier: BSD-3-Clause
/*
 * A device's interrupts by the index of their source. Looking up, entering and taking out cost the
 * same however many there are; memory is taken page by page, where indices are used. The caller
 * locks.
 */
#ifndef MSI_SOURCES_H
#define MSI_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

struct irq;
struct source_page;

struct source_table {
    struct source_page **pages;
    uint64_t *full; /* a bit a page */
    uint32_t limit; /* of indices */
    uint32_t in_use;
};

int sources_init(struct source_table *table, uint32_t limit); /* -ENOMEM */
void sources_destroy(struct source_table *table);

/* NULL: none there. index < limit. */
struct irq *sources_get(const struct source_table *table, uint32_t index);

/* Makes sure that sources_enter() has room for an index. -ENOMEM. */
int sources_prepare(struct source_table *table, uint32_t index);
void sources_enter(struct source_table *table, uint32_t index, struct irq *irq);
void sources_remove(struct source_table *table, uint32_t index);

/* The lowest index at or after `from` from which `count` (a power of two up to 64) are free, a
 * multiple of count. false: none. A single index is found in 16 words and a page, out of 65536. */
bool sources_find_free(const struct source_table *table, uint32_t from, uint32_t count,
                       uint32_t *index);

/* The first interrupt at or after *index, which is set to its index; NULL: none. */
struct irq *sources_next(const struct source_table *table, uint32_t *index);

#endif
