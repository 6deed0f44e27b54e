// SPDX-License-Identifier: BSD-3-Clause
/*
 * Binding devices to their interrupt parents: the platform's side of the interrupt core.
 *
 * A parent is brought up once from its facts; a device is bound to one parent once, and what the
 * hardware needs per device is prepared then (on an ITS: MAPD, its table, its LPIs), and undone
 * when it is unbound. Thread context throughout.
 */
#ifndef MSI_PLATFORM_H
#define MSI_PLATFORM_H

#include "msi/device.h"

#include <stdint.h>

struct irq_parent; /* opaque: a domain that devices bind to */

/* The core itself: takes over the IRQ exception. Once, after gic_init() and gic_cpu_init(). Then
 * every core calls irq_core_cpu_init(): it enables its wake-up SGI and its timer's PPI. */
int irq_core_init(void);
int irq_core_cpu_init(void);

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

/* ---- cores that leave ---- */

/* Moves every interrupt of a device off the core, and lets no other come: what prefers the core
 * goes elsewhere, until irq_admit_core() takes it back (and moves nothing). When it returns 0 no
 * handler of a device's interrupt runs on the core. SGIs and PPIs are the core's own affair.
 * -EINVAL: no such core, or the last one; or the first error of a move: then what could be moved
 * has moved, and the call can be repeated. Thread context, any core. */
int irq_evacuate_core(unsigned core);
int irq_admit_core(unsigned core);

/* ---- trouble ---- */

/* An interrupt that nobody handles is counted, logged once with its route, and after
 * IRQ_STRAY_LIMIT arrivals masked (a VINT's bit without an interrupt at once). */
#define IRQ_STRAY_LIMIT     100u

/* An interrupt whose handler was called IRQ_STORM_COUNT times within IRQ_STORM_WINDOW_US, which
 * leaves a core little time for anything else, is masked and logged, once. irq_unmask() takes it
 * into use again. The limits hold from the next window on; a count of 0: no limit. */
#define IRQ_STORM_COUNT     100000u
#define IRQ_STORM_WINDOW_US 1000000u
void irq_set_storm_limit(uint32_t count, uint32_t window_us);

/* Does what interrupts have left for thread context: logs strays and storms, and turns off at the
 * ITS what can only be turned off there. Costs nothing when there is nothing. Thread context, any
 * core, now and then: irq_request() and irq_free() call it, and so should an idle loop. */
void irq_service(void);

/* Everything that is allocated, counted: taken before and after, it must be equal. */
struct irq_inventory {
    uint32_t irqs, bindings;
    uint32_t events, vints, routes; /* INTA and INTR in use */
    uint32_t its_devices, lpis;     /* ITS */
    uint32_t events_free, vints_free, routes_free, lpis_free;
    uint64_t spurious, stray; /* INTID 1020-1023; no handler */
    uint64_t storms;          /* interrupts masked because they came too often */
};
void irq_get_inventory(struct irq_inventory *inventory);

/* Calls visit(irq, argument) for each interrupt in use, device by device, in the order of their
 * indices. Thread context; no request or free inside. */
struct irq;
void irq_for_each(void (*visit)(const struct irq *irq, void *argument), void *argument);
const char *irq_name(const struct irq *irq);
const char *irq_device_name(const struct irq *irq);
const char *irq_state_name(const struct irq *irq); /* "on", "running", "masked", "storm" */

#endif
