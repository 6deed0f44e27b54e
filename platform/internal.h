// SPDX-License-Identifier: BSD-3-Clause
/*
 * What platform/start.c calls, and nobody else.
 */
#ifndef PLATFORM_INTERNAL_H
#define PLATFORM_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* Brings up GIC, the other cores, the interrupt layer, the ITS, system firmware, router,
 * aggregator, UDMA and the console's interrupt (console: the UART's number, 0-2); logs what it
 * finds. A part that fails leaves out those that need it. Called once, before main(). Returns the
 * error of the first that fails. */
int platform_init(unsigned console);

/* start.c, for platform_init(): whether [start, start + size) is memory that is mapped, that
 * nothing of the firmware's lies in or will, and that is reserved for nobody. */
bool platform_is_free_memory(uint64_t start, uint64_t size);

#endif
