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

/* An event has arrived, on whatever core: that is sink.deliver (msi/dispatch.h), for which there is
 * a shorter way if the interrupt is idle (msi/call.h). If the core is not irq->core, the event is
 * handed over to it: one that was acknowledged just before its interrupt moved, or that shares a
 * line with events of another core. */

/* The rare things at the end of a call: it did not say IRQ_HANDLED, or there may be a storm; and
 * something was left in the state when it was no longer running. Interrupt context. */
void irq_state_after_call(struct irq *irq, enum irq_return result);
void irq_state_let_go(struct irq *irq, uint32_t left);

/* Sets the mask, and clears it; irq_state_unmask() returns the state before. Any context. */
void irq_state_mask(struct irq *irq);
uint32_t irq_state_unmask(struct irq *irq);

/* The hardware may have lost its mask: sets it as the state has it. Thread context. */
void irq_state_restore(struct irq *irq);

/* After a move: what waits on another core goes to the new one. Thread context. */
void irq_state_follow(struct irq *irq);

/* From now on the handler is not called, and nothing waits to be replayed. A call that has begun
 * may still run: irq_quiesce(). Thread context. */
void irq_state_kill(struct irq *irq);

/* IRQ_SGI_REPLAY has arrived: runs the interrupts that were handed over to this core, or unmasked
 * with an event pending. Interrupt context. */
void irq_state_replay(void);

#endif
