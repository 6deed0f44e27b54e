// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of this folder call, and nobody else.
 */
#ifndef PLATFORM_INTERNAL_H
#define PLATFORM_INTERNAL_H

#include "platform/platform.h"

#include <stdbool.h>
#include <stdint.h>

struct device_tree_info;

/* Reads the device tree at dtb, if there is one (platform_get_device_tree()), maps the memory that
 * it tells of, and gives the heap its part. Once; there is no console before, so it logs nothing.
 * Returns the error of device_tree_read(). */
int platform_read_device_tree(uintptr_t dtb);
/* Says what memory there is, and what of it makes no sense. */
void platform_log_memory(void);

/* Brings up GIC, the other cores, the interrupt layer, the ITS, system firmware, router,
 * aggregator, UDMA and the console's interrupt (console: the UART's number, 0-2; told: what the
 * loader says, which stays where it is); logs what it finds. A part that fails leaves out those
 * that need it. Called once, before main(). Returns the error of the first that fails. */
int platform_init(unsigned console, const struct device_tree_info *told);

/* navigator.c: parts of platform_init(). The errors of irq_bind_inta(); of udma_init(), but -ENOENT
 * for the MCU's, of which a board may leave this host nothing. */
int platform_ring_events_up(enum platform_navigator navigator, struct irq_parent *inta);
int platform_udma_up(enum platform_navigator navigator, uint32_t jtag_id);

/* watchdog.c: tells of each watchdog that runs. A part of platform_init(); the errors of
 * ti_sci_device_get_state(), but a refusal. */
int platform_look_for_watchdogs(void);

#endif
