// SPDX-License-Identifier: BSD-3-Clause
/*
 * How much of a bad thing is too much.
 */
#ifndef MSI_LIMITS_H
#define MSI_LIMITS_H

#include <stdint.h>

/* An interrupt that nobody handles is counted, logged once with its route, and after
 * IRQ_STRAY_LIMIT arrivals masked (a VINT's bit without an interrupt at once). */
#define IRQ_STRAY_LIMIT     100u

/* An interrupt whose handler was called IRQ_STORM_COUNT times within IRQ_STORM_WINDOW_US, which
 * leaves a core little time for anything else, is masked and logged, once. irq_unmask() takes it
 * into use again. The limits hold from the next window on; a count of 0: no limit. Any context. */
#define IRQ_STORM_COUNT     100000u
#define IRQ_STORM_WINDOW_US 1000000u
void irq_set_storm_limit(uint32_t count, uint32_t window_us);

#endif
