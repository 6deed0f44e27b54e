// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which cores take devices' interrupts: all, but for those that have left (msi/evacuate.h).
 */
#ifndef MSI_PLACEMENT_H
#define MSI_PLACEMENT_H

#include <stdbool.h>

/* Any context. core < core_count(). */
bool irq_core_is_placeable(unsigned core);

/* A core for an interrupt that was requested for any core: each in turn. Any context. */
unsigned irq_place_anywhere(void);

/* The core itself, or if it has left, another: the same for the same number. Any context. */
unsigned irq_place_near(unsigned core, unsigned number);

/* Marks a core as one that leaves, or takes it back. -EINVAL: it would be the last. Any context. */
int irq_placement_mark(unsigned core, bool leaves);

#endif
