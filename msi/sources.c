// SPDX-License-Identifier: BSD-3-Clause
/*
 * A table of pages of 64 indices. A page has one bit for each index that is in use; above them,
 * one bit for each page says that it is full.
 */
#include "msi/sources.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define PAGE_BITS 6u
#define PAGE_SIZE (1u << PAGE_BITS)

struct irq_source_page {
    uint64_t used;
    struct irq *irqs[PAGE_SIZE];
};

static uint32_t page_count(const struct irq_source_table *table)
{
    return (table->limit + PAGE_SIZE - 1) >> PAGE_BITS;
}

static uint64_t bit(uint32_t index)
{
    return UINT64_C(1) << (index % PAGE_SIZE);
}

int irq_sources_init(struct irq_source_table *table, uint32_t limit)
{
    *table = (struct irq_source_table){.limit = limit};

    uint32_t pages = page_count(table);

    table->pages = calloc(pages != 0 ? pages : 1, sizeof(struct irq_source_page *));
    table->full = calloc(pages / PAGE_SIZE + 1, sizeof(*table->full));
    if (table->pages != NULL && table->full != NULL)
        return 0;
    free(table->pages);
    free(table->full);
    return -ENOMEM;
}

void irq_sources_destroy(struct irq_source_table *table)
{
    for (uint32_t i = 0; i < table->pages_end; i++)
        free(table->pages[i]);
    free(table->pages);
    free(table->full);
}

int irq_sources_prepare(struct irq_source_table *table, uint32_t index)
{
    struct irq_source_page **page = &table->pages[index >> PAGE_BITS];

    if (*page != NULL)
        return (*page)->irqs[index % PAGE_SIZE] == NULL ? 0 : -EBUSY;
    *page = calloc(1, sizeof(**page));
    if (*page == NULL)
        return -ENOMEM;
    if (table->pages_end <= index >> PAGE_BITS)
        table->pages_end = (index >> PAGE_BITS) + 1;
    return 0;
}

void irq_sources_enter(struct irq_source_table *table, uint32_t index, struct irq *irq)
{
    uint32_t number = index >> PAGE_BITS;
    struct irq_source_page *page = table->pages[number];

    page->irqs[index % PAGE_SIZE] = irq;
    page->used |= bit(index);
    if (page->used == UINT64_MAX)
        table->full[number / PAGE_SIZE] |= bit(number);
    table->in_use++;
}

void irq_sources_remove(struct irq_source_table *table, uint32_t index)
{
    uint32_t number = index >> PAGE_BITS;
    struct irq_source_page *page = table->pages[number];

    page->irqs[index % PAGE_SIZE] = NULL;
    page->used &= ~bit(index);
    table->full[number / PAGE_SIZE] &= ~bit(number);
    table->in_use--;
}

/* The first page at or after `number` that is not full; page_count() or more: none. */
static uint32_t next_roomy(const struct irq_source_table *table, uint32_t number)
{
    uint32_t words = page_count(table) / PAGE_SIZE + 1;
    uint64_t passed = bit(number) - 1; /* in the first word */

    for (uint32_t word = number / PAGE_SIZE; word < words; word++, passed = 0) {
        uint64_t full = table->full[word] | passed;

        if (full != UINT64_MAX)
            return word * PAGE_SIZE + (uint32_t)__builtin_ctzll(~full);
    }
    return UINT32_MAX;
}

/* One bit for each multiple of count from which count bits of `used` are clear. */
static uint64_t free_runs(uint64_t used, uint32_t count)
{
    uint64_t starts = UINT64_C(1);

    for (uint32_t step = count; step < PAGE_SIZE; step *= 2)
        starts |= starts << step;
    for (uint32_t width = 1; width < count; width *= 2)
        used |= used >> width;
    return ~used & starts;
}

bool irq_sources_find_free(const struct irq_source_table *table, uint32_t from, uint32_t count,
                           uint32_t *index)
{
    uint32_t pages = page_count(table), first = from >> PAGE_BITS;

    for (uint32_t number = next_roomy(table, first); number < pages;
         number = next_roomy(table, number + 1)) {
        const struct irq_source_page *page = table->pages[number];
        uint64_t runs = free_runs(page != NULL ? page->used : 0, count);

        if (number == first)
            runs &= ~(bit(from) - 1);
        if (runs == 0)
            continue;
        *index = (number << PAGE_BITS) + (uint32_t)__builtin_ctzll(runs);
        return *index < table->limit && count <= table->limit - *index;
    }
    return false;
}

struct irq *irq_sources_next(const struct irq_source_table *table, uint32_t *index)
{
    uint64_t passed = bit(*index) - 1; /* in the first page */

    for (uint32_t number = *index >> PAGE_BITS; number < table->pages_end; number++, passed = 0) {
        const struct irq_source_page *page = table->pages[number];

        if (page == NULL || (page->used & ~passed) == 0)
            continue;
        *index = (number << PAGE_BITS) + (uint32_t)__builtin_ctzll(page->used & ~passed);
        return page->irqs[*index % PAGE_SIZE];
    }
    return NULL;
}
