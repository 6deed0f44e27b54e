// SPDX-License-Identifier: BSD-3-Clause
/*
 * References to bindings (msi/reference.h).
 */
#include "msi/reference.h"

#include <stdlib.h>

/* For device->interrupts and the bindings' references: a request does not wait for a visit. */
static struct spinlock references_lock = SPINLOCK_INIT;

struct irq_binding *irq_binding_get(const struct device *device)
{
    unsigned long state = spin_lock(&references_lock);
    struct irq_binding *binding = device->interrupts;

    if (binding != NULL)
        binding->references++;
    spin_unlock(&references_lock, state);
    return binding;
}

void irq_binding_hold(struct irq_binding *binding)
{
    unsigned long state = spin_lock(&references_lock);

    binding->references++;
    spin_unlock(&references_lock, state);
}

void irq_binding_put(struct irq_binding *binding)
{
    unsigned long state = spin_lock(&references_lock);
    bool last = --binding->references == 0;

    spin_unlock(&references_lock, state);
    if (!last)
        return;
    irq_sources_destroy(&binding->sources);
    free(binding);
}

void irq_binding_publish(struct irq_binding *binding, bool bound)
{
    unsigned long state = spin_lock(&references_lock);

    binding->device->interrupts = bound ? binding : NULL;
    spin_unlock(&references_lock, state);
}
