// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts that could not be released.
 */
#include "msi/parents/stuck.h"

#include "msi/irq.h"
#include "msi/parents/mapping.h"
#include "msi/reclaim.h"
#include "msi/registry.h"

#include <stddef.h>

void irq_stuck_keep(struct irq **list, struct irq *irq)
{
    irq->stuck = true;
    irq->stuck_next = *list;
    *list = irq;
}

static void put_last(struct irq **link)
{
    struct irq *irq = *link;

    *link = irq->stuck_next;
    while (*link != NULL)
        link = &(*link)->stuck_next;
    irq->stuck_next = NULL;
    *link = irq;
}

void irq_stuck_reap(struct irq **list, int (*release)(struct irq_parent *parent, struct irq *irq),
                    struct irq_parent *parent)
{
    struct irq **link = list;

    while (*link != NULL) {
        struct irq *irq = *link;
        int error = release(parent, irq);

        if (!irq_mapping_is_answered(error)) {
            put_last(link);
            return;
        }
        if (error != 0) {
            link = &irq->stuck_next;
            continue;
        }
        *link = irq->stuck_next;
        irq_reclaim_later(irq);
    }
}

uint32_t irq_stuck_count(const struct irq *list)
{
    uint32_t count = 0;

    for (; list != NULL; list = list->stuck_next)
        count++;
    return count;
}
