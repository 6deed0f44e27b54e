// SPDX-License-Identifier: BSD-3-Clause
/*
 * A flag between interrupts and thread context (msi/later.h).
 */
#include "msi/later.h"

uint32_t irq_later_left;

void irq_later_leave(void)
{
    __atomic_store_n(&irq_later_left, 1, __ATOMIC_SEQ_CST);
}

bool irq_later_take(void)
{
    return __atomic_exchange_n(&irq_later_left, 0, __ATOMIC_SEQ_CST) != 0;
}
