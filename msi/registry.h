// SPDX-License-Identifier: BSD-3-Clause
/*
 * The list of parents, and of the devices that are bound to them. Thread context.
 */
#ifndef MSI_REGISTRY_H
#define MSI_REGISTRY_H

#include "msi/internal.h"

/* Enters a parent. Once a parent. -EDEADLK. */
int irq_parent_register(struct irq_parent *parent);

/* Binds device as `model` says (its data and index_limit); bind(binding, argument), if any, does
 * what the parent's hardware needs, under the parent's mutex. -EBUSY: the device is bound;
 * -ENOMEM; bind()'s error. */
int irq_binding_create(struct device *device, struct irq_parent *parent,
                       const struct irq_binding *model,
                       int (*bind)(struct irq_binding *binding, void *argument), void *argument);

/* Has each parent that can, turn off a stray INTID. Thread context. The first error. */
int irq_silence_stray(unsigned intid);

/* Calls visit(irq, argument) for each interrupt of each binding, with its parent's mutex held,
 * until it returns other than 0, which is then returned; or -EDEADLK. */
int irq_visit_all(int (*visit)(struct irq *irq, void *argument), void *argument);

#endif
