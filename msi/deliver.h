// SPDX-License-Identifier: BSD-3-Clause
/*
 * What becomes of an event once it has reached its interrupt: run the handler, or keep the event.
 */
#ifndef MSI_DELIVER_H
#define MSI_DELIVER_H

#include "msi/irq.h"

#define IRQ_STATE_PENDING 0x1u /* an event that the handler has not seen */
#define IRQ_STATE_RUNNING 0x2u /* the handler runs, on one core */
#define IRQ_STATE_MASKED  0x4u
#define IRQ_STATE_DEAD    0x8u  /* being freed: the handler is not called any more */
#define IRQ_STATE_STORM   0x10u /* masked by the core, because it came too often */

/* An event has arrived, on whatever core. If that is not irq->core, it is handed over to it: an
 * event that was acknowledged just before its interrupt moved, or that shares a line with events of
 * another core. Interrupt context. */
void irq_deliver(struct irq *irq);

/* Has a pending event handled on irq->core soon. Any context. */
void irq_replay(struct irq *irq);

/* From now on the handler is not called, and nothing waits to be replayed. A call that has begun
 * may still run: irq_core_quiesce(). Thread context. */
void irq_kill(struct irq *irq);

/* Handles what irq_replay() left for this core. Interrupt context. */
void irq_replay_run(unsigned core);

#endif
