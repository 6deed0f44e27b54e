// SPDX-License-Identifier: BSD-3-Clause
/*
 * Giving back the memory of interrupts that are gone.
 *
 * A core that has acknowledged an interrupt may still look at its structure. So memory is freed
 * only after a wait for all handlers; where that ends without success, because the handler of some
 * interrupt does not return, the memory waits here for the next time.
 */
#ifndef MSI_RECLAIM_H
#define MSI_RECLAIM_H

#include "msi/internal.h"

extern uint32_t irq_reclaim_waiting; /* atomic */

/* Takes an interrupt that nothing leads to any more. Any context. */
void irq_reclaim_later(struct irq *irq);

/* Frees one that no core looks at any more (irq->quiet); but_memory: only what it holds, its
 * memory is the caller's. Thread context. */
void irq_reclaim_now(struct irq *irq);
void irq_reclaim_but_memory(struct irq *irq);

/* Frees what has been taken so far, after irq_quiesce(); what can't be freed now stays. Thread
 * context, best without a lock. */
void irq_reclaim(void);

/* How many wait. Any context. */
static inline uint32_t irq_reclaim_count(void)
{
    return __atomic_load_n(&irq_reclaim_waiting, __ATOMIC_RELAXED);
}

#endif
