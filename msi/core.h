// SPDX-License-Identifier: BSD-3-Clause
/*
 * Dispatch: from an INTID that the CPU interface acknowledges to the code that wants it
 * (Arm IHI 0069, 4.1 "The interrupt lifecycle").
 *
 * SGIs and PPIs are requested here directly: they belong to cores, not to devices. SPIs and LPIs
 * are taken by the parents in msi/, through sinks.
 */
#ifndef MSI_CORE_H
#define MSI_CORE_H

#include "msi/irq.h"

#include <stdbool.h>
#include <stdint.h>

#define IRQ_SGI_WAKE   0u  /* ends a WFI; has no handler */
#define IRQ_SGI_REPLAY 1u  /* runs what was unmasked with an event pending (msi/deliver.c) */
#define IRQ_PPI_TIMER  27u /* the EL1 virtual timer: ends a WFI (arch/wait.h); has no handler */

/* One handler an SGI, for all cores; each core has had it enabled since irq_core_cpu_init().
 * Thread context. -EINVAL: not an SGI, or one of the core's own; -EBUSY: taken; -EDEADLK. */
int irq_sgi_request(unsigned sgi, irq_handler_t handler, void *context);
/* When it returns no core runs the handler. -EINVAL, -EDEADLK; -ETIMEDOUT: a handler hangs. */
int irq_sgi_free(unsigned sgi);

/* A PPI of the calling core: configured as level-sensitive, enabled, and taken on that core only.
 * Thread context, on the core concerned. Errors as above, and the GIC's. */
int irq_ppi_request(unsigned intid, irq_handler_t handler, void *context);
int irq_ppi_free(unsigned intid);

/* Where an SPI or LPI ends: embedded in the object that takes it. deliver() runs in interrupt
 * context. */
struct irq_sink {
    void (*deliver)(struct irq_sink *sink);
};

/* Gives an SPI or LPI a sink. -EBUSY: it has one; -EINVAL: the GIC does not have that INTID. */
int irq_sink_attach(unsigned intid, struct irq_sink *sink);
/* Takes it away. A core may still be inside deliver(): irq_core_quiesce() before the sink's memory
 * goes. */
void irq_sink_detach(unsigned intid);

/* Makes the table for LPIs [GIC_INTID_LPI_FIRST, limit). Once, thread context. -ENOMEM. */
int irq_core_lpi_init(unsigned limit);

/* Waits until every handler that runs on any core now has returned. Nothing that was reachable
 * through a sink only before the call is in use after it. Thread context. -EDEADLK; -ETIMEDOUT:
 * a handler hangs. */
int irq_core_quiesce(void);

/* Counts an event that reached a place where nobody waits for it. Interrupt context. */
void irq_core_count_stray(void);

struct irq_core_counters {
    uint64_t spurious; /* exceptions whose first acknowledge found nothing (INTID 1020-1023) */
    uint64_t stray;    /* interrupts without a sink, INTA status bits without an interrupt */
};
void irq_core_get_counters(struct irq_core_counters *counters);

#endif
