// SPDX-License-Identifier: BSD-3-Clause
/*
 * A flag between interrupts and thread context (msi/later.h).
 */
#include "msi/later.h"

#include <stdint.h>

static uint32_t left;

void irq_later_leave(void)
{
    __atomic_store_n(&left, 1, __ATOMIC_SEQ_CST);
}

bool irq_later_take(void)
{
    return __atomic_exchange_n(&left, 0, __ATOMIC_SEQ_CST) != 0;
}
