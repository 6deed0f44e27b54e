// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is in use, for people and for tests that count.
 */
#ifndef MSI_REPORT_H
#define MSI_REPORT_H

#include <stdint.h>

/* How many of each resource are in use and free. A test compares it before and after: what was
 * requested must have come back. */
struct irq_inventory {
    uint32_t irqs, bindings;
    uint32_t held; /* gone for their users, not yet released by parents or hanging handlers */
    uint32_t events, vints, routes; /* of aggregators and routers, in use */
    uint32_t its_devices, lpis;     /* of the ITS, in use */
    uint32_t events_free, vints_free, routes_free, lpis_free;
    uint64_t spurious; /* acknowledges that found nothing (INTID 1020-1023) */
    uint64_t stray;    /* interrupts that nobody had requested */
    uint64_t storms;   /* interrupts that came too often, and were masked or told */
};

/* Counts. Thread context; elsewhere what needs the locks is left 0. */
void irq_get_inventory(struct irq_inventory *inventory);

/* Calls visit(irq, argument) for each interrupt in use, device by device, in the order of their
 * indices. Thread context: elsewhere, where the locks can't be taken, it calls nothing and says
 * nothing. In visit(), functions that need a lock (requesting, freeing, moving) return -EDEADLK. */
struct irq;
void irq_for_each(void (*visit)(const struct irq *irq, void *argument), void *argument);

/* Raises the interrupt as its hardware would (INTA: VINT status, wired and router: GICD_ISPENDR,
 * ITS: INT), for tests and for people who have no device at hand. Thread context, in visit()
 * and write_message() too. -EDEADLK: elsewhere; the GIC's and the ITS's errors. */
int irq_trigger(struct irq *irq);

/* Names, for people. Any context. */
const char *irq_name(const struct irq *irq);
const char *irq_device_name(const struct irq *irq);
const char *irq_state_name(const struct irq *irq); /* "on", "running", "masked", "storm" */

#endif
