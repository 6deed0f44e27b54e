// SPDX-License-Identifier: BSD-3-Clause
/*
 * Limits: after how many arrivals an interrupt without an owner is turned off, and how many calls
 * of a handler in how much time are a storm.
 */
#ifndef MSI_LIMITS_H
#define MSI_LIMITS_H

#include <stdint.h>

/* An interrupt that nobody has requested is counted, logged once, and masked after IRQ_STRAY_LIMIT
 * arrivals (a VINT's bit at its first). */
#define IRQ_STRAY_LIMIT     100u

/* An interrupt whose handler was called IRQ_STORM_COUNT times within IRQ_STORM_WINDOW_US, which
 * leaves a core little time for anything else, is masked, and logged once. irq_unmask() takes it
 * into use again. */
#define IRQ_STORM_COUNT     100000u
#define IRQ_STORM_WINDOW_US 1000000u

/* Other limits for all interrupts, from their next window on: calls (0: no limit) and
 * microseconds. Any context. */
void irq_set_storm_limit(uint32_t count, uint32_t window_us);

#endif
