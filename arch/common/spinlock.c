// SPDX-License-Identifier: BSD-3-Clause
/*
 * Spin locks, for who can afford a call.
 */
#include "arch/spinlock.h"

#include "arch/spinlock_inline.h"

unsigned long spin_lock(struct spinlock *lock)
{
    return spin_lock_inline(lock);
}

void spin_unlock(struct spinlock *lock, unsigned long state)
{
    spin_unlock_inline(lock, state);
}
