// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which cores take devices' interrupts: all, but for those that have left (msi/evacuate.h).
 */
#ifndef MSI_PLACEMENT_H
#define MSI_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#define IRQ_CORES_ALL 0xffffffffu

/* Any context. core < core_count(). */
bool irq_core_is_placeable(unsigned core);

/* All that are, a bit each. Any context. */
uint32_t irq_placeable_cores(void);

/* A core for an interrupt that may be on any of these (a bit each): the one that has the fewest; of
 * equal ones each in turn. If all of them have left, another. Any context. */
unsigned irq_place_anywhere(uint32_t cores);

/* The core itself, or if it has left, another of these, or if they all have left, any: the same for
 * the same number. Any context. */
unsigned irq_place_near(unsigned core, unsigned number, uint32_t cores);

/* An interrupt is on this core from now on (1), or no longer (-1). Any context. */
void irq_placement_count(unsigned core, int change);

/* Marks a core as one that leaves, or takes it back. -EINVAL: it would be the last. Any context. */
int irq_placement_mark(unsigned core, bool leaves);

#endif
