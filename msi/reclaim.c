// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory that waits for the last core to look away (msi/reclaim.h).
 */
#include "msi/reclaim.h"

#include "msi/quiesce.h"
#include "msi/reference.h"
#include "msi/storm.h"

#include <stdlib.h>

static struct irq *gone;      /* linked by stuck_next */
uint32_t irq_reclaim_waiting; /* so many; looked at without the lock */
static struct spinlock gone_lock = SPINLOCK_INIT;

void irq_reclaim_later(struct irq *irq)
{
    unsigned long state = spin_lock(&gone_lock);

    irq->stuck_next = gone;
    gone = irq;
    __atomic_store_n(&irq_reclaim_waiting, irq_reclaim_waiting + 1, __ATOMIC_RELAXED);
    spin_unlock(&gone_lock, state);
}

static struct irq *take_all(void)
{
    unsigned long state = spin_lock(&gone_lock);
    struct irq *all = gone;

    gone = NULL;
    __atomic_store_n(&irq_reclaim_waiting, 0, __ATOMIC_RELAXED);
    spin_unlock(&gone_lock, state);
    return all;
}

void irq_reclaim_but_memory(struct irq *irq)
{
    irq_storm_forget(&irq->window);
    if (!irq_priority_is_default(irq->priority))
        irq->priority->use(-1);
    irq_binding_put(irq->binding);
}

void irq_reclaim_now(struct irq *irq)
{
    irq_reclaim_but_memory(irq);
    free(irq);
}

void irq_reclaim(void)
{
    struct irq *all;
    bool can_go;

    if (irq_reclaim_count() == 0)
        return;
    all = take_all();
    can_go = all != NULL && irq_await_handlers() == 0;
    while (all != NULL) {
        struct irq *irq = all;

        all = irq->stuck_next;
        if (!can_go) {
            irq_reclaim_later(irq);
            continue;
        }
        irq_reclaim_now(irq);
    }
}
