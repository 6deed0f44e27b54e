// SPDX-License-Identifier: BSD-3-Clause
/*
 * The spin locks of arch/spinlock.h, without a call: for the few places where each copy or each
 * interrupt passes. Ticket locks, with the load-acquire and store-release of the architecture (Arm
 * ARM DDI 0487, B2.3.8), which the compiler's atomics become.
 */
#ifndef ARCH_SPINLOCK_INLINE_H
#define ARCH_SPINLOCK_INLINE_H

#include "arch/spinlock.h"
#include "arch/sysreg.h"

/* spin_lock(). */
static inline unsigned long spin_lock_inline(struct spinlock *lock)
{
    unsigned long state = sysreg_read(DAIF);
    uint32_t both, others;

    __asm__ volatile("msr daifset, #2" ::: "memory");
    /* Acquire, here and below: what the former owner wrote is seen by what follows. A carry out of
     * `next` is lost. */
    both = __atomic_fetch_add(&lock->both, UINT32_C(1) << 16, __ATOMIC_ACQUIRE);
    others = both ^ (both >> 16 | both << 16);
    __asm__("" : "+r"(others)); /* else GCC takes three instructions to compare the halves */
    if (__builtin_expect(others != 0, 0)) {
        while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != both >> 16)
            __asm__ volatile("yield");
    }
    return state;
}

/* spin_unlock(). */
static inline void spin_unlock_inline(struct spinlock *lock, unsigned long state)
{
    /* Release: what this owner wrote is seen by the next. */
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1u), __ATOMIC_RELEASE);
    if ((state & PSTATE_I) == 0)
        __asm__ volatile("msr daifclr, #2" ::: "memory");
}

#endif
