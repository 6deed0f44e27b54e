// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts, for driver writers: request one for a source of one's device, get a handle, free it.
 *
 * A driver names its device, the index of the source in the device, a handler, and the core it
 * would like the handler to run on. How the interrupt gets there is the platform's business.
 * docs/msi.md explains the layer and has two complete drivers.
 *
 * A handle is valid from its request to its free. Between them any core may use it, several at
 * once. "Thread context" is code outside of interrupt handlers with IRQs unmasked; a function that
 * needs it returns -EDEADLK elsewhere.
 */
#ifndef MSI_IRQ_H
#define MSI_IRQ_H

#include "msi/device.h"
#include "msi/handler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irq; /* opaque */

#define IRQ_INDEX_ANY   0xffffffffu
#define IRQ_CORE_ANY    0xffffffffu

#define IRQ_FLAG_EDGE   0x1u /* edge-triggered; for wired sources, ignored for the others */
#define IRQ_FLAG_MASKED 0x2u /* leave it masked until irq_unmask() */

#define IRQ_BLOCK_MAX   32u /* interrupts in one block */

/* How urgent an interrupt is, by rising urgency. Its handler interrupts handlers that are less
 * urgent, on the same core; one that is as urgent waits. Until somebody requests one that is more
 * than default, none is interrupted, and nothing is spent on it. They are objects, so that what
 * interrupts handlers is linked into applications that name one. */
struct irq_priority; /* opaque */
extern const struct irq_priority irq_priority_default, irq_priority_high, irq_priority_urgent,
    irq_priority_critical;

#define IRQ_PRIORITY_DEFAULT  (&irq_priority_default) /* NULL means the same */
#define IRQ_PRIORITY_HIGH     (&irq_priority_high)
#define IRQ_PRIORITY_URGENT   (&irq_priority_urgent)
#define IRQ_PRIORITY_CRITICAL (&irq_priority_critical)

/* Whether the functions that need thread context may be called here: not in a handler, not with
 * IRQs masked, not in a visit of irq_for_each(), not in a device's write_message(): they return
 * -EDEADLK there, before anything is done. Any context. */
bool irq_is_allowed(void);

/* What a driver asks for. */
struct irq_request {
    uint32_t index; /* the source in the device: a ring, a wired line, a message slot; or
                       IRQ_INDEX_ANY for any free one (message slots only) */
    irq_handler_t handler;
    irq_handler_t traced_handler; /* NULL, or one that also records what it does (lib/trace.h) and
                                     is called instead while tracing is on, or while there is an
                                     interrupt that is more urgent than default */
    void *context;
    const char *name; /* for people; must live as long as the interrupt; NULL: the device's */
    uint32_t flags;   /* IRQ_FLAG_* */
    uint32_t core;    /* or IRQ_CORE_ANY: the one with the fewest interrupts; irq_core() tells which
                         it became: another one if this core has been evacuated (msi/evacuate.h) */
    uint32_t cores;   /* for IRQ_CORE_ANY: which may be chosen, a bit for each core; 0: all */
    const struct irq_priority *priority; /* IRQ_PRIORITY_*; an event of an aggregator that is more
                                            than default has a line of its own: -ENOSPC if there is
                                            none */
};

/* Routes and enables the source. Thread context, any core. On error there is no handle, and nothing
 * is left allocated but what a parent could not release again: that it keeps, and tries again.
 * -EINVAL: no handler, an unknown flag, index or core out of range, none of `cores` runs, or
 * IRQ_INDEX_ANY where the index is wired; -ENODEV: the device is bound to no parent; -EBUSY: the
 * source has an interrupt already; -ENOSPC: the hardware or the host's share of it is used up;
 * -ENOMEM; -EDEADLK: not thread context; or the parent's error: the system firmware's
 * (drivers/ti_sci/ti_sci.h), the ITS's (drivers/gic/its.h), the GIC's (drivers/gic/gic.h); or
 * write_message()'s. */
int irq_request(struct device *device, const struct irq_request *request, struct irq **irq);

