// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory that waits for the last core to look away (msi/reclaim.h).
 */
#include "msi/reclaim.h"

#include "msi/quiesce.h"
#include "msi/reference.h"

#include <stdlib.h>

static struct irq *gone;    /* linked by stuck_next */
static uint32_t gone_count; /* looked at without the lock */
static struct spinlock gone_lock = SPINLOCK_INIT;

void irq_reclaim_later(struct irq *irq)
{
    unsigned long state = spin_lock(&gone_lock);

    irq->stuck_next = gone;
    gone = irq;
    __atomic_store_n(&gone_count, gone_count + 1, __ATOMIC_RELAXED);
    spin_unlock(&gone_lock, state);
}

static struct irq *take_all(void)
{
    unsigned long state = spin_lock(&gone_lock);
    struct irq *all = gone;

    gone = NULL;
    __atomic_store_n(&gone_count, 0, __ATOMIC_RELAXED);
    spin_unlock(&gone_lock, state);
    return all;
}

void irq_reclaim(void)
{
    struct irq *all = take_all();
    bool can_go = all != NULL && irq_quiesce() == 0;

    while (all != NULL) {
        struct irq *irq = all;

        all = irq->stuck_next;
        if (!can_go) {
            irq_reclaim_later(irq);
            continue;
        }
        irq_binding_put(irq->binding);
        free(irq);
    }
}

uint32_t irq_reclaim_count(void)
{
    return __atomic_load_n(&gone_count, __ATOMIC_RELAXED);
}
