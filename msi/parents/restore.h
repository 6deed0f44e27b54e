// SPDX-License-Identifier: BSD-3-Clause
/*
 * What irq_restore_routes() asks each kind of parent to do for an interrupt that may be one of its
 * own, with its mutex held: to see to it that the system firmware has the interrupt's mappings, and
 * the hardware its mask. 0, also for another parent's interrupt; or ti_sci.h's errors.
 */
#ifndef MSI_PARENTS_RESTORE_H
#define MSI_PARENTS_RESTORE_H

struct irq;

int irq_inta_restore(struct irq *irq);
int irq_intr_restore(struct irq *irq);
int irq_chain_restore(struct irq *irq);

#endif
