// SPDX-License-Identifier: BSD-3-Clause
/*
 * Shared peripheral interrupts in software: those that the AM65x's GIC-500 has and the GIC below
 * the twin has not. Their part of the distributor's registers, their state, and which of them a
 * core is to take next. It knows no hardware: who uses it presents that one to the core (in the
 * twin twin/monitor/spi.c), and tells when the core has taken it and when it has ended.
 *
 * No locks of its own: the caller serialises all calls but gic_spi_has().
 */
#ifndef TWIN_MODELS_GIC_SPI_H
#define TWIN_MODELS_GIC_SPI_H

#include <stdbool.h>
#include <stdint.h>

/* Which they are: all that QEMU's GIC has none for, and one word of the distributor's bitmaps
 * below, whose interrupts there are free to carry them to the cores. */
#define GIC_SPI_CARRIERS_FIRST 192u
#define GIC_SPI_CARRIERS_COUNT 32u
#define GIC_SPI_FIRST          256u
#define GIC_SPI_LIMIT          992u /* GICD_TYPER.ITLinesNumber is 30: 960 SPIs */

#define GIC_SPI_CORES_MAX      4u
#define GIC_SPI_NONE           1023u

static inline bool gic_spi_has(uint64_t intid)
{
    return intid - GIC_SPI_CARRIERS_FIRST < GIC_SPI_LIMIT - GIC_SPI_CARRIERS_FIRST &&
           (intid >= GIC_SPI_FIRST || intid < GIC_SPI_CARRIERS_FIRST + GIC_SPI_CARRIERS_COUNT);
}

/* All as after a reset, for a system of so many cores. */
void gic_spi_reset(unsigned cores);
/* The GIC has been without power: the same, but the inputs stay what they are, and no router names
 * a core. (A reset leaves these unknown.) */
void gic_spi_lose_power(void);

/* The input changes its level. */
void gic_spi_line(unsigned intid, bool high);

/* Whether the register at this offset of the distributor is one of theirs, and the non-secure
 * world's access to it. */
bool gic_spi_register(uint64_t offset);
uint64_t gic_spi_read(uint64_t offset, unsigned size);
void gic_spi_write(uint64_t offset, unsigned size, uint64_t value);

/* The interrupt of highest priority that a core is to take; of several the one with the lowest
 * INTID. GIC_SPI_NONE: there is none. The priority is as the non-secure world sees it. */
struct gic_spi_winner {
    uint16_t intid;
    uint8_t priority;
};
void gic_spi_winners(struct gic_spi_winner winners[GIC_SPI_CORES_MAX]);

/* A core has acknowledged it; has ended it (both halves of the end, or the deactivation). */
void gic_spi_activate(unsigned intid);
void gic_spi_deactivate(unsigned intid);

#endif
