// SPDX-License-Identifier: BSD-3-Clause
/*
 * The spin locks of arch/spinlock.h, without a call: for the few places where each copy or each
 * interrupt passes. The compiler's atomics become LDREX and STREX (Arm ARM DDI 0406, A3.4), which
 * the core's own monitor answers: locks lie in memory that is not Shareable (mpu.c).
 */
#ifndef ARCH_SPINLOCK_INLINE_H
#define ARCH_SPINLOCK_INLINE_H

#include "arch/interrupt_mask.h"
#include "arch/spinlock.h"

/* spin_lock(). */
static inline unsigned long spin_lock_inline(struct spinlock *lock)
{
    unsigned long state = interrupt_cpsr();
    uint32_t both;

    interrupt_mask();
    /* Acquire, here and below: what the former owner wrote is seen by what follows. A carry out of
     * `next` is lost. */
    both = __atomic_fetch_add(&lock->both, UINT32_C(1) << 16, __ATOMIC_ACQUIRE);
    while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != both >> 16)
        interrupt_poll_pause();
    return state;
}

/* spin_unlock(). */
static inline void spin_unlock_inline(struct spinlock *lock, unsigned long state)
{
    /* Release: what this owner wrote is seen by the next. */
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1u), __ATOMIC_RELEASE);
    if ((state & CPSR_I) == 0)
        interrupt_unmask();
}

#endif
