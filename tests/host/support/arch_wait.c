// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting on the host, and what moves the virtual clock: when every core waits, time jumps to the
 * next thing that is due, be it the models' or a waiter's deadline.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A mutex nobody releases within this much virtual time is a deadlock. */
#define DEADLOCK_US  (1000u * 1000000ull)

#define INTERRUPT_NS 200u

/* So many interrupts in one wait, and nothing else: no handler quiets the line. */
#define STORM        100000u

static pthread_mutex_t wait_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wait_changed = PTHREAD_COND_INITIALIZER;
static uint64_t generation;            /* grows whenever waiters have reason to look again */
static unsigned cores_running = 1;     /* the main thread */
static unsigned cores_waiting;         /* in this generation */
static uint64_t earliest = UINT64_MAX; /* the waiters' first deadline in this generation */

/* wait_lock is held. */
static void next_generation(void)
{
    __atomic_fetch_add(&generation, 1, __ATOMIC_SEQ_CST);
    cores_waiting = 0;
    earliest = UINT64_MAX;
    pthread_cond_broadcast(&wait_changed);
}

void host_wake_all(void)
{
    pthread_mutex_lock(&wait_lock);
    next_generation();
    pthread_mutex_unlock(&wait_lock);
}

void host_core_begins(void)
{
    pthread_mutex_lock(&wait_lock);
    cores_running++;
    pthread_mutex_unlock(&wait_lock);
}

void host_core_ends(void)
{
    pthread_mutex_lock(&wait_lock);
    cores_running--;
    next_generation();
    pthread_mutex_unlock(&wait_lock);
}

/* Waits until there is reason to look again after generation `seen`. */
static void sleep_after(uint64_t seen, uint64_t deadline)
{
    pthread_mutex_lock(&wait_lock);
    if (generation != seen) {
        pthread_mutex_unlock(&wait_lock);
        return;
    }
    cores_waiting++;
    if (deadline < earliest)
        earliest = deadline;
    if (cores_waiting >= cores_running) {
        uint64_t until = earliest;

        /* Nobody runs: time may jump. The models call back into host_wake_all(). */
        pthread_mutex_unlock(&wait_lock);
        if (host_next_deadline() < until)
            until = host_next_deadline();
        host_move_time_to(until);
        host_wake_all();
        return;
    }
    while (generation == seen)
        pthread_cond_wait(&wait_changed, &wait_lock);
    pthread_mutex_unlock(&wait_lock);
}

static bool holds(wait_condition_t condition, void *argument)
{
    unsigned long state = irq_save();
    bool result = condition(argument);

    host_thread.irqs_masked = state != 0;
    return result;
}

bool wait_is_allowed(void)
{
    return !host_thread.in_interrupt && !host_thread.irqs_masked;
}

/* ---- what a thread waits for ---- */

static const void *awaited[CORE_MAX]; /* NULL: nothing, or whatever wait_notify() tells of */
static bool signalled[CORE_MAX];

/* Waits; with a name for what it waits for, it looks again only where a core would. */
static int wait_on(wait_condition_t condition, void *argument, const void *what, uint64_t deadline)
{
    bool *told = &signalled[core_id()], look = true;
    unsigned interrupts = 0;

    for (;;) {
        uint64_t seen = __atomic_load_n(&generation, __ATOMIC_SEQ_CST);
        bool late = host_now_ns() >= deadline;

        look |= __atomic_exchange_n(told, false, __ATOMIC_SEQ_CST) || what == NULL || late;
        if (look && holds(condition, argument))
            return 0;
        if (late)
            return -ETIMEDOUT;
        /* A handler takes time, so that one which never quiets its line cannot stop the clock. */
        look = host_take_interrupts();
        if (!look) {
            interrupts = 0;
            sleep_after(seen, deadline);
            continue;
        }
        host_move_time_to(host_now_ns() + INTERRUPT_NS);
        if (++interrupts == STORM) {
            fprintf(stderr, "host: core %u: no handler quiets its line\n", core_id());
            abort();
        }
    }
}

int wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    if (!wait_is_allowed())
        return holds(condition, argument) ? 0 : -EDEADLK;
    return wait_on(condition, argument, NULL, host_now_ns() + timeout_us * 1000u);
}

int wait_until_signal(wait_condition_t condition, void *argument, deadline_t deadline)
{
    int error;

    if (!wait_is_allowed())
        return holds(condition, argument) ? 0 : -EDEADLK;
    __atomic_store_n(&awaited[core_id()], argument, __ATOMIC_SEQ_CST);
    error = wait_on(condition, argument, argument, deadline);
    __atomic_store_n(&awaited[core_id()], NULL, __ATOMIC_SEQ_CST);
    return error;
}

void wait_notify(void)
{
    host_wake_all();
}

void wait_signal(const void *argument)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        if (__atomic_load_n(&awaited[core], __ATOMIC_SEQ_CST) == argument)
            __atomic_store_n(&signalled[core], true, __ATOMIC_SEQ_CST);
    host_wake_all();
}

void wait_wake_all(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        __atomic_store_n(&signalled[core], true, __ATOMIC_SEQ_CST);
    host_wake_all();
}

void wait_set_waker(void (*wake)(unsigned core))
{
    (void)wake; /* wait_notify() wakes every thread by itself */
}

static bool never(void *argument)
{
    (void)argument;
    return false;
}

void delay_us(uint64_t microseconds)
{
    wait_for(never, NULL, microseconds);
}

void host_advance_us(uint64_t microseconds)
{
    wait_for(never, NULL, microseconds);
}

/* ---- locks across waits ---- */

struct ticket {
    struct mutex *mutex;
    uint32_t number;
};

static bool is_served(void *argument)
{
    const struct ticket *ticket = argument;

    return __atomic_load_n(&ticket->mutex->owner, __ATOMIC_SEQ_CST) == ticket->number;
}

bool mutex_is_mine(const struct mutex *mutex)
{
    return __atomic_load_n(&mutex->holder, __ATOMIC_RELAXED) == core_id() + 1;
}

int mutex_lock(struct mutex *mutex)
{
    struct ticket ticket = {.mutex = mutex};

    if (!wait_is_allowed() || mutex_is_mine(mutex))
        return -EDEADLK;
    ticket.number = __atomic_fetch_add(&mutex->next, 1, __ATOMIC_SEQ_CST);
    if (wait_for(is_served, &ticket, DEADLOCK_US) != 0) {
        fprintf(stderr, "host: core %u waits for a mutex that nobody releases\n", core_id());
        abort();
    }
    __atomic_store_n(&mutex->holder, core_id() + 1, __ATOMIC_RELAXED);
    return 0;
}

void mutex_unlock(struct mutex *mutex)
{
    __atomic_store_n(&mutex->holder, 0, __ATOMIC_RELAXED);
    __atomic_fetch_add(&mutex->owner, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}
