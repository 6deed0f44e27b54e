// SPDX-License-Identifier: BSD-3-Clause
/*
 * Spin locks: short critical sections shared between cores, and with interrupt handlers.
 */
#ifndef ARCH_SPINLOCK_H
#define ARCH_SPINLOCK_H

#include <stdint.h>

/* A ticket lock: fair, so no core waits longer than the others' critical sections together. */
struct spinlock {
    union {
        struct {
            uint16_t owner, next;
        };
        uint32_t both; /* next on top */
    };
};

#define SPINLOCK_INIT                                                                              \
    {                                                                                              \
        {                                                                                          \
            .both = 0                                                                              \
        }                                                                                          \
    }

/* Takes the lock with IRQs masked on this core; returns the state for spin_unlock(). Any context.
 * Nothing that waits, prints or allocates may be called with it held. */
unsigned long spin_lock(struct spinlock *lock);

/* Lets it go and restores the IRQ mask. */
void spin_unlock(struct spinlock *lock, unsigned long state);

#endif
