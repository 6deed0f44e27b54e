// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for something that another core, or an interrupt, brings about.
 *
 * A waiting core sleeps in WFI. Who changes something wakes it through the function that the
 * interrupt controller registered (an SGI); until there is one, waiting polls. Every wait has a
 * deadline, for which the core's own timer wakes it.
 *
 * Two ways to wait. A wait that says what it waits for (wait_until_signal(), completion_wait(), a
 * mutex) is woken by who brings just that about, and by nobody else: an interrupt costs the other
 * cores nothing. wait_for() takes any condition, and is woken by every wait_notify().
 */
#ifndef ARCH_WAIT_H
#define ARCH_WAIT_H

#include "arch/time.h"

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

/* Makes every core that is in wait_for() look at its condition again. To be called after the
 * change. Any context. */
void wait_notify(void);

/* As wait_for(), but only wait_signal() with the same argument, or an interrupt that the core takes
 * anyway, makes it look again: whoever changes what the condition reads has to call it. Not NULL.
 */
int wait_until_signal(wait_condition_t condition, void *argument, deadline_t deadline);

/* Makes the cores look again that wait with this argument, which is only compared, never read: what
 * it points to may be gone. To be called after the change. Any context. */
void wait_signal(const void *argument);

/* Something that a thread waits for, and that an interrupt or another core brings about. Zeroed, it
 * has not happened yet. */
struct completion {
    uint32_t happened; /* and nobody has waited for it since */
};

/* It has happened (once, however often this is called before somebody waits): wakes who waits for
 * it, and no other core. The last access to it: who waits may then do away with it. Any context. */
void completion_signal(struct completion *completion);

/* Waits until it has happened, and makes it not happened yet, for the next time; what was written
 * before completion_signal() is seen. One waiter at a time. 0, or wait_for()'s errors. */
int completion_wait(struct completion *completion, uint64_t timeout_us);

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
