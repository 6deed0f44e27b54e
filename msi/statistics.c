// SPDX-License-Identifier: BSD-3-Clause
/*
 * Figures of interrupts and cores (msi/statistics.h): an observer of the events of msi/state.c, and
 * a handler of the IRQ exception around the one that there is.
 *
 * An interrupt's figures are written by the one core that runs its handler, a core's by that core.
 * Who reads or resets them meanwhile may miss one call, no more: no order is needed.
 */
#include "msi/statistics.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "lib/trace.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/quiesce.h"
#include "msi/registry.h"
#include "msi/report.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define NESTING_MAX 16u /* handlers that interrupt each other; those beyond are not timed */
#define NS_PER_US   1000u

static struct core_times {
    uint64_t calls, exceptions, longest_ns;
    unsigned nesting;
    uint64_t begun[NESTING_MAX];
    struct irq_waits waits;
} __attribute__((aligned(IRQ_CACHE_LINE))) core_times[CORE_MAX];

static bool on;
static exception_irq_handler_t inner; /* the exception's own handler */
static const struct trace_event *begin_event, *end_event;

/* What was triggered, and has not been handled since. */
static struct {
    const struct irq *irq; /* NULL: nothing; `since` is written before it */
    uint64_t since;
    uint64_t took, handled; /* of the last sample; its `since`, written last */
} test_event;

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static void set(uint64_t *value, uint64_t to)
{
    __atomic_store_n(value, to, __ATOMIC_RELAXED);
}

static void raise_to(uint64_t *longest, uint64_t ns)
{
    if (ns > get(longest))
        set(longest, ns);
}

/* ---- histograms ---- */

void irq_waits_add(struct irq_waits *waits, uint64_t ns)
{
    uint64_t limit = NS_PER_US;
    unsigned place = 0;

    for (; place < IRQ_WAIT_CLASSES - 1 && ns >= limit; limit *= 2)
        place++;
    set(&waits->classes[place], get(&waits->classes[place]) + 1);
    set(&waits->samples, get(&waits->samples) + 1);
    raise_to(&waits->longest_ns, ns);
}

void irq_waits_get(const struct irq_waits *waits, struct irq_waits *copy)
{
    copy->samples = get(&waits->samples);
    copy->longest_ns = get(&waits->longest_ns);
    for (unsigned place = 0; place < IRQ_WAIT_CLASSES; place++)
        copy->classes[place] = get(&waits->classes[place]);
}

void irq_waits_reset(struct irq_waits *waits)
{
    for (unsigned place = 0; place < IRQ_WAIT_CLASSES; place++)
        set(&waits->classes[place], 0);
    set(&waits->samples, 0);
    set(&waits->longest_ns, 0);
}

/* ---- on an interrupt's way ---- */

/* Whether it is the event of that name, of which the first that comes is remembered. */
static bool is_event(const struct trace_event *event, const struct trace_event **known,
                     const char *name)
{
    const struct trace_event *first = __atomic_load_n(known, __ATOMIC_RELAXED);

    if (first != NULL)
        return event == first;
    if (strcmp(event->name, name) != 0)
        return false;
    __atomic_store_n(known, event, __ATOMIC_RELAXED);
    return true;
}

static void begin(struct core_times *core)
{
    if (core->nesting < NESTING_MAX)
        core->begun[core->nesting] = time_now_ns();
    core->nesting++;
}

static void count_call(struct irq *irq, uint64_t took)
{
    uint32_t *calls = &irq->timed_calls[core_id()];
    uint32_t before = __atomic_load_n(calls, __ATOMIC_RELAXED);

    if (before != UINT32_MAX)
        __atomic_store_n(calls, before + 1, __ATOMIC_RELAXED);
    raise_to(&irq->longest_ns, took);
}

/* A call that began before the trigger is not the one. Acquire: `since` is that of this one. */
static void take_sample(struct core_times *core, struct irq *irq, uint64_t begun)
{
    const struct irq *awaited = __atomic_load_n(&test_event.irq, __ATOMIC_ACQUIRE);
    uint64_t since = get(&test_event.since);

    if (awaited != irq || begun < since ||
        !__atomic_compare_exchange_n(&test_event.irq, &awaited, NULL, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST))
        return;
    irq_waits_add(&core->waits, begun - since);
    raise_to(&irq->longest_wait_ns, begun - since);
    set(&test_event.took, begun - since);
    __atomic_store_n(&test_event.handled, since, __ATOMIC_RELEASE);
    wait_signal(&test_event);
}

/* A handler that was running when counting began has no beginning. */
static void end(struct core_times *core, struct irq *irq)
{
    if (core->nesting == 0)
        return;
    if (--core->nesting < NESTING_MAX) {
        uint64_t begun = core->begun[core->nesting];

        count_call(irq, time_now_ns() - begun);
        take_sample(core, irq, begun);
    }
    set(&core->calls, get(&core->calls) + 1);
}

