// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a driver (docs/msi.md): a device that raises interrupts by writing messages, which it
 * keeps in slots of its own. Its eight queues share one slot: the device adds the queue's number to
 * the data. The ninth source has a slot to itself.
 */
#include "tests/target/example_slots.h"

#include "arch/wait.h"

static enum irq_return arrived(void *context)
{
    struct example_queue *queue = context;

    __atomic_add_fetch(&queue->calls, 1, __ATOMIC_RELEASE);
    wait_notify();
    return IRQ_HANDLED;
}

/* Carries a message from the interrupt layer to the device, and does not look into it. */
static int write_message(struct device *device, uint32_t index, const struct irq_message *message)
{
    struct example_slots *slots = device->driver;
    struct example_slot *slot = &slots->table[index];

    slot->valid = false; /* the device must not send half of one */
    if (message == NULL)
        return 0;
    slot->address = message->address;
    slot->data = message->data;
    slot->valid = true;
    return 0;
}

void example_slots_init(struct example_slots *slots, struct example_slot *table)
{
    *slots = (struct example_slots){
        .device = {.name = "slots", .write_message = write_message, .driver = slots},
        .table = table,
    };
}

int example_slots_open(struct example_slots *slots)
{
    const struct irq_request queues = {
        .index = 0,
        .handler = arrived,
        .context = slots->queues, /* queue i gets &slots->queues[i] */
        .name = "queue",
        .core = IRQ_CORE_ANY,
    };
    const struct irq_request admin = {
        .index = EXAMPLE_SLOT_ADMIN,
        .handler = arrived,
        .context = &slots->admin,
        .name = "admin",
        .core = 0,
    };
    int error = irq_request_block(&slots->device, &queues, EXAMPLE_QUEUES, sizeof(slots->queues[0]),
                                  slots->queue_irqs);

    if (error != 0)
        return error;
    error = irq_request(&slots->device, &admin, &slots->admin_irq);
    if (error != 0)
        (void)irq_free_block(slots->queue_irqs, EXAMPLE_QUEUES);
    return error;
}

int example_slots_close(struct example_slots *slots)
{
    int error = irq_free(slots->admin_irq);
    int queues = irq_free_block(slots->queue_irqs, EXAMPLE_QUEUES);

    return error != 0 ? error : queues;
}

int example_slots_resume(struct example_slots *slots)
{
    return irq_restore_messages(&slots->device);
}
