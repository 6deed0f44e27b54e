// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sleeping until a condition holds, and the lock that is made of it.
 *
 * No wake-up is lost: a core says what it waits for, then looks at the condition, both with IRQs
 * masked; who changes something looks at who waits for it after the change. So either the waiter
 * sees the change, or the other sees the waiter and sends an interrupt, which ends WFI even while
 * masked (Arm ARM DDI 0487, D1.6.3; for the R5F DDI 0406, B1.8.13). tests/prove/wait.pml has all
 * orders of it.
 */
#include "arch/wait.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/interrupt_mask.h"
#include "arch/per_core.h"
#include "arch/relaxed.h"
#include "arch/time.h"
#include "arch/timer.h"

#include <errno.h>
#include <stddef.h>

#define FOREVER_US     UINT64_C(1000000000000)
#define SHORT_DELAY_US 50u /* not worth a sleep */

/* What a core waits for. Only compared: it may be long gone when another core reads it. */
typedef uintptr_t awaited_t;
#define NOTHING  ((awaited_t)0)
#define ANYTHING ((awaited_t)1) /* wait_for(): whatever wait_notify() tells of */

static uint32_t listening;          /* bit n: core n waits for anything */
static awaited_t awaited[CORE_MAX]; /* what core n waits for, if that has a name */
static void (*waker)(unsigned core);

_Static_assert(CORE_MAX <= 32, "listening has a bit for each core");

void wait_set_waker(void (*wake)(unsigned core))
{
    __atomic_store_n(&waker, wake, __ATOMIC_RELEASE);
}

static bool can_sleep(void)
{
    return __atomic_load_n(&waker, __ATOMIC_ACQUIRE) != NULL;
}

/* Sleeps until an interrupt is pending, which the caller takes when it unmasks. IRQs masked.
 * Whether the deadline has passed. */
static bool sleep_until(deadline_t deadline)
{
    timer_arm(deadline);
    interrupt_sleep();
    return timer_cancel();
}

struct wait {
    wait_condition_t condition;
    void *argument;
    awaited_t what;
    deadline_t deadline;
    bool late; /* the deadline has passed */
};

static void announce(unsigned core, awaited_t what)
{
    if (what == ANYTHING)
        __atomic_fetch_or(&listening, UINT32_C(1) << core, __ATOMIC_RELAXED);
    else
        __atomic_store_n(&awaited[core], what, __ATOMIC_RELAXED);
    barrier_cores(); /* it is seen before the condition is read */
}

static void withdraw(unsigned core, awaited_t what)
{
    if (what == ANYTHING)
        __atomic_fetch_and(&listening, ~(UINT32_C(1) << core), __ATOMIC_RELAXED);
    else
        __atomic_store_n(&awaited[core], NOTHING, __ATOMIC_RELAXED);
}

/* One look at the condition, and a sleep if it does not hold. Whether the wait is over. */
static bool look_and_sleep(struct wait *wait, int *result)
{
    bool masked = interrupt_is_masked(); /* as before there is a waker */
    unsigned core = core_self()->number;
    bool over = true;

    interrupt_mask();
    announce(core, wait->what);
    if (wait->condition(wait->argument))
        *result = 0;
    else if (wait->late)
        *result = -ETIMEDOUT;
    else
        over = false;

    if (!over)
        wait->late = can_sleep() ? sleep_until(wait->deadline) : deadline_passed(wait->deadline);
    withdraw(core, wait->what);
    if (!masked)
        interrupt_unmask();
    barrier_context(); /* a pending interrupt is taken here, not after the next masking */
    return over;
}

static inline bool is_allowed(void)
{
    return !core_in_interrupt() && !(interrupt_is_masked() && can_sleep());
}

bool wait_is_allowed(void)
{
    return is_allowed();
}

/* Where waiting is not allowed there is one look, and no wait. */
static int wait_on(struct wait *wait)
{
    int result;

    if (!is_allowed())
        return wait->condition(wait->argument) ? 0 : -EDEADLK;
    while (!look_and_sleep(wait, &result))
        interrupt_poll_pause();
    return result;
}

int wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    struct wait wait = {condition, argument, ANYTHING, deadline_after_us(timeout_us), false};

    return wait_on(&wait);
}

int wait_until_signal(wait_condition_t condition, void *argument, deadline_t deadline)
{
    struct wait wait = {condition, argument, (awaited_t)argument, deadline, false};

    return wait_on(&wait);
}

