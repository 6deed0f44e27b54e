// SPDX-License-Identifier: BSD-3-Clause
/*
 * Limits: after how many arrivals an interrupt without an owner is turned off, what is a storm, and
 * how much one exception does.
 */
#ifndef MSI_LIMITS_H
#define MSI_LIMITS_H

#include <stdint.h>

/* An interrupt that nobody has requested is counted, logged once, and masked after IRQ_STRAY_LIMIT
 * arrivals (a VINT's bit at its first). */
#define IRQ_STRAY_LIMIT     100u

/* How many interrupts a core takes in one exception before its interrupted thread may go on. */
#define IRQ_ROUND_MAX       64u

/* A storm is masked, and logged once; irq_unmask() takes it into use again. It is an interrupt
 * whose handler found nothing to do (IRQ_NONE) in 99 of 100 calls, IRQ_STORM_COUNT of them within
 * IRQ_STORM_WINDOW_US; or whose handler was called ten times as often, whatever it found; or that
 * was most of what a core took while it was never without a pending interrupt for
 * IRQ_STORM_WINDOW_US. However many calls find work to do and leave the core's threads some time,
 * they are no storm. SGIs and PPIs are the firmware's own: one that is most of what a core took is
 * logged, as a stray is that can't be masked, and neither it nor another interrupt is masked. */
#define IRQ_STORM_COUNT     100000u
#define IRQ_STORM_WINDOW_US 1000000u

/* Other limits for all interrupts, whose windows begin anew: calls (0: nothing is a storm) and
 * microseconds. Any context. */
void irq_set_storm_limit(uint32_t count, uint32_t window_us);

#endif
