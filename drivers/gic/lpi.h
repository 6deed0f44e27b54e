// SPDX-License-Identifier: BSD-3-Clause
/*
 * LPIs at the redistributors: the property table that all share, and a pending table for each
 * (Arm IHI 0069, 5.1 "LPIs").
 */
#ifndef DRIVERS_GIC_LPI_H
#define DRIVERS_GIC_LPI_H

#include <stdbool.h>
#include <stdint.h>

/* Allocates the tables for all redistributors that gic_init() found, or takes those over that a
 * loader has left on for good (gic_lpi_set_free_memory()). -ENODEV: this GIC has no LPIs; -ENOMEM;
 * -EBUSY: what is left on can't be taken over (logged). Thread context. */
int gic_lpi_init(void);

/* Whether the tables are a loader's: LPIs may be pending that nobody has sent since. */
bool gic_lpi_taken_over(void);

/* Gives the calling core's redistributor the tables and enables LPIs there. No allocation, so it
 * can be called while a core is being started; again, it does nothing. -ENODEV: no LPIs at this
 * redistributor; -EBUSY: LPIs were enabled with other tables and can't be disabled; -ETIMEDOUT;
 * -EIO: an address was not taken.
 */
int gic_lpi_core_init(void);

/* Around a loss of power: gic_suspend(), gic_resume(). The tables, and what is pending in them,
 * stay in memory. Where LPIs can't be turned off they stay on, and what is pending is lost with the
 * redistributor. -ETIMEDOUT: one does not come to rest; LPIs are on everywhere. gic_lpi_resume():
 * -EIO, -EBUSY: one does not take its tables, or has others. */
int gic_lpi_suspend(void);
int gic_lpi_resume(void);

/* Exclusive upper bound of LPI INTIDs; 0 before gic_lpi_init(). */
unsigned gic_lpi_limit(void);

/* Writes an LPI's property byte. It takes effect once the redistributor has been told (INV). Any
 * context. */
void gic_lpi_set_property(unsigned lpi, bool enable, uint8_t priority);

/* All redistributors so far snoop the tables. */
bool gic_lpi_coherent(void);

#endif