/* The same for `count` sources with consecutive indices at once, all or none: for a device that
 * puts the number of the source into the low bits of one message. count is a power of two up to
 * IRQ_BLOCK_MAX, request->index a multiple of it (or IRQ_INDEX_ANY). Source i's handler is called
 * with (char *)context + i * context_step; its handle is irqs[i]. Each interrupt of a block can be
 * masked, moved and freed on its own. Thread context. Errors as irq_request(); -EINVAL also for a
 * count that is not allowed. */
int irq_request_block(struct device *device, const struct irq_request *request, unsigned count,
                      size_t context_step, struct irq **irqs);

/* Undoes irq_request(). When it returns 0, the handler runs on no core and never will again. Thread
 * context.
 *   -EINVAL: NULL. -EDEADLK: not allowed here (irq_is_allowed()). Nothing was done.
 *   -EAGAIN: a handler, this one or another, has not returned for 5 s. The handle is still the
 *   caller's; the interrupt is masked for good, and can only be freed again.
 *   -EINPROGRESS: the same happened further on; any other error: the system firmware, the ITS or
 *   the GIC did not take a part of the route down. The handle is gone, and the handler never runs
 *   again. What was not released, nobody gets; the parent tries again at its next request or
 *   free. */
int irq_free(struct irq *irq);

/* irq_free(), for who undoes a request and can't keep the handle: what would be -EAGAIN is freed by
 * a later irq_request(). The interrupt's own handler must not have been called yet, since what it
 * uses may go. Thread context, as irq_request() before it. */
void irq_give_up(struct irq *irq);

/* irq_free() for each handle that is not NULL. Sets those that are gone to NULL; those that are
 * still the caller's (-EAGAIN, -EDEADLK) stay in the array, and the call can be repeated. Thread
 * context. The first error of irq_free(); -EINVAL: irqs is NULL. */
int irq_free_block(struct irq **irqs, unsigned count);

/* Masking does not nest: one irq_unmask() undoes any number of irq_mask(). Any context, its own
 * handler included; while the interrupt is being freed, irq_unmask() does nothing. An event that
 * arrives while masked is kept, and the handler is called once for it after the unmask. */
void irq_mask(struct irq *irq);
void irq_unmask(struct irq *irq);

/* Moves the interrupt to another core with nothing lost or doubled: a handler that begins after the
 * return runs there. Thread context. -EINVAL: no such core, or it has been evacuated; -EDEADLK; the
 * parent's error: it stays where it was; -EAGAIN: it has moved, but a handler
 * that began on the old core has not returned for 5 s. */
int irq_set_affinity(struct irq *irq, unsigned core);

/* As it was requested; and for people: "default", "high", "urgent", "critical". Any context. */
const struct irq_priority *irq_priority(const struct irq *irq);
const char *irq_priority_name(const struct irq_priority *priority);

/* Whether it is masked, by irq_mask() or as a storm, so that no handler comes. Any context. */
bool irq_is_masked(const struct irq *irq);

/* The core that the handler runs on. Any context. */
unsigned irq_core(const struct irq *irq);

/* Waits until no handler call that began before this one is still running. Thread context, in
 * visits and in write_message() too: no handler waits for what is locked there. -EDEADLK; -EAGAIN:
 * a handler has not returned for 5 s. */
int irq_synchronize(struct irq *irq);

/* Whether an event has arrived that the handler has not seen. Any context. Where the parent is the
 * ITS, a message counts while a device keeps it that can tell (source_pending() of msi/device.h),
 * and from the time that it has interrupted a core: no register tells which LPIs wait, and a
 * redistributor need not write them to its table in memory (IHI 0069, 5.1.2). */
bool irq_pending(struct irq *irq);

/* Gives all of a device's messages to its write_message() again, from this layer's copy: after the
 * device lost them (reset, power-down). Thread context. The first error of write_message(); the
 * others are written all the same. -ENODEV: the device is bound to no parent; -EDEADLK. */
int irq_restore_messages(struct device *device);

/* How often the handler was called since the request. Any context. */
uint64_t irq_count(const struct irq *irq);

/* The source's index: what became of IRQ_INDEX_ANY. Any context. */
uint32_t irq_index(const struct irq *irq);

/* The whole route in words, for people: its stages separated by " > ", the core last. Returns the
 * length as snprintf() does. Thread context. */
int irq_describe(const struct irq *irq, char *text, size_t size);

#endif
