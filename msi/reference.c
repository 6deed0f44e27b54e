// SPDX-License-Identifier: BSD-3-Clause
/*
 * References to bindings (msi/reference.h).
 */
#include "msi/reference.h"

#include <stdlib.h>

/* For device->interrupts, and for the first reference that is taken through it: a request does not
 * wait for a visit. Who has a reference needs no lock to take or give another. */
static struct spinlock references_lock = SPINLOCK_INIT;

struct irq_binding *irq_binding_get(const struct device *device)
{
    unsigned long state = spin_lock(&references_lock);
    struct irq_binding *binding = device->interrupts;

    if (binding != NULL)
        irq_binding_hold(binding);
    spin_unlock(&references_lock, state);
    return binding;
}

void irq_binding_put(struct irq_binding *binding)
{
    /* Release, and acquire of the last: what others did with it is over before it goes. */
    if (__atomic_fetch_sub(&binding->references, 1, __ATOMIC_ACQ_REL) != 1)
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
