// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts, for driver writers: request one for a source of one's device, get a handle, free it.
 *
 * A driver names its device, the index of the source in the device, a handler, and the core it
 * would like the handler to run on. How the interrupt gets there is the platform's business.
 * docs/msi.md tells the story, with two complete drivers.
 *
 * A handle is good from its request to its free. Between them any core may use it, several at once.
 */
#ifndef MSI_IRQ_H
#define MSI_IRQ_H

#include "msi/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irq; /* opaque */

/* Runs in interrupt context on the interrupt's core, never on two cores at once for one interrupt.
 * It must not wait, print, allocate, request or free. Events that come closer together than the
 * handler can run may be told by one call: look at the device for how much there is to do. */
typedef void (*irq_handler_t)(void *context);

#define IRQ_INDEX_ANY   0xffffffffu
#define IRQ_CORE_ANY    0xffffffffu

#define IRQ_FLAG_EDGE   0x1u /* wired sources only; events and messages are what they are */
#define IRQ_FLAG_MASKED 0x2u /* leave it masked; irq_unmask() when ready */

#define IRQ_BLOCK_MAX   32u /* interrupts in one block */

struct irq_request {
    uint32_t index; /* the source in the device: a ring, a wired line, a message slot; or
                       IRQ_INDEX_ANY where the device does not care (message slots only) */
    irq_handler_t handler;
    irq_handler_t traced_handler; /* NULL, or one that also records what it does (lib/trace.h) and
                                     is called instead while tracing is on */
    void *context;
    const char *name; /* for `irq`; must live as long as the interrupt */
    uint32_t flags;
    uint32_t core; /* or IRQ_CORE_ANY. irq_core() tells which it became: another if this one has
                      left (irq_evacuate_core()). */
};

/* Routes and enables the source. Thread context, any core. On error nothing is left allocated.
 * -EINVAL: no handler, index or core out of range, or IRQ_INDEX_ANY where the index is wired;
 * -ENODEV: the device is bound to no parent; -EBUSY: the source has an interrupt already; -ENOSPC:
 * the hardware or the host's share of it is used up; -ENOMEM; -EDEADLK: from interrupt context; or
 * the parent's error (-EACCES, -ETIMEDOUT, -EPROTO, -EIO), or write_message()'s. */
int irq_request(struct device *device, const struct irq_request *request, struct irq **irq);

/* The same for `count` sources with consecutive indices at once, all or none: for a device that
 * puts the number of the source into the low bits of one message. count is a power of two up to
 * IRQ_BLOCK_MAX, request->index a multiple of it (or IRQ_INDEX_ANY). Source i's handler is called
 * with (char *)context + i * context_step; its handle is irqs[i]. Each interrupt of a block can be
 * masked, moved and freed on its own. Errors as irq_request(). */
int irq_request_block(struct device *device, const struct irq_request *request, unsigned count,
                      size_t context_step, struct irq **irqs);

/* Undoes irq_request(). When it returns, the handler is not running on any core and never will
 * again. Thread context, not from the interrupt's own handler. -EDEADLK: from interrupt context;
 * -ETIMEDOUT: a handler does not return (the interrupt is kept, masked, and may be freed again);
 * or the parent's error if it refused to take the route down: the handle is gone all the same, and
 * the resource is not given to anybody before the parent has let go. */
int irq_free(struct irq *irq);

/* irq_free() for each handle that is not NULL; sets them to NULL. Returns the first error. */
int irq_free_block(struct irq **irqs, unsigned count);

/* Masking nests not at all: the last call counts. Any context, its own handler included. An
 * event that arrives while masked is kept and delivered at unmask. */
void irq_mask(struct irq *irq);
void irq_unmask(struct irq *irq);

/* Moves the interrupt to another core with nothing lost or doubled: a handler that begins after the
 * return runs there. Thread context. -EINVAL: no such core, or it has left; -EDEADLK; or the
 * parent's error: then it stays where it was. */
int irq_set_affinity(struct irq *irq, unsigned core);
unsigned irq_core(const struct irq *irq);

/* Waits until no handler call that began before this one is still running. Thread context.
 * -EDEADLK; -ETIMEDOUT: a handler does not return. */
int irq_synchronize(struct irq *irq);

/* Whether an event has arrived that the handler has not seen. Any context. A hint on messages. */
bool irq_pending(struct irq *irq);

/* Gives all of a device's messages to its write_message() again, from the core's copy: after the
 * device lost them (reset, power-down). Thread context. The first error of write_message();
 * -ENODEV; -EDEADLK. */
int irq_restore_messages(struct device *device);

/* How often the handler was called. Any context. */
uint64_t irq_count(const struct irq *irq);

/* The source's index: what became of IRQ_INDEX_ANY. Any context. */
uint32_t irq_index(const struct irq *irq);

/* The whole route in words, for people, its stages separated by " > ", the core last; returns the
 * length as snprintf(). Thread context. */
int irq_describe(const struct irq *irq, char *text, size_t size);

#endif
