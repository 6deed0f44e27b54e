// SPDX-License-Identifier: BSD-3-Clause
/*
 * Timeouts on the cores' alarms (msi/timeout.h).
 *
 * One lock is for all lists: who sets a timeout has saved interrupts by it, and the list of a core
 * is short. A core's alarm is never later than the first of its list; it may be earlier, after that
 * was stopped, say: then the handler finds nothing due, and sets the alarm anew.
 */
#include "msi/timeout.h"

#include "arch/alarm.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "msi/local.h"

#include <errno.h>
#include <stddef.h>

#define END_TIMEOUT_US 5000000u
#define NS_PER_US      1000u

struct timeout_list {
    struct timeout *first;         /* in the order of their times */
    const struct timeout *running; /* whose function runs on this core */
    bool enabled;                  /* the core's alarm interrupts it */
};

static struct spinlock lock = SPINLOCK_INIT; /* for what follows, and for all timeouts */
static struct timeout_list lists[CORE_MAX];

static uint32_t waiters; /* for the end of some function, or for alarms that are given back */

static struct mutex mutex = MUTEX_INIT; /* for the next ones */
static unsigned users;                  /* atomic: the handler looks at it */
static bool taken;                      /* the alarms are ours */
static bool kept;                       /* they are not, but not all are given back */

/* To whoever waits: he counts himself before he looks. */
static void tell(void)
{
    if (__atomic_load_n(&waiters, __ATOMIC_SEQ_CST) != 0)
        wait_notify();
}

/* ---- lists; with the lock ---- */

static void insert(struct timeout_list *list, struct timeout *timeout)
{
    struct timeout **link = &list->first;

    while (*link != NULL && (*link)->at <= timeout->at)
        link = &(*link)->next;
    timeout->next = *link;
    *link = timeout;
    timeout->core = (uint32_t)(list - lists);
    timeout->set = true;
}

static bool withdraw(struct timeout *timeout)
{
    struct timeout **link = &lists[timeout->core].first;

    if (!timeout->set)
        return false;
    while (*link != timeout)
        link = &(*link)->next;
    *link = timeout->next;
    timeout->set = false;
    return true;
}

/* This core's alarm. */
static void set_alarm(const struct timeout_list *own)
{
    uint64_t now = time_now_ns(), left;

    if (own->first == NULL) {
        alarm_off();
        return;
    }
    left = own->first->at > now ? own->first->at - now : 0;
    left = (left + NS_PER_US - 1u) / NS_PER_US; /* never early */
    alarm_set_us(left < UINT32_MAX ? (uint32_t)left : UINT32_MAX);
}

static int enable(struct timeout_list *own)
{
    int error = own->enabled ? 0 : irq_ppi_enable(ALARM_INTID);

    own->enabled = error == 0;
    return error;
}

/* ---- the alarm ---- */

static struct timeout *begin_next(struct timeout_list *own, uint64_t now)
{
    unsigned long state = spin_lock(&lock);
    struct timeout *timeout = own->first;

    if (timeout != NULL && timeout->at > now)
        timeout = NULL;
    if (timeout != NULL)
        (void)withdraw(timeout);
    own->running = timeout;
    spin_unlock(&lock, state);
    return timeout;
}

/* Nobody uses alarms: this core's is given back. */
static void put_alarm(struct timeout_list *own)
{
    alarm_off();
    if (own->enabled)
        (void)irq_ppi_disable(ALARM_INTID);
    own->enabled = false;
}

static enum irq_return expire(void *context)
{
    struct timeout_list *own = &lists[core_id()];
    const uint64_t now = time_now_ns(); /* what is due later has its own alarm: this ends */
    struct timeout *timeout;
    unsigned long state;

    (void)context;
    while ((timeout = begin_next(own, now)) != NULL)
        timeout->function(timeout->context);
    state = spin_lock(&lock);
    if (__atomic_load_n(&users, __ATOMIC_SEQ_CST) == 0)
        put_alarm(own);
    else
        set_alarm(own);
    spin_unlock(&lock, state);
    tell();
    return IRQ_HANDLED;
}

/* ---- users ---- */

