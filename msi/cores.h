// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which cores take devices' interrupts: all, but for those that have left (msi/platform.h).
 */
#ifndef MSI_CORES_H
#define MSI_CORES_H

#include <stdbool.h>

/* Any context. core < core_count(). */
bool core_takes_irqs(unsigned core);

/* A core for an interrupt whose driver does not care: each in turn. Any context. */
unsigned core_for_any(void);

/* The core itself, or if it has left, another: the same for the same number. Any context. */
unsigned core_or_other(unsigned core, unsigned number);

#endif
