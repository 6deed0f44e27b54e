// SPDX-License-Identifier: BSD-3-Clause
/*
 * Lists of work, one a core (msi/work.h).
 *
 * The lock of the list that work->core names guards the work too. The core changes only while the
 * work is neither queued nor running: so whoever finds the same core before and after taking the
 * lock has the right one.
 */
#include "msi/work.h"

#include "arch/core.h"
#include "arch/idle.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "root/root.h"

#include <errno.h>
#include <stddef.h>

#define CANCEL_TIMEOUT_US 5000000u

/* First in, first out. Tickets number what is queued, from 1. */
struct work_list {
    struct spinlock lock; /* for what follows, and for the work */
    struct work *first, *last;
    struct work *running;
    uint64_t given, running_ticket;
} __attribute__((aligned(IRQ_CACHE_LINE)));

static struct work_list lists[CORE_MAX];
static uint32_t waiters; /* for the end of some function */

static unsigned core_of(const struct work *work)
{
    return __atomic_load_n(&work->core, __ATOMIC_SEQ_CST);
}

static struct work_list *lock_list(const struct work *work, unsigned long *state)
{
    for (;;) {
        unsigned core = core_of(work);

        *state = spin_lock(&lists[core].lock);
        if (core_of(work) == core)
            return &lists[core];
        spin_unlock(&lists[core].lock, *state);
    }
}

/* ---- running ---- */

/* What has a ticket up to `last`, and whose turn it is. */
static struct work *begin(struct work_list *list, uint64_t last)
{
    unsigned long state = spin_lock(&list->lock);
    struct work *work = list->running == NULL ? list->first : NULL;

    if (work != NULL && work->ticket > last)
        work = NULL;
    if (work != NULL) {
        list->first = work->next;
        list->running = work;
        list->running_ticket = work->ticket;
        work->queued = false;
    }
    spin_unlock(&list->lock, state);
    return work;
}

/* To whoever waits. He counts himself before he takes the lock to look: one of the two sees the
 * other. */
static void tell(void)
{
    if (__atomic_load_n(&waiters, __ATOMIC_SEQ_CST) != 0)
        wait_notify();
}

/* The work's memory may be gone. */
static void end(struct work_list *list)
{
    unsigned long state = spin_lock(&list->lock);

    list->running = NULL;
    spin_unlock(&list->lock, state);
    tell();
}

static bool run_one(struct work_list *list, uint64_t last)
{
    struct work *work = begin(list, last);

    if (work == NULL)
        return false;
    work->function(work->context);
    end(list);
    return true;
}

unsigned work_run(void)
{
    struct work_list *list = &lists[core_id()];
    unsigned long state;
    unsigned done = 0;
    uint64_t last;

    if (!wait_is_allowed())
        return 0;
    state = spin_lock(&list->lock);
    last = list->given; /* what comes meanwhile has its turn the next time */
    spin_unlock(&list->lock, state);
    while (run_one(list, last))
        done++;
    return done;
}

static bool is_pending(void)
{
    struct work_list *list = &lists[core_id()];
    unsigned long state = spin_lock(&list->lock);
    bool pending = list->first != NULL && list->running == NULL;

    spin_unlock(&list->lock, state);
    return pending;
}

static void run(void)
{
    (void)work_run();
}

bool work_is_queued(uint32_t cores)
{
    bool queued = false;

    for (unsigned core = 0; core < CORE_MAX; core++) {
        unsigned long state = spin_lock(&lists[core].lock);

        queued = queued || ((cores >> core & 1u) != 0 && lists[core].first != NULL);
        spin_unlock(&lists[core].lock, state);
    }
    return queued;
}

/* ---- queueing ---- */

void work_init(struct work *work, work_function_t function, void *context)
{
    static const struct idle_task task = {.pending = is_pending, .run = run};

    *work = (struct work){.function = function, .context = context};
    idle_set_task(&task);
}

/* With the list's lock held, as the next ones. */
static int add(struct work_list *list, struct work *work)
{
    if (work->cancelled)
        return -ECANCELED;
    if (work->queued)
        return -EALREADY;
    work->next = NULL;
    work->queued = true;
    if (list->first == NULL)
        list->first = work;
    else
        list->last->next = work;
    list->last = work;
    work->ticket = ++list->given;
    return 0;
}

