// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether interrupts have left something for thread context to do (msi/service.h does it).
 */
#ifndef MSI_LATER_H
#define MSI_LATER_H

#include <stdbool.h>
#include <stdint.h>

extern uint32_t irq_later_left; /* atomic */

/* Any context. */
void irq_later_leave(void);

/* Whether something was left since the last call. Thread context. */
bool irq_later_take(void);

/* Whether there is something, for who would rather not ask more. Any context. */
static inline bool irq_later_is_left(void)
{
    return __atomic_load_n(&irq_later_left, __ATOMIC_SEQ_CST) != 0;
}

#endif
