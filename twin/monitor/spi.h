// SPDX-License-Identifier: BSD-3-Clause
/*
 * SPIs that the board's GIC has not (spi.c). What is asked at every interrupt is inline: for all
 * others it is a comparison or two.
 */
#ifndef TWIN_MONITOR_SPI_H
#define TWIN_MONITOR_SPI_H

#include "twin/models/gic_spi.h"
#include "twin/monitor/monitor.h"

/* The interrupts of the board that carry them, one for each core. The first ones of the free word
 * may be inputs of QEMU's platform bus. */
#define CARRIER_FIRST (GIC_SPI_CARRIERS_FIRST + 16)
#define CARRIER(core) (CARRIER_FIRST + (core))

static inline bool spi_is_carrier(uint64_t intid)
{
    return intid - CARRIER_FIRST < BOARD_CPUS_MAX;
}

/* Not 0: an end of interrupt is more than a write of the register, for it is recorded (events.c),
 * or there are SPIs of these that a core has been told and has not ended. */
extern unsigned ends_watched;

void spi_init(void); /* with the distributor off */
/* With the models' lock held; the second: gic_spi_lose_power(). */
void spi_line(unsigned intid, bool high);
void spi_lose_power(void);

/* This core has acknowledged its carrier: the INTID that the guest is told. Or the carrier is the
 * highest that is pending. */
uint64_t spi_take(void);
uint64_t spi_highest_pending(void);

/* The guest's write to ICC_EOIR1_EL1 or ICC_DIR_EL1, of an interrupt that gic_spi_has(). */
void spi_end(uint64_t intid);
void spi_deactivate(uint64_t intid);
/* There is nothing to end on this core any more. */
void spi_forget_ends(void);
/* The end of one that is never active: this core's running priority drops, and nothing else. */
void spi_drop_priority(void);

/* An access to the distributor; false: none of their registers. GICD_TYPER as the guest has it. */
bool spi_gicd_access(uint64_t offset, unsigned size, bool write, uint64_t *value);
uint32_t spi_gicd_typer(uint32_t typer);

#endif
