// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores on the host: threads. Spin locks, core numbers, and functions run on other cores.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "tests/host/support/arch_host.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

struct core_thread {
    pthread_t thread;
    bool used; /* started and not yet joined by another start or by smp_join() */
    bool running;
    unsigned core;
    void (*function)(void *argument);
    void *argument;
};

static struct core_thread threads[CORE_MAX];
static unsigned cores = 4;

unsigned core_id(void)
{
    return host_thread.core;
}

unsigned core_count(void)
{
    return cores;
}

/* As on the AM65x: two clusters of two. */
uint64_t core_affinity(unsigned core)
{
    return ((uint64_t)(core / 2) << 8) | (core % 2);
}

void host_set_core_count(unsigned count)
{
    cores = count;
}

static bool is_running(const struct core_thread *thread)
{
    return __atomic_load_n(&thread->running, __ATOMIC_SEQ_CST);
}

/* Other threads look at it any time. */
static void set_running(struct core_thread *thread, bool running)
{
    __atomic_store_n(&thread->running, running, __ATOMIC_SEQ_CST);
}

bool host_core_has_thread(unsigned core)
{
    return core == 0 || is_running(&threads[core]);
}

static void *run(void *argument)
{
    struct core_thread *thread = argument;

    host_thread = (struct host_thread){.core = thread->core};
    thread->function(thread->argument);
    set_running(thread, false);
    host_core_ends();
    return NULL;
}

/* Gives back a thread that has returned. */
static void reap(struct core_thread *thread)
{
    if (thread->used)
        pthread_join(thread->thread, NULL);
    thread->used = false;
}

int smp_start(unsigned core, void (*function)(void *argument), void *argument)
{
    struct core_thread *thread;

    if (core >= cores || core == core_id())
        return -EINVAL;
    thread = &threads[core];
    if (is_running(thread))
        return -EBUSY;
    reap(thread);
    thread->used = true;
    thread->core = core;
    thread->function = function;
    thread->argument = argument;
    set_running(thread, true);
    host_core_begins();
    if (pthread_create(&thread->thread, NULL, run, thread) != 0) {
        thread->used = false;
        set_running(thread, false);
        host_core_ends();
        return -EAGAIN;
    }
    return 0;
}

/* None goes off. */
bool smp_is_on(unsigned core)
{
    return core < cores;
}

static bool has_returned(void *argument)
{
    return !is_running(argument);
}

int smp_join(unsigned core, uint64_t timeout_us)
{
    int error;

    if (core >= cores || core == core_id())
        return -EINVAL;
    error = wait_for(has_returned, &threads[core], timeout_us);
    if (error == 0)
        reap(&threads[core]);
    return error;
}

int smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us)
{
    int first_error = 0;

    for (unsigned core = 0; core < cores && first_error == 0; core++)
        if (core != core_id())
            first_error = smp_start(core, function, argument);
    if (first_error == 0)
        function(argument);
    for (unsigned core = 0; core < cores; core++) {
        int error = core == core_id() ? 0 : smp_join(core, timeout_us);

        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

unsigned long spin_lock(struct spinlock *lock)
{
    unsigned long state = irq_save();
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_SEQ_CST);

    while (__atomic_load_n(&lock->owner, __ATOMIC_SEQ_CST) != ticket)
        sched_yield();
    return state;
}

void spin_unlock(struct spinlock *lock, unsigned long state)
{
    __atomic_fetch_add(&lock->owner, 1, __ATOMIC_SEQ_CST);
    irq_restore(state);
}
