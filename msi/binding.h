// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing the interrupt layer up and binding devices to their parents: the platform's side.
 *
 * A parent is what a device's interrupts come through first: the GIC, a router, an aggregator, the
 * ITS. It is brought up once from its facts. A device is bound to one parent, once: what the
 * hardware needs per device is prepared then (on an ITS: MAPD, its table, its LPIs), and undone
 * when it is unbound.
 *
 * All in thread context. The functions that make a parent return -ENOMEM and -EDEADLK (not thread
 * context) too. So do those that bind a device; they also return -EINVAL: no device, or not a
 * parent of this kind, and -EBUSY: the device is bound already.
 */
#ifndef MSI_BINDING_H
#define MSI_BINDING_H

#include "msi/device.h"

#include <stdint.h>

struct irq_parent; /* opaque */

/* Makes the tables and takes over the IRQ exception: IRQs are unmasked on the calling core. Once,
 * on the boot core, after the root is up: gic_init() and gic_core_init(), or vim_root_init().
 * -ENOMEM; -EALREADY. */
int irq_init(void);

/* The part of each core, after irq_init() and its own gic_core_init(), on the core itself: enables
 * its SGIs and its timer's PPI. IRQs may be masked. The root's errors. */
int irq_core_init(void);

/* Makes the parent of devices that are wired to SPIs of the root (root/root.h). */
int irq_wired_init(struct irq_parent **parent);

/* A device wired to SPIs: source index i is INTID intids[i] (32 and up), for i < count; the array
 * must live as long as the binding. */
int irq_bind_wired(struct device *device, struct irq_parent *parent, const uint16_t *intids,
                   uint32_t count);

/* Makes the parent of devices that share lines: line i is a level at INTID intids[i], for i <
 * count. For each host of PCI that has such, for example. */
int irq_shared_init(const uint16_t *intids, uint32_t count, struct irq_parent **parent);

/* A device at one of these lines, with one source: it can be masked at the device, and the device
 * can tell whether it holds the line (both functions of msi/device.h, or this is -EINVAL). All
 * interrupts of a line are on one core and move together, and have one priority: a request with
 * another is -ENOSPC, as is one for which the line has no place. irq_trigger() is -ENOTSUP. */
int irq_bind_shared(struct device *device, struct irq_parent *parent, uint32_t line);

/* An interrupt router (AM65x TRM SPRUID7, 10.2, interrupt router). The system firmware says which
 * outputs this host owns. Output first_output + n of a range leads to INTID first_intid + n.
 * Outputs whose INTID the root does not have are left out, and logged. */
struct intr_output_range {
    uint16_t first_output, first_intid, count;
};
struct intr_facts {
    uint16_t device_id; /* TI-SCI */
    const struct intr_output_range *ranges;
    uint32_t range_count;
    uint32_t reserve; /* outputs that only devices wired straight to the router may take */
};
/* Makes the router's parent. The facts' ranges must live for ever. The system firmware's errors. */
int irq_intr_init(const struct intr_facts *facts, struct irq_parent **parent);

/* A device wired straight to the router: source index i is router input inputs[i], for i < count;
 * the array must live as long as the binding. */
int irq_bind_intr(struct device *device, struct irq_parent *parent, const uint16_t *inputs,
                  uint32_t count);

/* Makes the parent of devices whose interrupts come through two routers, one behind the other: the
 * near one's facts have for `first_intid` the far one's input that is wired to first_output.
 * -EINVAL: one is no router's parent. */
int irq_chain_init(struct irq_parent *near, struct irq_parent *far, struct irq_parent **parent);

/* A device wired to the near router of such a parent, as irq_bind_intr(). */
int irq_bind_chain(struct device *device, struct irq_parent *parent, const uint16_t *inputs,
                   uint32_t count);

/* An interrupt aggregator in front of a router (AM65x TRM SPRUID7, 10.2, interrupt aggregator):
 * VINT v is router input first_input + v. The system firmware says which VINTs and global events
 * this host owns. */
struct inta_facts {
    uint16_t device_id; /* TI-SCI */
    uintptr_t base;     /* VINT v's registers at base + v * 0x1000 */
    uint32_t vint_count;
    uint16_t first_input;
};
/* Makes the aggregator's parent, in front of a router's. -EINVAL: that is none; -ERANGE: the host
 * owns a VINT beyond vint_count; the system firmware's errors. */
int irq_inta_init(const struct inta_facts *facts, struct irq_parent *router,
                  struct irq_parent **parent);

/* A device whose events the aggregator takes: its TI-SCI device id. A source's index is the index
 * of the event in the device (for a ring: the ring), 0-65535. */
int irq_bind_inta(struct device *device, struct irq_parent *parent, uint16_t ti_sci_device);

/* Makes the ITS's parent (Arm IHI 0069, chapter 5), after its_init(). -ENODEV: there are no LPIs;
 * -EALREADY. */
int irq_its_init(struct irq_parent **parent);

/* Says where devices write their messages: device d at base + 4 * d, as long as that is below
 * base + size (the AM65x's pre-ITS window: TRM SPRUID7, "GIC-500"). Without it, and beyond it, the
 * address is the ITS's own, and the device id comes with the write. Before devices are bound.
 * -EINVAL: not the ITS. */
int irq_its_use_window(struct irq_parent *parent, uint64_t base, uint64_t size);

/* For an ITS of which one read never gets an answer, with whose device nothing works any more (TI's
 * errata SPRZ452, i2101): the read is given to a device that is none. irq_bind_its() refuses
 * the ids [0, count) with -EBUSY. When it is called for the first time, each of them gets a table,
 * and an event with an LPI that stays off; then the first `messages` of them are sent a message
 * each, through the window. (If that fails, so does that call, and the next one goes on with it.)
 * Before devices are bound, thread context. -EINVAL: not the ITS, or not so large a window; -EBUSY:
 * a device is bound. */
int irq_its_reserve_ids(struct irq_parent *parent, uint32_t count, uint32_t messages);

/* A device with 2^event_bits events (event_bits 0-16): a source's index is the event id. Devices
 * may share a device id; the first one's event_bits are the table's, and -ERANGE says that a later
 * one wants more. -EBUSY: the id is reserved (irq_its_reserve_ids()); -ENOSPC: not so many LPIs
 * side by side are left; the ITS's errors (drivers/gic/its.h). */
int irq_bind_its(struct device *device, struct irq_parent *parent, uint32_t device_id,
                 unsigned event_bits);

/* The same for a device that has `count` of the 2^event_bits events, from `first` on: where several
 * share an id and each has its own. Source i is event first + i; the device sends that. Errors as
 * irq_bind_its(); -EINVAL: no events, or not all of them among these. */
int irq_bind_its_part(struct device *device, struct irq_parent *parent, uint32_t device_id,
                      unsigned event_bits, uint32_t first, uint32_t count);

/* After a suspend, in which the system firmware may have lost what it keeps for this host, and an
 * aggregator its registers: has it make each route and each event's mapping that is not there any
 * more. What a source has sent while its event had nowhere to go is lost, so each such interrupt
 * comes once, to look. Thread context. -EDEADLK; or the first error of the system firmware's: of
 * the others all is tried. */
int irq_restore_routes(void);

/* Gives back what the binding took. -EINVAL: NULL; -ENODEV: it is not bound; -EBUSY: an interrupt
 * of the device is in use, or could not be released by the system firmware or the ITS yet; the
 * ITS's errors. On error the device stays bound. */
int irq_unbind(struct device *device);

#endif