static void wake(uint32_t who)
{
    void (*function)(unsigned core) = __atomic_load_n(&waker, __ATOMIC_ACQUIRE);

    if (function == NULL)
        return;
    /* This core is awake, and looks again when it goes on. */
    who &= ~(UINT32_C(1) << core_self()->number);
    for (unsigned core = 0; who != 0; core++, who >>= 1)
        if ((who & 1) != 0)
            function(core);
}

void wait_notify(void)
{
    uint32_t who;

    barrier_cores(); /* the change is visible before the set of waiters is read */
    who = __atomic_load_n(&listening, __ATOMIC_RELAXED);
    if (who != 0)
        wake(who);
}

/* Without a loop, in one place. Of cores that there are not nobody waits. */
static __attribute__((noinline)) void wake_who_awaits(awaited_t what)
{
    uint32_t who = 0;

    barrier_cores(); /* the change is visible before it is read who waits for it */
#pragma GCC unroll 8
    for (unsigned core = 0; core < CORE_MAX; core++)
        if (relaxed_load_pointer(&awaited[core]) == what)
            who |= UINT32_C(1) << core;
    if (who != 0)
        wake(who);
}

void wait_signal(const void *argument)
{
    wake_who_awaits((awaited_t)argument);
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
        (void)wait_until_signal(never, &deadline, deadline); /* nobody has its name */
    while (!deadline_passed(deadline))                       /* short, or not allowed to sleep */
        interrupt_poll_pause();
}

/* ---- mutexes ---- */

struct turn {
    struct mutex *mutex;
    uint32_t ticket;
};

static inline bool is_turn_of(const struct mutex *mutex, uint32_t ticket)
{
    /* Acquire: what the former owner wrote is seen by what follows. */
    return __atomic_load_n(&mutex->owner, __ATOMIC_ACQUIRE) == ticket;
}

static bool my_turn(void *argument)
{
    const struct turn *turn = argument;

    return is_turn_of(turn->mutex, turn->ticket);
}

static inline uint32_t myself(void)
{
    return core_self()->number + 1;
}

static inline bool is_mine(const struct mutex *mutex)
{
    /* Only this core could have written its own number here, and it can't change meanwhile. */
    return __atomic_load_n(&mutex->holder, __ATOMIC_RELAXED) == myself();
}

bool mutex_is_mine(const struct mutex *mutex)
{
    return is_mine(mutex);
}

/* A name for each turn of a mutex, so that unlocking wakes only whose turn it is. Should two have
 * one name, a core looks once too often. */
static awaited_t name_of(const struct mutex *mutex, uint32_t ticket)
{
    return (awaited_t)mutex + ((awaited_t)ticket << (sizeof(awaited_t) * 8 - 16));
}

static inline int take(struct mutex *mutex)
{
    __atomic_store_n(&mutex->holder, myself(), __ATOMIC_RELAXED);
    return 0;
}

/* Each owner's waits have deadlines, so this has none. */
static __attribute__((noinline, cold)) int await_turn(struct mutex *mutex, uint32_t ticket)
{
    struct turn turn = {mutex, ticket};
    struct wait wait = {.condition = my_turn, .argument = &turn, .what = name_of(mutex, ticket)};

    do {
        wait.deadline = deadline_after_us(FOREVER_US);
        wait.late = false;
    } while (wait_on(&wait) != 0);
    return take(mutex);
}

int mutex_lock(struct mutex *mutex)
{
    uint32_t ticket;

    if (!is_allowed() || is_mine(mutex))
        return -EDEADLK;
    ticket = __atomic_fetch_add(&mutex->next, 1, __ATOMIC_RELAXED);
    return is_turn_of(mutex, ticket) ? take(mutex) : await_turn(mutex, ticket);
}

void mutex_unlock(struct mutex *mutex)
{
    uint32_t next_owner = mutex->owner + 1;

    __atomic_store_n(&mutex->holder, 0, __ATOMIC_RELAXED);
    /* Release: what this owner wrote is seen by the next. */
    __atomic_store_n(&mutex->owner, next_owner, __ATOMIC_RELEASE);
    barrier_cores(); /* the new owner is visible before it is read whether there is another, so that
                        no waiter sleeps on */
    if (__atomic_load_n(&mutex->next, __ATOMIC_RELAXED) != next_owner)
        wake_who_awaits(name_of(mutex, next_owner));
}
