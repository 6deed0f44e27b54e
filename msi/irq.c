// SPDX-License-Identifier: BSD-3-Clause
/*
 * What drivers do with an interrupt that they have (msi/irq.h): mask it, move it, ask about it.
 */
#include "msi/irq.h"

#include "arch/core.h"
#include "msi/internal.h"
#include "msi/later.h"
#include "msi/message.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/reference.h"
#include "msi/service.h"
#include "msi/state.h"

#include <errno.h>

/* ---- masking ---- */

void irq_mask(struct irq *irq)
{
    irq_state_mask(irq);
}

void irq_unmask(struct irq *irq)
{
    if ((irq_state_unmask(irq) & IRQ_STATE_STORM) == 0)
        return;
    /* What irq_service() has silenced is to be turned on; where it can't be now, by the next one.
     */
    irq_later_leave();
    irq_service();
}

/* ---- moving ---- */

int irq_move(struct irq *irq, unsigned core)
{
    unsigned old = irq_core(irq);
    int error = old != core ? irq->binding->parent->ops->set_affinity(irq, core) : 0;

    if (error != 0)
        return error;
    irq_placement_count(old, -1);
    irq_placement_count(core, 1);
    irq_state_follow(irq);
    return 0;
}

int irq_set_affinity(struct irq *irq, unsigned core)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    if (irq == NULL || core >= core_count())
        return -EINVAL;

    struct irq_parent *parent = irq->binding->parent;
    int error = mutex_lock(&parent->mutex);

    if (error != 0)
        return error;
    /* Under the mutex: irq_evacuate_core() marks the core before it takes it. */
    error = irq_core_is_placeable(core) ? irq_move(irq, core) : -EINVAL;
    mutex_unlock(&parent->mutex);
    /* A core that found the interrupt to be its own before the move may be about to call the
     * handler. */
    return error == 0 ? irq_quiesce() : error;
}

unsigned irq_core(const struct irq *irq)
{
    return __atomic_load_n(&irq->core, __ATOMIC_SEQ_CST);
}

int irq_synchronize(struct irq *irq)
{
    (void)irq; /* handlers are short: waiting for all of them is simpler, and not longer */
    return irq_quiesce();
}

/* With the parent's mutex held. */
static int restore_all(const struct irq_binding *binding)
{
    const struct irq_slot *last = NULL;
    uint32_t index = 0;
    struct irq *irq;
    int first_error = 0;

    for (; (irq = irq_sources_next(&binding->sources, &index)) != NULL; index++) {
        int error = irq_message_restore(irq, irq->slot != last);

        last = irq->slot; /* a block's interrupts stand side by side */
        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

int irq_restore_messages(struct device *device)
{
    if (!irq_is_allowed())
        return -EDEADLK;

    struct irq_binding *binding = device != NULL ? irq_binding_get(device) : NULL;

    if (binding == NULL)
        return -ENODEV;

    int error = mutex_lock(&binding->parent->mutex);

    if (error == 0) {
        error = binding->unbound ? -ENODEV : restore_all(binding);
        mutex_unlock(&binding->parent->mutex);
    }
    irq_binding_put(binding);
    return error;
}

/* ---- asking ---- */

bool irq_pending(struct irq *irq)
{
    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_PENDING) != 0)
        return true;
    return irq->binding->parent->ops->pending != NULL && irq->binding->parent->ops->pending(irq);
}

uint64_t irq_count(const struct irq *irq)
{
    return __atomic_load_n(&irq->window.calls, __ATOMIC_RELAXED);
}

int irq_trigger(struct irq *irq)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    return irq->binding->parent->ops->trigger(irq);
}

int irq_describe(const struct irq *irq, char *text, size_t size)
{
    return irq->binding->parent->ops->describe(irq, text, size);
}

const struct irq_priority *irq_priority(const struct irq *irq)
{
    return irq->priority;
}

bool irq_is_masked(const struct irq *irq)
{
    return (__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_MASKED) != 0;
}

const char *irq_state_name(const struct irq *irq)
{
    uint32_t state = __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);

    if ((state & IRQ_STATE_STORM) != 0)
        return "storm";
    if ((state & IRQ_STATE_MASKED) != 0)
        return "masked";
    return (state & IRQ_STATE_RUNNING) != 0 ? "running" : "on";
}

const char *irq_name(const struct irq *irq)
{
    return irq->name;
}

const char *irq_device_name(const struct irq *irq)
{
    return irq->binding->device->name;
}

uint32_t irq_index(const struct irq *irq)
{
    return irq->index;
}
