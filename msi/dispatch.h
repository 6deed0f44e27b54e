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

struct irq_generation;

/* Where an SPI or LPI ends: embedded in the object that takes it. deliver[false] runs in interrupt
 * context, `own` is the core's (msi/quiesce.h); deliver[true] does the same and records it
 * (lib/trace.h). */
struct irq_sink {
    /* Of an interrupt: its state and its core, which the dispatcher takes it by in one step,
     * without a call of deliver(), if it is idle (msi/call.h). Else IRQ_SINK_NO_CLAIM. */
    uint64_t claim;
    void (*deliver[2])(struct irq_sink *sink, const struct irq_generation *own);
};

#define IRQ_SINK_NO_CLAIM UINT64_MAX

/* Makes the table of SPIs. Once, thread context. -ENOMEM, -EALREADY. */
int irq_dispatch_init(void);

/* There are LPIs [ROOT_INTID_LPI_FIRST, limit), of one parent. Once, thread context. -ENODEV,
 * -EALREADY. */
int irq_dispatch_lpi_init(unsigned limit);

/* Takes over the IRQ exception: IRQs are unmasked on the calling core. */
void irq_dispatch_start(void);

/* What runs in place of the dispatcher that can record, and calls that one; NULL: nothing does. It
 * is called with the core's generation, as exception_set_irq_handler()'s function is. Any context.
 */
void irq_dispatch_set_nesting(void (*function)(void *own));

/* That dispatcher, of an exception; and of one interrupt, from its acknowledge to its end, in an
 * exception that has interrupted a handler. */
void irq_dispatch_traced(struct irq_generation *own);
void irq_dispatch_nested(const struct irq_generation *own);

/* Gives an SPI or LPI a sink; the first LPI has the table of LPIs made. Thread context; for LPIs
 * with their parent's mutex. -EBUSY: it has one; -EINVAL: the GIC does not have that INTID;
 * -ENOMEM. */
int irq_sink_attach(unsigned intid, struct irq_sink *sink);
/* Whether it has one. */
bool irq_sink_is_attached(unsigned intid);
/* Takes it away. A core may still be inside deliver(): irq_quiesce() before the sink's memory
 * goes. */
void irq_sink_detach(unsigned intid);

/* Calls the handler of an SGI or PPI that has arrived on this core (msi/local.h), and has it called
 * once more, after the core's other interrupts, if that is what it says. False: it has none.
 * Interrupt context. */
bool irq_local_call(unsigned intid);

/* Acknowledges that found nothing (INTID 1020-1023): it had gone again. */
uint64_t irq_dispatch_spurious(void);

#endif
