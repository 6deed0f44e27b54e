// SPDX-License-Identifier: BSD-3-Clause
/*
 * What platform/start.c calls, and nobody else: memory.c, platform.c.
 */
#ifndef PLATFORM_INTERNAL_H
#define PLATFORM_INTERNAL_H

#include <stdint.h>

/* Reads the device tree at dtb, if there is one (platform_get_device_tree()), maps the memory that
 * it tells of, and gives the heap its part. Once; there is no console before, so it logs nothing.
 * Returns the error of device_tree_read(). */
int platform_read_device_tree(uintptr_t dtb);
/* Says what memory there is, and what of it makes no sense. */
void platform_log_memory(void);

/* Brings up GIC, the other cores, the interrupt layer, the ITS, system firmware, router,
 * aggregator, UDMA and the console's interrupt (console: the UART's number, 0-2); logs what it
 * finds. A part that fails leaves out those that need it. Called once, before main(). Returns the
 * error of the first that fails. */
int platform_init(unsigned console);

#endif
