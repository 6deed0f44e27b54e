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
struct irq_source_page;

struct irq_source_table {
    struct irq_source_page **pages;
    uint64_t *full;     /* one bit for each page */
    uint32_t limit;     /* of indices */
    uint32_t pages_end; /* behind the last page that is there: most are not */
    uint32_t in_use;
};

int irq_sources_init(struct irq_source_table *table, uint32_t limit); /* -ENOMEM */
void irq_sources_destroy(struct irq_source_table *table);

/* Makes sure that irq_sources_enter() has room for an index (< limit). -ENOMEM; -EBUSY: it is in
 * use. */
int irq_sources_prepare(struct irq_source_table *table, uint32_t index);
void irq_sources_enter(struct irq_source_table *table, uint32_t index, struct irq *irq);
void irq_sources_remove(struct irq_source_table *table, uint32_t index);

/* The lowest index at or after `from` from which `count` (a power of two up to 64) are free, a
 * multiple of count. false: none. A single index is found in 16 words and a page, out of 65536. */
bool irq_sources_find_free(const struct irq_source_table *table, uint32_t from, uint32_t count,
                           uint32_t *index);

/* The first interrupt at or after *index, which is set to its index; NULL: none. */
struct irq *irq_sources_next(const struct irq_source_table *table, uint32_t *index);

#endif
