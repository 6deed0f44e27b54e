// SPDX-License-Identifier: BSD-3-Clause
/*
 * Regions of LPIs: 2^n LPIs, aligned to that size, one region for each device id of the ITS. The
 * caller locks.
 */
#ifndef MSI_PARENTS_LPI_REGIONS_H
#define MSI_PARENTS_LPI_REGIONS_H

#include <stdint.h>

#define IRQ_LPI_SIZES 17u /* 2^0 to 2^16 */

/* The blocks of one size: which are free, and in which words of that there is one. */
struct irq_lpi_blocks {
    uint64_t *free, *any;
    uint32_t count;
};

struct irq_lpi_regions {
    struct irq_lpi_blocks sizes[IRQ_LPI_SIZES];
    uint64_t *maps; /* all of them, in one piece */
    uint32_t first, count, in_use;
};

/* Regions of LPIs [first, limit). -ENOMEM. */
int irq_lpi_regions_init(struct irq_lpi_regions *regions, uint32_t first, uint32_t limit);

/* A region of 2^bits. -ENOSPC. */
int irq_lpi_regions_take(struct irq_lpi_regions *regions, unsigned bits, uint32_t *lpi);
/* A single one, from the end: large regions have their place at the start. -ENOSPC. */
int irq_lpi_regions_take_last(struct irq_lpi_regions *regions, uint32_t *lpi);
void irq_lpi_regions_give(struct irq_lpi_regions *regions, unsigned bits, uint32_t lpi);

#endif
