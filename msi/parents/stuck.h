// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts that a parent could not release, since the system firmware refused or did not answer:
 * nobody may use their numbers, or their memory, until a later attempt succeeds. A list of them by
 * stuck_next, under its parent's mutex.
 */
#ifndef MSI_PARENTS_STUCK_H
#define MSI_PARENTS_STUCK_H

#include <stdint.h>

struct irq;
struct irq_parent;

/* Puts one in. */
void irq_stuck_keep(struct irq **list, struct irq *irq);

/* Tries each again: release() returns 0, and has given its numbers back, or the error of
 * irq_mapping_clear(), or another one if a handler hangs. One that has no answer, or whose handler
 * hangs, ends it, as each would take its time-out, and is put behind the others, so that each has
 * its turn. Thread context. */
void irq_stuck_reap(struct irq **list, int (*release)(struct irq_parent *parent, struct irq *irq),
                    struct irq_parent *parent);

uint32_t irq_stuck_count(const struct irq *list);

#endif