static void observe(const struct trace_event *event, uint64_t first, uint64_t second)
{
    struct core_times *core = &core_times[core_id()];

    (void)second;
    if (is_event(event, &begin_event, "irq_handler"))
        begin(core);
    else if (is_event(event, &end_event, "irq_handled"))
        end(core, (struct irq *)(uintptr_t)first);
}

static void timed_exception(void *context)
{
    struct core_times *core = &core_times[core_id()];
    uint64_t begun = time_now_ns();

    __atomic_load_n(&inner, __ATOMIC_ACQUIRE)(context);
    set(&core->exceptions, get(&core->exceptions) + 1);
    raise_to(&core->longest_ns, time_now_ns() - begun);
}

/* After msi/dispatch.c, which subscribed earlier and has set its own. */
static void switched(bool copies)
{
    exception_irq_handler_t handler = exception_get_irq_handler();

    (void)copies;
    if (!irq_statistics_are_on() || handler == timed_exception)
        return;
    __atomic_store_n(&inner, handler, __ATOMIC_RELEASE);
    exception_set_irq_handler(timed_exception);
}

/* ---- for threads ---- */

bool irq_statistics_are_on(void)
{
    return __atomic_load_n(&on, __ATOMIC_RELAXED);
}

static int forget_one(struct irq *irq, void *argument)
{
    (void)argument;
    for (unsigned core = 0; core < CORE_MAX; core++)
        __atomic_store_n(&irq->timed_calls[core], 0, __ATOMIC_RELAXED);
    set(&irq->longest_ns, 0);
    set(&irq->longest_wait_ns, 0);
    return 0;
}

int irq_statistics_reset(void)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        set(&core_times[core].calls, 0);
        set(&core_times[core].exceptions, 0);
        set(&core_times[core].longest_ns, 0);
        irq_waits_reset(&core_times[core].waits);
    }
    return irq_visit_all(forget_one, NULL);
}

int irq_statistics_start(void)
{
    static struct trace_subscriber subscriber = {.switched = switched};
    static bool subscribed;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (irq_statistics_are_on())
        return -EALREADY;
    error = irq_statistics_reset();
    if (error != 0)
        return error;
    for (unsigned core = 0; core < CORE_MAX; core++)
        core_times[core].nesting = 0;
    if (!subscribed)
        trace_subscribe(&subscriber);
    subscribed = true;
    __atomic_store_n(&on, true, __ATOMIC_RELAXED);
    trace_set_observer(observe);
    return 0;
}

int irq_statistics_stop(void)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    if (!irq_statistics_are_on())
        return -EALREADY;
    __atomic_store_n(&on, false, __ATOMIC_RELAXED);
    trace_set_observer(NULL); /* the exception gets its own handler back */
    return irq_quiesce();     /* so that a later start meets no end without its beginning */
}

static void give_up(void)
{
    __atomic_store_n(&test_event.irq, NULL, __ATOMIC_SEQ_CST);
}

int irq_statistics_trigger(struct irq *irq)
{
    int error;

    if (!irq_statistics_are_on())
        return -EINVAL;
    give_up();
    set(&test_event.since, time_now_ns());
    __atomic_store_n(&test_event.irq, irq, __ATOMIC_RELEASE);
    error = irq_trigger(irq);
    if (error != 0)
        give_up();
    return error;
}

static bool is_handled(void *argument)
{
    (void)argument;
    return __atomic_load_n(&test_event.handled, __ATOMIC_ACQUIRE) == get(&test_event.since);
}

int irq_statistics_wait(uint64_t *ns, uint64_t timeout_us)
{
    int error = wait_until_signal(is_handled, &test_event, deadline_after_us(timeout_us));

    if (error == -ETIMEDOUT)
        give_up();
    *ns = get(&test_event.took);
    return error;
}

void irq_get_statistics(const struct irq *irq, struct irq_statistics *statistics)
{
    statistics->calls = 0;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        statistics->calls_on[core] = __atomic_load_n(&irq->timed_calls[core], __ATOMIC_RELAXED);
        statistics->calls += statistics->calls_on[core];
    }
    statistics->longest_ns = get(&irq->longest_ns);
    statistics->longest_wait_ns = get(&irq->longest_wait_ns);
}

void irq_get_core_statistics(unsigned core, struct irq_core_statistics *statistics)
{
    const struct core_times *times = &core_times[core];

    statistics->calls = get(&times->calls);
    statistics->exceptions = get(&times->exceptions);
    statistics->longest_ns = get(&times->longest_ns);
    irq_waits_get(&times->waits, &statistics->waits);
}
