// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is in use, for people and for tests that count.
 */
#ifndef MSI_REPORT_H
#define MSI_REPORT_H

#include <stdint.h>

/* Everything that is allocated, counted: taken before and after, it must be equal. Thread
 * context. */
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
