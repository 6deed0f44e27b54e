// SPDX-License-Identifier: BSD-3-Clause
/*
 * What becomes of an event once it has reached its interrupt: run the handler, or keep the event.
 */
#ifndef MSI_STATE_H
#define MSI_STATE_H

#include "msi/internal.h"

enum irq_state_bit {
    IRQ_STATE_PENDING = 0x1, /* an event that the handler has not seen */
    IRQ_STATE_RUNNING = 0x2, /* the handler runs, on one core */
    IRQ_STATE_MASKED = 0x4,
    IRQ_STATE_DEAD = 0x8,   /* being freed: the handler is not called any more */
    IRQ_STATE_STORM = 0x10, /* masked by this layer, because it came too often */
    IRQ_STATE_WAITS = 0x20, /* for its turn in a replay list; masked in the hardware meanwhile */
};

/* A new interrupt: masked, nothing pending, and its sink delivers to it. */
void irq_state_init(struct irq *irq);

/* An event has arrived, on whatever core. If that is not irq->core, it is handed over to it: an
 * event that was acknowledged just before its interrupt moved, or that shares a line with events of
 * another core. irq_deliver_traced() records it too. Interrupt context. */
void irq_deliver(struct irq *irq);
void irq_deliver_traced(struct irq *irq);

/* Sets the mask, and clears it; irq_state_unmask() returns the state before. Any context. */
void irq_state_mask(struct irq *irq);
uint32_t irq_state_unmask(struct irq *irq);

/* After a move: what waits on another core goes to the new one. Thread context. */
void irq_state_follow(struct irq *irq);

/* From now on the handler is not called, and nothing waits to be replayed. A call that has begun
 * may still run: irq_quiesce(). Thread context. */
void irq_state_kill(struct irq *irq);

/* The handler of IRQ_SGI_REPLAY: runs the interrupts that were handed over to this core, or
 * unmasked with an event pending. Interrupt context. */
enum irq_return irq_state_replay(void *context);

#endif
