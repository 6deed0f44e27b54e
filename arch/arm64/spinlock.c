// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ticket locks, with the load-acquire and store-release of the architecture (Arm ARM DDI 0487,
 * B2.3.8), which the compiler's atomics become.
 */
#include "arch/spinlock.h"

#include "arch/core.h"

unsigned long spin_lock(struct spinlock *lock)
{
    unsigned long state = irq_save();
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    /* Acquire: what the former owner wrote is seen by what follows. */
    while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
        __asm__ volatile("yield");
    return state;
}

void spin_unlock(struct spinlock *lock, unsigned long state)
{
    /* Release: what this owner wrote is seen by the next. */
    __atomic_store_n(&lock->owner, lock->owner + 1, __ATOMIC_RELEASE);
    irq_restore(state);
}
