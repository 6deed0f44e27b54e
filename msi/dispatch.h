// SPDX-License-Identifier: BSD-3-Clause
/*
 * Dispatch: from an INTID that the CPU interface acknowledges to the code that wants it
 * (Arm IHI 0069, 4.1 "The interrupt lifecycle"). SPIs and LPIs are taken through sinks.
 */
#ifndef MSI_DISPATCH_H
#define MSI_DISPATCH_H

#include "msi/handler.h"

#include <stdbool.h>
#include <stdint.h>

/* Where an SPI or LPI ends: embedded in the object that takes it. deliver[false] runs in interrupt
 * context; deliver[true] does the same and records it (lib/trace.h). */
struct irq_sink {
    void (*deliver[2])(struct irq_sink *sink);
};

/* Makes the table of SPIs. Once, thread context. -ENOMEM, -EALREADY. */
int irq_dispatch_init(void);

/* Makes the table for LPIs [GIC_INTID_LPI_FIRST, limit). Once, thread context. -ENOMEM, -ENODEV,
 * -EALREADY. */
int irq_dispatch_lpi_init(unsigned limit);

/* Takes over the IRQ exception: IRQs are unmasked on the calling core. */
void irq_dispatch_start(void);

/* Gives an SPI or LPI a sink. -EBUSY: it has one; -EINVAL: the GIC does not have that INTID. */
int irq_sink_attach(unsigned intid, struct irq_sink *sink);
/* Whether it has one. */
bool irq_sink_is_attached(unsigned intid);
/* Takes it away. A core may still be inside deliver(): irq_quiesce() before the sink's memory
 * goes. */
void irq_sink_detach(unsigned intid);

/* Who runs when an SGI or PPI arrives on a core (msi/local.h); NULL: nobody. *context: what to
 * call it with. Interrupt context, on that core. */
irq_handler_t irq_local_handler(unsigned intid, void **context);

/* Has the handler of an SGI or PPI called once more on this core, after the core's other
 * interrupts. Interrupt context. */
void irq_local_again(unsigned intid);

/* Has a handler called for one of this layer's own SGIs. Before irq_dispatch_start(). */
void irq_local_reserve(unsigned sgi, irq_handler_t handler);

/* Exceptions whose first acknowledge found nothing (INTID 1020-1023). */
uint64_t irq_dispatch_spurious(void);

#endif
