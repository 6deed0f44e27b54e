// SPDX-License-Identifier: BSD-3-Clause
/*
 * A device, as its driver sees it: a name, and what the interrupt layer keeps for it.
 *
 * The platform fills it in and binds it to its interrupt parent, once (msi/binding.h). What the
 * parent is, and what it allocated for the device, is hidden behind `interrupts`.
 */
#ifndef MSI_DEVICE_H
#define MSI_DEVICE_H

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
     * the source in the block to `data`. It must not wait for another core's use of this layer, and
     * functions of the layer that need thread context return -EDEADLK there (irq_is_allowed() in
     * msi/irq.h), but for irq_synchronize() and irq_trigger(). An error (negative errno) goes to
     * the caller of that function; with NULL it is ignored. A device without slots leaves it NULL.
     */
    int (*write_message)(struct device *device, uint32_t index, const struct irq_message *message);
    void *driver; /* the driver's own */
};

#endif
