// SPDX-License-Identifier: BSD-3-Clause
/*
 * The list of parents, and of the devices that are bound to them.
 */
#include "msi/registry.h"

#include "arch/core.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/message.h"
#include "msi/reclaim.h"
#include "msi/reference.h"
#include "msi/report.h"
#include "msi/storm.h"
#include "msi/stray.h"

#include <errno.h>
#include <stdlib.h>

LOG_SUBJECT(irq);

static struct mutex registry_mutex = MUTEX_INIT;
static struct irq_parent *parents;
static struct irq_binding *bindings;

/* write_message() has its parent's mutex. It may not wait for the registry's: who has that may be
 * waiting for the parent's. Nor for another parent's. */
bool irq_is_allowed(void)
{
    return wait_is_allowed() && !mutex_is_mine(&registry_mutex) && !irq_message_writing[core_id()];
}

static int lock_registry(void)
{
    return irq_is_allowed() ? mutex_lock(&registry_mutex) : -EDEADLK;
}

int irq_parent_register(struct irq_parent *parent)
{
    int error = lock_registry();

    if (error != 0)
        return error;
    parent->next = parents;
    parents = parent;
    mutex_unlock(&registry_mutex);
    return 0;
}

/* With both mutexes held. */
static int enter_binding(struct irq_binding *binding,
                         int (*bind)(struct irq_binding *binding, void *argument), void *argument)
{
    if (binding->device->interrupts != NULL)
        return -EBUSY;

    int error = bind != NULL ? bind(binding, argument) : 0;

    if (error != 0)
        return error;
    binding->next = bindings;
    binding->link = &bindings;
    if (bindings != NULL)
        bindings->link = &binding->next;
    bindings = binding;
    irq_binding_publish(binding, true);
    return 0;
}

int irq_binding_create(struct device *device, struct irq_parent *parent,
                       const struct irq_binding *model,
                       int (*bind)(struct irq_binding *binding, void *argument), void *argument)
{
    if (!irq_is_allowed())
        return -EDEADLK;

    struct irq_binding *binding = calloc(1, sizeof(*binding));

    if (binding == NULL)
        return -ENOMEM;
    *binding = *model;
    binding->device = device;
    binding->parent = parent;
    binding->references = 1; /* the device's */

    int error = irq_sources_init(&binding->sources, binding->index_limit);

    if (error != 0) {
        free(binding);
        return error;
    }
    error = mutex_lock(&registry_mutex);
    if (error == 0) {
        error = mutex_lock(&parent->mutex);
        if (error == 0) {
            error = enter_binding(binding, bind, argument);
            mutex_unlock(&parent->mutex);
        }
        mutex_unlock(&registry_mutex);
    }
    if (error != 0)
        irq_binding_put(binding);
    return error;
}

/* With both mutexes held. */
static int remove_binding(struct irq_binding *binding)
{
    const struct irq_parent_ops *ops = binding->parent->ops;

    if (binding->sources.in_use != 0)
        return -EBUSY;

    int error = ops->unbind != NULL ? ops->unbind(binding) : 0;

    if (error != 0)
        return error;
    *binding->link = binding->next;
    if (binding->next != NULL)
        binding->next->link = binding->link;
    irq_binding_publish(binding, false);
    binding->unbound = true;
    return 0;
}

int irq_unbind(struct device *device)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    if (device == NULL)
        return -EINVAL;

    int error = mutex_lock(&registry_mutex);

    if (error != 0)
        return error;

    struct irq_binding *binding = device->interrupts;

    error = binding != NULL ? mutex_lock(&binding->parent->mutex) : -ENODEV;
    if (error == 0) {
        error = remove_binding(binding);
        mutex_unlock(&binding->parent->mutex);
    }
    mutex_unlock(&registry_mutex);
    if (error == 0)
        irq_binding_put(binding); /* the device's; a request that is under way may have another */
    irq_reclaim();
    return error;
}

void irq_get_inventory(struct irq_inventory *inventory)
{
    *inventory = (struct irq_inventory){
        .spurious = irq_dispatch_spurious(),
        .stray = irq_stray_count(),
        .storms = irq_storm_count(),
        .held = irq_reclaim_count(),
    };
    if (lock_registry() != 0)
        return;
    for (struct irq_binding *binding = bindings; binding != NULL; binding = binding->next) {
        inventory->bindings++;
        if (mutex_lock(&binding->parent->mutex) == 0) {
            inventory->irqs += binding->sources.in_use;
            mutex_unlock(&binding->parent->mutex);
        }
    }
    for (struct irq_parent *parent = parents; parent != NULL; parent = parent->next) {
        if (parent->ops->inventory != NULL && mutex_lock(&parent->mutex) == 0) {
            parent->ops->inventory(parent, inventory);
            mutex_unlock(&parent->mutex);
        }
    }
    mutex_unlock(&registry_mutex);
}

static int visit_binding(struct irq_binding *binding, int (*visit)(struct irq *irq, void *argument),
                         void *argument)
{
    uint32_t index = 0;
    struct irq *irq;
    int error = mutex_lock(&binding->parent->mutex);

    if (error != 0)
        return error;
    while (error == 0 && (irq = irq_sources_next(&binding->sources, &index)) != NULL) {
        error = visit(irq, argument);
        index++;
    }
    mutex_unlock(&binding->parent->mutex);
    return error;
}

int irq_silence_stray(unsigned intid)
{
    int first_error = lock_registry();

    if (first_error != 0)
        return first_error;
    for (struct irq_parent *parent = parents; parent != NULL; parent = parent->next) {
        int error = parent->ops->silence_stray != NULL ? mutex_lock(&parent->mutex) : -ENOENT;

        if (error == 0) {
            error = parent->ops->silence_stray(parent, intid);
            mutex_unlock(&parent->mutex);
        }
        if (first_error == 0 && error != -ENOENT)
            first_error = error;
    }
    mutex_unlock(&registry_mutex);
    return first_error;
}

int irq_visit_all(int (*visit)(struct irq *irq, void *argument), void *argument)
{
    int error = lock_registry();

    if (error != 0)
        return error;
    for (struct irq_binding *binding = bindings; binding != NULL && error == 0;
         binding = binding->next)
        error = visit_binding(binding, visit, argument);
    mutex_unlock(&registry_mutex);
    return error;
}

struct visitor {
    void (*visit)(const struct irq *irq, void *argument);
    void *argument;
};

static int call_visitor(struct irq *irq, void *argument)
{
    const struct visitor *visitor = argument;

    visitor->visit(irq, visitor->argument);
    return 0;
}

void irq_for_each(void (*visit)(const struct irq *irq, void *argument), void *argument)
{
    struct visitor visitor = {.visit = visit, .argument = argument};

    (void)irq_visit_all(call_visitor, &visitor);
}
