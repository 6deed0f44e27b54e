// SPDX-License-Identifier: BSD-3-Clause
/*
 * Spreading interrupts over the cores by what they have cost.
 */
#ifndef MSI_BALANCE_H
#define MSI_BALANCE_H

#include "arch/core.h"

#include <stdint.h>

/* What a balance came to: how many interrupts it has moved; and for each core how many are on it,
 * and how often their handlers were called since the last balance. */
struct irq_balance {
    unsigned moved;
    uint32_t irqs[CORE_MAX];
    uint64_t calls[CORE_MAX];
};

/* Moves interrupts from cores whose handlers were called often to others, as long as that makes the
 * two more equal; where there were no calls, it is the number of interrupts that counts. It moves
 * those that were requested for IRQ_CORE_ANY, to cores that they may be on (irq_request.cores) and
 * that have not left (msi/evacuate.h); those that named their core stay. Nothing is lost or
 * doubled, as by irq_set_affinity(). Thread context. -EDEADLK; the first error of a move: what
 * could not be moved stays, the others have moved; -EAGAIN: they have moved, but a handler that
 * began on an old core has not returned for 5 s. */
int irq_balance(struct irq_balance *result);

#endif
