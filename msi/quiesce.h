// SPDX-License-Identifier: BSD-3-Clause
/*
 * How irq_free() knows that no handler runs any more. Each core has a generation number, which is
 * odd from before an acknowledge until after the end of that interrupt. Whoever takes something
 * away first makes it unreachable, and then waits until each number that was odd has changed. That
 * costs an interrupt two stores and a load.
 */
#ifndef MSI_QUIESCE_H
#define MSI_QUIESCE_H

#include "arch/core.h"
#include "arch/wait.h"

#include <stdint.h>

#define IRQ_CACHE_LINE 64

struct irq_generation {
    uint64_t value;
} __attribute__((aligned(IRQ_CACHE_LINE))); /* each core writes its own at every interrupt */

extern struct irq_generation irq_generations[CORE_MAX];
extern uint32_t irq_quiesce_waiters;

/* Around each interrupt, by dispatch. Interrupt context. */
static inline void irq_quiesce_enter(unsigned core)
{
    uint64_t *value = &irq_generations[core].value;

    __atomic_store_n(value, *value + 1, __ATOMIC_SEQ_CST);
}

static inline void irq_quiesce_leave(unsigned core)
{
    uint64_t *value = &irq_generations[core].value;

    __atomic_store_n(value, *value + 1, __ATOMIC_SEQ_CST);
    /* A waiter counts itself before it looks at the generation: one of the two sees the other. */
    if (__atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) != 0)
        wait_notify();
}

/* Waits until every handler that runs on any core now has returned. Nothing that was reachable
 * through a sink only before the call is in use after it. Thread context. -EDEADLK; -ETIMEDOUT:
 * a handler has not returned for 5 s. */
int irq_quiesce(void);

#endif
