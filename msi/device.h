// SPDX-License-Identifier: BSD-3-Clause
/*
 * A device, as its driver sees it: a name, and what the interrupt layer keeps for it.
 *
 * The platform fills it in and binds it to its interrupt parent, once (msi/binding.h). What the
 * parent is, and what it allocated for the device, is hidden behind `interrupts`.
 */
#ifndef MSI_DEVICE_H
#define MSI_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct irq_binding;

/* What a device writes to raise an interrupt: `data`, a 32-bit word, to `address`. A driver carries
 * it from the interrupt layer to the device, and does not look into it. */
struct irq_message {
    uint64_t address; /* as the device's bus sees it */
    uint32_t data;
};

/* A device: the platform fills it in, and it must live as long as it is bound. */
struct device {
    const char *name;
    struct irq_binding *interrupts; /* the interrupt layer's; NULL until the device is bound */

    /* For devices that keep messages in slots of their own (a table in their memory, registers):
     * puts the message of source `index` there, or empties the slot (NULL). The interrupt layer
     * calls it in thread context: at request, from irq_restore_messages(), and with NULL
     * before a request is undone or freed; a message stays what it is when its interrupt moves.
     * For a block it is called once, with the block's first index; the device adds the number of
     * the source in the block to `data` (but see `has_slot_each`). It must not wait for another
     * core's use of this layer, and functions of the layer that need thread context return -EDEADLK
     * there (irq_is_allowed() in msi/irq.h), but for irq_synchronize() and irq_trigger(). An error
     * (negative errno) goes to the caller of that function; with NULL it is ignored. A device
     * without slots leaves it NULL.
     */
    int (*write_message)(struct device *device, uint32_t index, const struct irq_message *message);
    bool has_slot_each; /* so write_message() is called for each source of a block */

    /* For devices that can hold a source's interrupt back: with `mask`, source `index` sends
     * nothing from here on, and without, it sends what it has kept. The interrupt layer calls it in
     * any context, for one source never on two cores at once; it must not wait. After
     * write_message() with a message, and after each one of irq_restore_messages(), the device has
     * the source masked until it is called. A masked interrupt costs nothing then; without it a
     * message costs one interrupt, which the layer keeps. Of a level: the device lets go of its
     * line. May be NULL. */
    void (*mask_source)(struct device *device, uint32_t index, bool mask);
    /* Whether the device keeps an interrupt of the source that it has not sent yet; of a level:
     * whether it has a reason to raise its line. Any context. May be NULL. */
    bool (*source_pending)(struct device *device, uint32_t index);

    void *driver; /* the driver's own */
};

#endif
