// SPDX-License-Identifier: BSD-3-Clause
/*
 * Storms: whether an interrupt's handler is called too often. The limits are in msi/limits.h.
 */
#ifndef MSI_STORM_H
#define MSI_STORM_H

#include <stdbool.h>
#include <stdint.h>

/* Calls of one handler since `start`; whoever runs the handler has it. */
struct irq_storm_window {
    uint32_t calls;
    uint64_t start; /* ns */
};

/* A window that starts now. Any context. */
struct irq_storm_window irq_storm_window_now(void);

/* Counts a call of the handler. True: that makes it a storm. Interrupt context. */
bool irq_storm_count_call(struct irq_storm_window *window);

/* How many storms there have been. Any context. */
uint64_t irq_storm_count(void);

#endif
