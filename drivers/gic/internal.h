// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of this folder share.
 */
#ifndef DRIVERS_GIC_INTERNAL_H
#define DRIVERS_GIC_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long a register-write-pending bit or a waking redistributor may take: hardware needs
 * microseconds, the rest is for a simulated one whose host is busy. */
#define GIC_TIMEOUT_US 1000000u

/* The distributor's address; 0 before gic_init(). */
uintptr_t gic_distributor_base(void);
/* 0 also if the distributor has no such INTID. */
uintptr_t gic_distributor_base_for(unsigned intid);

/* Whether GICD_TYPER announces LPIs, and the exclusive upper bound of INTIDs it has (1 <<
 * intid_bits, or less if GICD_TYPER.num_LPIs says so). */
unsigned gic_lpi_announced_limit(void);

/* Waits until bits of the register at address read zero. 0 or -ETIMEDOUT. Any context. */
int gic_wait_clear(uintptr_t address, uint32_t bits);

/* Walks the redistributors; called by gic_init(). *left_out: there are more than CORE_MAX, and the
 * rest is not known. -ENODEV: there is none; -ERANGE: the region, or a redistributor's frames in
 * it, reach too far. Both are logged, and there are none then. */
int gic_redistributors_find(uintptr_t base, uintptr_t size, bool *left_out);

/* Core's redistributor: the RD frame's address and GICR_TYPER. 0 if no redistributor has the core's
 * affinity. */
uintptr_t gic_redistributor_base(unsigned core);
uint64_t gic_redistributor_typer(unsigned core);

/* Initialises the calling core's CPU interface. -ENODEV: no system-register access. */
int gic_cpu_interface_init(void);

/* The same for a core that has been without power, or perhaps has not: what is pending stays so. */
int gic_cpu_interface_resume(void);

/* Wakes the calling core's redistributor, if it sleeps. -ETIMEDOUT. */
int gic_redistributor_resume(void);

/* CLEAR: takes away that an event's LPI is pending. For the ITS driver and the tests: what other
 * drivers want is to mask or to free it. Contexts and errors as its_trigger_event(). */
struct its_device;
int its_clear_event(struct its_device *device, uint32_t event);

/* Memory for the GIC: aligned, zero, and zero for an observer that does not snoop too. A power of
 * two alignment; NULL if there is none. Thread context. */
void *gic_memory_allocate(size_t alignment, size_t size);
/* The same, but its zeros may be in caches only: for a reader that snoops them, or is not told of
 * it before they are cleaned. */
void *gic_memory_allocate_snooped(size_t alignment, size_t size);

#endif
