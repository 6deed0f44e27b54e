// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether interrupts have left something for thread context to do (msi/service.h does it).
 */
#ifndef MSI_LATER_H
#define MSI_LATER_H

#include <stdbool.h>

/* Any context. */
void irq_later_leave(void);

/* Whether something was left since the last call. Thread context. */
bool irq_later_take(void);

#endif
