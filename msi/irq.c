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
    /* What irq_service() has silenced is to be turned on. */
    irq_later_leave();
    irq_service();
}

/* ---- moving ---- */

int irq_move(struct irq *irq, unsigned core)
{
    if (core == irq->core)
        return 0;

    int error = irq->binding->parent->ops->set_affinity(irq, core);

    if (error != 0)
        return error;
    return irq_message_update(irq);
}

int irq_set_affinity(struct irq *irq, unsigned core)
{
    if (in_interrupt())
        return -EDEADLK;
    if (irq == NULL || core >= core_count() || !irq_core_is_placeable(core))
        return -EINVAL;

    struct irq_parent *parent = irq->binding->parent;
    int error = mutex_lock(&parent->mutex);

    if (error != 0)
        return error;
    error = irq_move(irq, core);
    mutex_unlock(&parent->mutex);
    return error;
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

int irq_restore_messages(struct device *device)
{
    const struct irq_slot *last = NULL;
    uint32_t index = 0;
    struct irq *irq;

    if (in_interrupt())
        return -EDEADLK;
    if (device == NULL || device->interrupts == NULL)
        return -ENODEV;

    struct irq_binding *binding = device->interrupts;
    int first_error = mutex_lock(&binding->parent->mutex);

    if (first_error != 0)
        return first_error;
    for (; (irq = irq_sources_next(&binding->sources, &index)) != NULL; index++) {
        int error = irq->slot != last ? irq_message_restore(irq) : 0;

        last = irq->slot; /* a block's interrupts stand side by side */
        if (first_error == 0)
            first_error = error;
    }
    mutex_unlock(&binding->parent->mutex);
    return first_error;
}

/* ---- asking ---- */

bool irq_pending(struct irq *irq)
{
    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_PENDING) != 0)
        return true;
    return irq->binding->parent->ops->pending(irq);
}

uint64_t irq_count(const struct irq *irq)
{
    return __atomic_load_n(&irq->count, __ATOMIC_RELAXED);
}

int irq_trigger(struct irq *irq)
{
    if (in_interrupt())
        return -EDEADLK;
    return irq->binding->parent->ops->trigger(irq);
}

int irq_describe(const struct irq *irq, char *text, size_t size)
{
    return irq->binding->parent->ops->describe(irq, text, size);
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
