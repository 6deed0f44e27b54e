// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for something that another core, or an interrupt, brings about.
 *
 * A waiting core sleeps in WFI. wait_notify() wakes the sleepers through the function that the
 * interrupt controller registered (an SGI); until there is one, waiting polls. Every wait has a
 * deadline, for which the core's own timer wakes it.
 */
#ifndef ARCH_WAIT_H
#define ARCH_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* Whether what is waited for has come. Called repeatedly, with IRQs masked: short, no waits. */
typedef bool (*wait_condition_t)(void *argument);

/* Whether the caller may wait: thread context with IRQs unmasked (or, before there is a waker,
 * masked). A function that needs thread context asks first, before it does anything. Any context.
 */
bool wait_is_allowed(void);

/* Waits until condition(argument) holds. Thread context only, IRQs unmasked.
 * 0; -ETIMEDOUT after timeout_us; -EDEADLK at once from interrupt context or with IRQs masked
 * (unless the condition holds already). Before there is a waker, IRQs may be masked. */
int wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us);

/* Makes every waiting core look at its condition again. To be called after the change. Any
 * context. */
void wait_notify(void);

/* Registers how a core is woken (sends it an interrupt), once the interrupt controller is up and
 * the timer's PPI (INTID 27) is enabled on every core. Boot core, once; for the interrupt layer. */
void wait_set_waker(void (*wake)(unsigned core));

/* Wakes all other cores, so that they see that one panics (arch/arm64/report.c). Any context. */
void wait_wake_all(void);

/* Waits for at least this long. Thread context. */
void delay_us(uint64_t microseconds);

/* A lock that may be held across waits. Thread context only; not recursive; fair enough that no
 * core starves (ticket order). */
struct mutex {
    uint32_t next;
    uint32_t owner;
    uint32_t holder; /* the core that has it, and 1; 0: none */
};

#define MUTEX_INIT                                                                                 \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }

/* Takes the lock. -EDEADLK, and the lock is not taken: where waiting is not allowed, or the calling
 * core holds it already. No deadline of its own: every holder's waits have one. */
int mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

/* Whether the calling core holds it, so that mutex_lock() would refuse. Any context. */
bool mutex_is_mine(const struct mutex *mutex);

#endif