static bool may_move(const struct work_list *list, const struct work *work)
{
    return !work->queued && !work->cancelled && list->running != work;
}

int work_queue_on(struct work *work, unsigned core)
{
    struct work_list *list;
    unsigned long state;
    int error;

    if (core >= core_count())
        return -EINVAL;
    list = lock_list(work, &state);
    if (list != &lists[core] && may_move(list, work)) {
        __atomic_store_n(&work->core, core, __ATOMIC_SEQ_CST);
        spin_unlock(&list->lock, state);
        list = lock_list(work, &state); /* another core's list, if that has been as quick */
    }
    error = add(list, work);
    core = core_of(work);
    spin_unlock(&list->lock, state);
    /* This core is awake, and looks again when it goes on. */
    if (error == 0 && core != core_id())
        root_send_sgi(core, IRQ_SGI_WAKE);
    return error;
}

int work_queue(struct work *work)
{
    return work_queue_on(work, core_id());
}

/* ---- flushing ---- */

struct flush {
    struct work_list *list; /* where the work was */
    uint64_t ticket;        /* of the last call to wait for; 0: none */
    bool over, mine;
};

/* Over, or for this core to run. By the ticket: once the work is cancelled, its memory may be
 * another's. */
static bool look(void *argument)
{
    struct flush *flush = argument;
    struct work_list *list = flush->list;
    unsigned long state = spin_lock(&list->lock);
    const struct work *work = list->first;

    while (work != NULL && work->ticket < flush->ticket)
        work = work->next;
    flush->over = (work == NULL || work->ticket != flush->ticket) &&
                  (list->running == NULL || list->running_ticket != flush->ticket);
    flush->mine = list == &lists[core_id()];
    spin_unlock(&list->lock, state);
    return flush->over || flush->mine;
}

static struct flush flush_of(const struct work *work)
{
    struct flush flush = {0};
    unsigned long state;

    flush.list = lock_list(work, &state);
    if (work->queued)
        flush.ticket = work->ticket;
    else if (flush.list->running == work)
        flush.ticket = flush.list->running_ticket;
    spin_unlock(&flush.list->lock, state);
    return flush;
}

int work_flush(struct work *work, uint64_t timeout_us)
{
    deadline_t deadline = deadline_after_us(timeout_us);
    struct flush flush;
    int error = 0;

    if (!wait_is_allowed())
        return -EDEADLK;
    flush = flush_of(work);
    __atomic_add_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    while (error == 0 && !(look(&flush) && flush.over)) {
        uint64_t now = time_now_ns();

        if (!flush.mine)
            error = wait_for(look, &flush, now < deadline ? (deadline - now) / 1000u : 0);
        else if (flush.list->running != NULL) /* on this core: so that is who calls */
            error = -EDEADLK;
        else if (now >= deadline)
            error = -ETIMEDOUT;
        else
            (void)run_one(flush.list, flush.ticket);
    }
    __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    return error;
}

/* ---- cancelling ---- */

static void withdraw(struct work_list *list, const struct work *work)
{
    struct work **link = &list->first, *before = NULL;

    while (*link != work) {
        before = *link;
        link = &before->next;
    }
    *link = work->next;
    if (list->last == work)
        list->last = before;
}

/* Whether the function is the caller. */
static bool drop(struct work *work)
{
    unsigned long state;
    struct work_list *list = lock_list(work, &state);
    bool mine = list->running == work && list == &lists[core_id()];

    if (!mine) {
        work->cancelled = true;
        if (work->queued)
            withdraw(list, work);
        work->queued = false;
    }
    spin_unlock(&list->lock, state);
    tell(); /* a flush, of what is not to run any more */
    return mine;
}

static bool is_not_running(void *argument)
{
    struct work *work = argument;
    unsigned long state;
    struct work_list *list = lock_list(work, &state);
    bool running = list->running == work;

    spin_unlock(&list->lock, state);
    return !running;
}

int work_cancel(struct work *work)
{
    int error;

    if (!wait_is_allowed() || drop(work))
        return -EDEADLK;
    __atomic_add_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    error = wait_for(is_not_running, work, CANCEL_TIMEOUT_US);
    __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
    return error == -ETIMEDOUT ? -EAGAIN : error;
}
