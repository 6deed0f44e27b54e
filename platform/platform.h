// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x as a whole: brings its blocks up in order and binds its devices to their interrupt
 * parents.
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include "msi/device.h"

#include <stdint.h>

struct irq_parent;

/* UART0 as the polled console, so that everything after can speak. Boot core, first of all. */
void platform_console_init(void);

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

/* JTAGID (AM65x TRM SPRUID7, 5.1.2): part number and variant. */
uint32_t platform_jtag_id(void);

#endif
