// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts, for driver writers: request one for a source of one's device, get a handle, free it.
 *
 * A driver names its device, the index of the source in the device, a handler, and the core it
 * would like the handler to run on. How the interrupt gets there is the platform's business.
 */
#ifndef MSI_IRQ_H
#define MSI_IRQ_H

#include "msi/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irq; /* opaque */

/* Runs in interrupt context on the interrupt's core, never on two cores at once for one interrupt.
 * It must not wait, print, allocate, request or free. */
typedef void (*irq_handler_t)(void *context);

#define IRQ_CORE_ANY    0xffffffffu

#define IRQ_FLAG_EDGE   0x1u /* wired sources only; sources of an INTA or ITS are what they are */
#define IRQ_FLAG_MASKED 0x2u /* leave it masked; irq_unmask() when ready */

struct irq_request {
    uint32_t index; /* the source in the device: a ring, a wired line, a message slot */
    irq_handler_t handler;
    void *context;
    const char *name; /* for `irq`; must live as long as the interrupt */
    uint32_t flags;
    uint32_t core; /* or IRQ_CORE_ANY */
};

/* Routes and enables the source. Thread context, any core. On error nothing is left allocated.
 * -EINVAL: no handler, index or core out of range; -ENODEV: the device is bound to no parent;
 * -EBUSY: the source has an interrupt already; -ENOSPC: events, VINTs, routes or LPIs used up;
 * -ENOMEM; -EDEADLK: from interrupt context; or the parent's error (-EACCES, -ETIMEDOUT, -EIO). */
int irq_request(struct device *device, const struct irq_request *request, struct irq **irq);

/* Undoes irq_request(). When it returns, the handler is not running on any core and never will
 * again. Thread context, not from the interrupt's own handler. -EDEADLK, or the parent's error if
 * it refused to take the route down (the handle is gone all the same; the resource is not reused).
 */
int irq_free(struct irq *irq);

/* Masking nests not at all: the last call counts. Any context, its own handler included. An
 * event that arrives while masked is kept and delivered at unmask. */
void irq_mask(struct irq *irq);
void irq_unmask(struct irq *irq);

/* Moves the interrupt to another core with nothing lost or doubled. Thread context.
 * -EINVAL, -EDEADLK, -EBUSY where it shares its line with interrupts that would move along,
 * -ENOSPC, or the parent's error. */
int irq_set_affinity(struct irq *irq, unsigned core);
unsigned irq_core(const struct irq *irq);

/* Waits until no handler call that began before this one is still running. Thread context. */
int irq_synchronize(struct irq *irq);

/* Whether an event has arrived that the handler has not seen. Any context. A hint on LPIs. */
bool irq_pending(struct irq *irq);

/* How often the handler was called. Any context. */
uint64_t irq_count(const struct irq *irq);

/* The whole route in words, for people ("ring 304 > event 16 > VINT 16 bit 0 > INTR out 16 >
 * INTID 80 > core 0"); returns the length as snprintf(). Thread context. */
int irq_describe(const struct irq *irq, char *text, size_t size);

#endif