/* A bit for each core whose alarm is enabled. */
static uint32_t enabled_cores(void)
{
    uint32_t cores = 0;
    unsigned long state = spin_lock(&lock);

    for (unsigned core = 0; core < CORE_MAX; core++)
        cores |= (uint32_t)lists[core].enabled << core;
    spin_unlock(&lock, state);
    return cores;
}

static bool are_put_back(void *argument)
{
    (void)argument;
    return enabled_cores() == 0;
}

/* Each core turns its own alarm off. One that is off, or does not come to it, keeps them ours, for
 * the next user. With the mutex. */
static void put_alarms(void)
{
    const uint32_t cores = enabled_cores();
    int error;

    for (unsigned core = 0; core < CORE_MAX; core++) {
        if ((cores >> core & 1u) == 0)
            continue;
        if (!smp_is_on(core))
            return;
        irq_local_call_on(core, ALARM_INTID);
    }
    __atomic_add_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    error = wait_for(are_put_back, NULL, END_TIMEOUT_US);
    __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    if (error != 0)
        return;
    /* A place that a hanging handler keeps is nobody's, and for the next user to give back. */
    kept = irq_ppi_free_all(ALARM_INTID) != 0;
    taken = false;
}

/* With the mutex. */
static int take_alarms(void)
{
    if (kept && irq_ppi_free_all(ALARM_INTID) != 0)
        return -EBUSY;
    kept = false;
    return irq_ppi_request_all(ALARM_INTID, expire, NULL);
}

int timeout_begin(struct timeout *timeout, timeout_function_t function, void *context)
{
    int error = mutex_lock(&mutex);

    if (error != 0)
        return error;
    if (!taken)
        error = take_alarms();
    if (error == 0) {
        taken = true;
        __atomic_add_fetch(&users, 1, __ATOMIC_SEQ_CST);
        *timeout = (struct timeout){.function = function, .context = context, .counted = true};
    }
    mutex_unlock(&mutex);
    return error;
}

/* ---- what users call ---- */

int timeout_set(struct timeout *timeout, uint32_t microseconds)
{
    unsigned long state = spin_lock(&lock);
    struct timeout_list *own = &lists[core_id()];
    int error = timeout->ended ? -ECANCELED : enable(own);

    if (error == 0) {
        (void)withdraw(timeout);
        timeout->at = time_now_ns() + (uint64_t)microseconds * NS_PER_US;
        insert(own, timeout);
        if (own->first == timeout)
            set_alarm(own);
    }
    spin_unlock(&lock, state);
    return error;
}

bool timeout_stop(struct timeout *timeout)
{
    unsigned long state = spin_lock(&lock);
    bool was_set = withdraw(timeout);

    spin_unlock(&lock, state);
    return was_set;
}

static bool runs_nowhere(void *argument)
{
    bool running = false;
    unsigned long state = spin_lock(&lock);

    for (unsigned core = 0; core < CORE_MAX; core++)
        running = running || lists[core].running == argument;
    spin_unlock(&lock, state);
    return !running;
}

int timeout_end(struct timeout *timeout)
{
    unsigned long state;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    state = spin_lock(&lock);
    timeout->ended = true;
    (void)withdraw(timeout);
    spin_unlock(&lock, state);
    __atomic_add_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    error = wait_for(runs_nowhere, timeout, END_TIMEOUT_US);
    __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    if (error != 0)
        return error == -ETIMEDOUT ? -EAGAIN : error;
    error = mutex_lock(&mutex);
    if (error != 0)
        return error;
    if (timeout->counted && __atomic_sub_fetch(&users, 1, __ATOMIC_SEQ_CST) == 0)
        put_alarms();
    timeout->counted = false;
    mutex_unlock(&mutex);
    return 0;
}

void timeout_adopt(unsigned core)
{
    unsigned long state = spin_lock(&lock);
    struct timeout_list *own = &lists[core_id()];
    struct timeout *timeout;

    while (own != &lists[core] && (timeout = lists[core].first) != NULL && enable(own) == 0) {
        (void)withdraw(timeout);
        insert(own, timeout);
    }
    if (own->enabled)
        set_alarm(own);
    spin_unlock(&lock, state);
}
