// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing the interrupt layer up and binding devices to their parents: the platform's side.
 *
 * A parent is brought up once from its facts; a device is bound to one parent once, and what the
 * hardware needs per device is prepared then (on an ITS: MAPD, its table, its LPIs), and undone
 * when it is unbound. Thread context throughout.
 */
#ifndef MSI_BINDING_H
#define MSI_BINDING_H

#include "msi/device.h"

#include <stdint.h>

struct irq_parent; /* opaque: a domain that devices bind to */

/* Takes over the IRQ exception. Once, on the boot core, after gic_init() and gic_core_init(). Then
 * every core calls irq_core_init(): it enables its SGIs and its timer's PPI. -ENOMEM, -EALREADY,
 * the GIC's errors. */
int irq_init(void);
int irq_core_init(void);

/* Wired SPIs: a device's source index i is INTID intids[i]; the array must live on. */
int irq_wired_init(struct irq_parent **parent);
int irq_bind_wired(struct device *device, struct irq_parent *parent, const uint16_t *intids,
                   uint32_t count);

/* An interrupt router: outputs this host owns are asked of the system firmware. output o is INTID
 * spi_ranges: [first_output, first_output+count) -> first_intid. Outputs whose INTID the GIC does
 * not have are left out, and logged. A device wired straight to the router: source index i is
 * router input inputs[i]. */
struct intr_output_range {
    uint16_t first_output, first_intid, count;
};
struct intr_facts {
    uint16_t device_id;
    const struct intr_output_range *ranges;
    uint32_t range_count;
    uint32_t reserve; /* outputs kept back for devices wired straight to the router */
};
int irq_intr_init(const struct intr_facts *facts, struct irq_parent **parent);
int irq_bind_intr(struct device *device, struct irq_parent *parent, const uint16_t *inputs,
                  uint32_t count);

/* An interrupt aggregator below a router: VINT v is router input first_input + v. VINTs and global
 * events this host owns are asked of the system firmware. A device bound to it names its TI-SCI
 * device id; its source index is the event's index there (for a ring: the ring). */
struct inta_facts {
    uint16_t device_id;
    uintptr_t base; /* VINT v's registers at base + v * 0x1000 */
    uint32_t vint_count;
    uint16_t first_input;
};
int irq_inta_init(const struct inta_facts *facts, struct irq_parent *router,
                  struct irq_parent **parent);
int irq_bind_inta(struct device *device, struct irq_parent *parent, uint16_t ti_sci_device);

/* The ITS. A device has 2^event_bits events, source index = event id. Devices may share an id; the
 * first one's event_bits are the table's (-ERANGE for more). */
int irq_its_init(struct irq_parent **parent);
/* Tells where a device writes its messages: device d at base + 4 * d, below base + size (the
 * AM65x's pre-ITS window). Without it messages go to the ITS itself, and the bus says who wrote. */
int irq_its_use_window(struct irq_parent *parent, uint64_t base, uint64_t size);
int irq_bind_its(struct device *device, struct irq_parent *parent, uint32_t device_id,
                 unsigned event_bits);

/* Gives everything back. -EBUSY while an interrupt of the device is in use. */
int irq_unbind(struct device *device);

#endif
