// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages of devices that keep them in slots of their own: the interrupt layer's copy, and when
 * the device is told. All with the parent's mutex held.
 */
#ifndef MSI_MESSAGE_H
#define MSI_MESSAGE_H

#include "arch/core.h"
#include "msi/internal.h"

/* Whether a core is in a device's write_message(): read and written by itself only. */
extern bool irq_message_writing[CORE_MAX];

/* One message, of one interrupt or of a block. */
struct irq_slot {
    struct irq_message message;
    uint32_t index; /* of the first source */
    uint32_t users; /* interrupts that use it */
};

/* Whether its device has slots. */
static inline bool irq_has_messages(const struct irq_binding *binding)
{
    return binding->device->write_message != NULL && binding->parent->ops->compose != NULL;
}

/* Makes a slot for these interrupts of such a device, or one for each if that is how the device has
 * them, and has the device write it. On error the caller releases those that have got one. -ENOMEM,
 * or the device's error. */
int irq_message_assign(struct irq **irqs, unsigned count);

/* One interrupt with a slot less; with the last of them the device empties it. */
void irq_message_release(struct irq *irq);

/* Has the device write the copy, and mask its source as the state has it: the first interrupt of
 * each slot, with `write`. */
int irq_message_restore(struct irq *irq, bool write);

#endif
