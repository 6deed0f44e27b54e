// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages in devices' own slots (msi/message.h).
 */
#include "msi/message.h"

#include "msi/state.h"

#include <errno.h>
#include <stdlib.h>

bool irq_message_writing[CORE_MAX];

static int write_slot(const struct irq *irq, const struct irq_message *message)
{
    struct device *device = irq->binding->device;
    bool *writing = &irq_message_writing[core_id()];
    int error;

    *writing = true;
    error = device->write_message(device, irq->slot->index, message);
    *writing = false;
    return error;
}

static void forget(struct irq **irqs, unsigned count, struct irq_slot *slot)
{
    for (unsigned i = 0; i < count; i++)
        irqs[i]->slot = NULL;
    free(slot);
}

static int assign(struct irq **irqs, unsigned count)
{
    const struct irq_binding *binding = irqs[0]->binding;

    struct irq_slot *slot = calloc(1, sizeof(*slot));

    if (slot == NULL)
        return -ENOMEM;
    slot->index = irqs[0]->index;
    slot->users = count;
    binding->parent->ops->compose(irqs[0], &slot->message);
    for (unsigned i = 0; i < count; i++)
        irqs[i]->slot = slot;

    int error = write_slot(irqs[0], &slot->message);

    if (error != 0) {
        (void)write_slot(irqs[0], NULL); /* it may have written half of it */
        forget(irqs, count, slot);
    }
    return error;
}

int irq_message_assign(struct irq **irqs, unsigned count)
{
    int error = 0;

    if (!irqs[0]->binding->device->has_slot_each)
        return assign(irqs, count);
    for (unsigned i = 0; i < count && error == 0; i++)
        error = assign(&irqs[i], 1);
    return error;
}

void irq_message_release(struct irq *irq)
{
    struct irq_slot *slot = irq->slot;

    if (--slot->users == 0) {
        (void)write_slot(irq, NULL);
        free(slot);
    }
    irq->slot = NULL;
}

int irq_message_restore(struct irq *irq, bool write)
{
    const struct irq_slot *slot = irq->slot;
    int error = slot != NULL && write ? write_slot(irq, &slot->message) : 0;

    if (slot != NULL)
        irq_state_restore(irq);
    return error;
}
