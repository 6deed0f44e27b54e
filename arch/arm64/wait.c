// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sleeping until a condition holds, and the lock that is made of it.
 *
 * No wake-up is lost: a core says that it waits, then looks at the condition, both with IRQs
 * masked; who changes something looks at who waits after the change. So either the waiter sees the
 * change, or the notifier sees the waiter and sends an interrupt, which ends WFI even while
 * masked (Arm ARM DDI 0487, D1.6.3).
 */
#include "arch/wait.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/sysreg.h"
#include "arch/time.h"
#include "arch/timer.h"

#include <errno.h>
#include <stddef.h>

#define FOREVER_US     UINT64_C(1000000000000)
#define SHORT_DELAY_US 50u /* not worth a sleep */

static uint32_t waiting; /* bit n: core n looks at its condition or sleeps */
static void (*waker)(unsigned core);

_Static_assert(CORE_MAX <= 32, "waiting has a bit for each core");

void wait_set_waker(void (*wake)(unsigned core))
{
    __atomic_store_n(&waker, wake, __ATOMIC_RELEASE);
}

static bool irqs_masked(void)
{
    return (sysreg_read(DAIF) & PSTATE_I) != 0;
}

static bool can_sleep(void)
{
    return __atomic_load_n(&waker, __ATOMIC_ACQUIRE) != NULL;
}

/* Sleeps until an interrupt is pending, which the caller takes when it unmasks. IRQs masked. */
static void sleep_until(deadline_t deadline)
{
    timer_arm(deadline);
    __asm__ volatile("dsb sy\n\twfi" ::: "memory"); /* stores are out before the core stops */
    timer_cancel();
}

/* One look at the condition, and a sleep if it does not hold. Whether the wait is over. */
static bool look_and_sleep(wait_condition_t condition, void *argument, deadline_t deadline,
                           int *result)
{
    uint32_t bit = UINT32_C(1) << core_id();
    unsigned long state = irq_save();
    bool over = true;

    __atomic_fetch_or(&waiting, bit, __ATOMIC_RELAXED);
    barrier_cores(); /* "waiting" is seen before the condition is read */
    if (condition(argument))
        *result = 0;
    else if (deadline_passed(deadline))
        *result = -ETIMEDOUT;
    else
        over = false;

    if (!over && can_sleep())
        sleep_until(deadline);
    __atomic_fetch_and(&waiting, ~bit, __ATOMIC_RELAXED);
    irq_restore(state);
    barrier_context(); /* a pending interrupt is taken here, not after the next masking */
    return over;
}

bool wait_is_allowed(void)
{
    return !in_interrupt() && !(irqs_masked() && can_sleep());
}

int wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    deadline_t deadline;
    int result = 0;

    if (!wait_is_allowed())
        return condition(argument) ? 0 : -EDEADLK;

    deadline = deadline_after_us(timeout_us);
    while (!look_and_sleep(condition, argument, deadline, &result))
        __asm__ volatile("yield");
    return result;
}

static void wake(uint32_t cores)
{
    void (*function)(unsigned core) = __atomic_load_n(&waker, __ATOMIC_ACQUIRE);

    if (function == NULL)
        return;
    cores &= ~(UINT32_C(1) << core_id()); /* this core is awake, and looks again when it goes on */
    for (unsigned core = 0; cores != 0; core++, cores >>= 1)
        if ((cores & 1) != 0)
            function(core);
}

void wait_notify(void)
{
    barrier_cores(); /* the change is visible before the set of waiters is read */
    wake(__atomic_load_n(&waiting, __ATOMIC_RELAXED));
}

void wait_wake_all(void)
{
    wake((UINT32_C(1) << core_count()) - 1);
}

static bool never(void *argument)
{
    (void)argument;
    return false;
}

void delay_us(uint64_t microseconds)
{
    deadline_t deadline = deadline_after_us(microseconds);

    if (microseconds >= SHORT_DELAY_US)
        wait_for(never, NULL, microseconds);
    while (!deadline_passed(deadline)) /* short, or not allowed to sleep */
        __asm__ volatile("yield");
}

struct turn {
    struct mutex *mutex;
    uint32_t ticket;
};

static bool my_turn(void *argument)
{
    const struct turn *turn = argument;

    /* Acquire: what the former owner wrote is seen by what follows. */
    return __atomic_load_n(&turn->mutex->owner, __ATOMIC_ACQUIRE) == turn->ticket;
}

bool mutex_is_mine(const struct mutex *mutex)
{
    /* Only this core could have written its own number here, and it can't change meanwhile. */
    return __atomic_load_n(&mutex->holder, __ATOMIC_RELAXED) == core_id() + 1;
}

int mutex_lock(struct mutex *mutex)
{
    struct turn turn = {.mutex = mutex};

    if (!wait_is_allowed() || mutex_is_mine(mutex))
        return -EDEADLK;
    turn.ticket = __atomic_fetch_add(&mutex->next, 1, __ATOMIC_RELAXED);
    while (!my_turn(&turn))
        wait_for(my_turn, &turn, FOREVER_US);
    __atomic_store_n(&mutex->holder, core_id() + 1, __ATOMIC_RELAXED);
    return 0;
}

void mutex_unlock(struct mutex *mutex)
{
    uint32_t next_owner = mutex->owner + 1;

    __atomic_store_n(&mutex->holder, 0, __ATOMIC_RELAXED);
    /* Release: what this owner wrote is seen by the next. */
    __atomic_store_n(&mutex->owner, next_owner, __ATOMIC_RELEASE);
    barrier_cores(); /* the new owner is visible before the set of waiters is read, so that no
                        waiter sleeps on */
    if (__atomic_load_n(&mutex->next, __ATOMIC_RELAXED) != next_owner)
        wait_notify();
}
