// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x as a whole: brings its blocks up in order and binds its devices to their interrupt
 * parents.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include "msi/device.h"

#include <stdint.h>

struct device_tree_info;
struct irq_parent;
struct ti_sci_range;

/* A UART of the main domain as the polled console, so that everything after can speak: the one at
 * base if there is one, else UART0, the EVM's. baud: 0 for 115200; a loader's setting stays. Boot
 * core, first of all. Returns the UART's number. */
unsigned platform_console_init(uint64_t base, uint32_t baud);

/* That UART's registers. */
uintptr_t platform_console_base(void);

/* Fills in what the loader's device tree has not told: the EVM's memory, and what is kept of it. */
void platform_assume_memory(struct device_tree_info *info);

/* GIC, the other cores, the interrupt core, the ITS, system firmware, router, aggregator, UDMA and
 * the console's interrupt; logs what it finds. Boot core, once. On error the step has been logged,
 * and what was up before it stays up. */
int platform_init(void);

/* The parents that devices are bound to; NULL before platform_init() got there. */
struct irq_parent *platform_wired(void);
struct irq_parent *platform_its(void);
struct irq_parent *platform_intr(void);
struct irq_parent *platform_inta(void);

/* The main ring accelerator: source index = ring. */
struct device *platform_ring_device(void);

/* Asks the system firmware for each kind of resource that this host uses; visit() gets the error
 * (0) and the range. Thread context. */
void platform_for_each_range(void (*visit)(const char *name, int error,
                                           const struct ti_sci_range *range));

/* JTAGID (AM65x TRM SPRUID7, 5.1.2): part number and variant. */
uint32_t platform_jtag_id(void);

#endif
