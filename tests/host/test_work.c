// SPDX-License-Identifier: BSD-3-Clause
/*
 * Deferred work (msi/work.h): in order, once, on its core, and nowhere after work_cancel(). Built
 * twice, under the address and the thread sanitizer.
 */
#include "msi/work.h"

#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FOREVER_US 3600000000u
#define LONG_US    6000000u /* longer than work_cancel() waits */
#define WORKS      4u
#define ROUNDS     400u

static bool stop_idling;

static bool is_stopped(void *argument)
{
    (void)argument;
    return __atomic_load_n(&stop_idling, __ATOMIC_SEQ_CST);
}

static void idle(void *argument)
{
    (void)argument;
    (void)idle_for(is_stopped, NULL, FOREVER_US);
}

static void start_cores(void)
{
    __atomic_store_n(&stop_idling, false, __ATOMIC_SEQ_CST);
    for (unsigned core = 1; core < core_count(); core++)
        assert_int_equal(smp_start(core, idle, NULL), 0);
}

static void stop_cores(void)
{
    __atomic_store_n(&stop_idling, true, __ATOMIC_SEQ_CST);
    wait_notify();
    for (unsigned core = 1; core < core_count(); core++)
        assert_int_equal(smp_join(core, FOREVER_US), 0);
}

/* ---- what a work notes ---- */

struct item {
    struct work work;
    uint64_t calls, place; /* place: among all calls */
    unsigned core;
    bool wrong_context;
    unsigned again;     /* so often it queues itself */
    int result;         /* of what it does in its function */
    struct item *other; /* what it does that with */
    uint64_t delay_us;
};

static uint64_t all_calls;

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void note(void *context)
{
    struct item *item = context;

    item->wrong_context |= !wait_is_allowed();
    item->core = core_id();
    item->place = __atomic_add_fetch(&all_calls, 1, __ATOMIC_SEQ_CST);
    if (item->again != 0) {
        item->again--;
        item->result = work_queue_on(&item->work, 0);
    }
    if (item->delay_us != 0)
        delay_us(item->delay_us);
    __atomic_add_fetch(&item->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static struct item items[WORKS];

static void make(void)
{
    memset(items, 0, sizeof(items));
    all_calls = 0;
    for (unsigned i = 0; i < WORKS; i++)
        work_init(&items[i].work, note, &items[i]);
}

static void queue_all(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < WORKS; i++)
        assert_int_equal(work_queue(&items[i].work), 0);
}

static bool always(void *argument)
{
    (void)argument;
    return true;
}

static bool all_called(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < WORKS; i++)
        if (get(&items[i].calls) == 0)
            return false;
    return true;
}

/* ---- tests ---- */

static void handlers_leave_work_to_the_thread_in_order(void **state)
{
    (void)state;
    make();
    host_run_in_interrupt(queue_all, NULL);
    host_advance_us(1000); /* not where the thread waits for something else */
    assert_int_equal(all_calls, 0);
    assert_int_equal(work_queue(&items[0].work), -EALREADY);
    assert_int_equal(idle_for(always, NULL, 0), 0);
    for (unsigned i = 0; i < WORKS; i++) {
        assert_int_equal(items[i].calls, 1);
        assert_int_equal(items[i].place, i + 1);
        assert_int_equal(items[i].core, 0);
        assert_false(items[i].wrong_context);
    }
    assert_int_equal(idle_for(always, NULL, 0), 0);
    assert_int_equal(all_calls, WORKS);
}

static void what_is_queued_for_any_core_is_seen(void **state)
{
    (void)state;
    make();
    assert_false(work_is_queued(UINT32_MAX));
    for (unsigned core = 0; core < core_count(); core++) {
        assert_int_equal(work_queue_on(&items[0].work, core), 0);
        assert_true(work_is_queued(UINT32_C(1) << core));
        assert_false(work_is_queued(~(UINT32_C(1) << core)));
        assert_int_equal(work_cancel(&items[0].work), 0);
        work_init(&items[0].work, note, &items[0]);
        assert_false(work_is_queued(UINT32_MAX));
    }
}

static void call_work_run(void *result)
{
    *(unsigned *)result = work_run();
}

static void work_that_queues_itself_takes_turns(void **state)
{
    unsigned ran = 1;

    (void)state;
    make();
    items[0].again = 3;
    assert_int_equal(work_queue(&items[0].work), 0);
    assert_int_equal(work_queue(&items[1].work), 0);
    host_run_in_interrupt(call_work_run, &ran);
    assert_int_equal(ran, 0);
    assert_int_equal(work_run(), 2); /* what was queued by then, and no more */
    assert_int_equal(items[0].calls, 1);
    assert_int_equal(items[1].calls, 1);
    assert_int_equal(work_flush(&items[0].work, 1000), 0);
    assert_int_equal(work_run(), 1);
    assert_int_equal(work_run(), 1);
    assert_int_equal(work_run(), 0);
    assert_int_equal(items[0].calls, 4);
}

static void named_cores_run_it(void **state)
{
    (void)state;
    make();
    start_cores();
    assert_int_equal(work_queue_on(&items[0].work, core_count()), -EINVAL);
    for (unsigned i = 0; i < WORKS; i++)
        assert_int_equal(work_queue_on(&items[i].work, i % core_count()), 0);
    assert_int_equal(idle_for(all_called, NULL, FOREVER_US), 0);
    for (unsigned i = 0; i < WORKS; i++) {
        assert_int_equal(items[i].core, i % core_count());
        assert_int_equal(work_flush(&items[i].work, FOREVER_US), 0); /* its function may be in it */
    }
    for (unsigned i = 0; i < WORKS; i++) /* and elsewhere the next time */
        assert_int_equal(work_queue_on(&items[i].work, (i + 1) % core_count()), 0);
    for (unsigned i = 0; i < WORKS; i++) {
        assert_int_equal(work_flush(&items[i].work, FOREVER_US), 0);
        assert_int_equal(items[i].calls, 2);
        assert_int_equal(items[i].core, (i + 1) % core_count());
    }
    stop_cores();
}

static bool first_was_called_twice(void *argument)
{
    (void)argument;
    return get(&items[0].calls) == 2;
}

/* On a core that runs it, it stays: there it waits for its next turn, which comes as long as that
 * core is idle. */
static void work_never_runs_on_two_cores(void **state)
{
    (void)state;
    make();
    start_cores();
    items[0].again = 1; /* it names core 0 */
    assert_int_equal(work_queue_on(&items[0].work, 2), 0);
    assert_int_equal(work_flush(&items[0].work, FOREVER_US), 0);
    assert_int_equal(idle_for(first_was_called_twice, NULL, FOREVER_US), 0);
    stop_cores();
    assert_int_equal(work_flush(&items[0].work, 0), 0); /* nothing is left, or it would time out */
    assert_int_equal(items[0].calls, 2);
    assert_int_equal(items[0].core, 2);
}

static void cancelled_work_does_not_run(void **state)
{
    (void)state;
    make();
    queue_all(NULL);
    assert_int_equal(work_cancel(&items[WORKS - 1].work), 0); /* the last one, one between, first */
    assert_int_equal(work_cancel(&items[1].work), 0);
    assert_int_equal(work_cancel(&items[0].work), 0);
    work_init(&items[3].work, note, &items[3]);
    assert_int_equal(work_queue(&items[3].work), 0); /* behind the one that is left */
    assert_int_equal(work_queue(&items[1].work), -ECANCELED);
    assert_int_equal(work_queue_on(&items[1].work, 1), -ECANCELED);
    assert_int_equal(work_flush(&items[1].work, 0), 0);
    assert_int_equal(work_queue(&items[2].work), -EALREADY);
    assert_int_equal(work_run(), 2);
    assert_int_equal(items[2].place, 1);
    assert_int_equal(items[3].place, 2);
    assert_int_equal(all_calls, 2);
}

static void cancel_waits_for_the_function(void **state)
{
    (void)state;
    make();
    start_cores();
    items[0].delay_us = 1000;
    items[0].again = 1;
    assert_int_equal(work_queue_on(&items[0].work, 1), 0);
    while (get(&all_calls) == 0)
        delay_us(1);
    assert_int_equal(work_cancel(&items[0].work), 0);
    assert_int_equal(items[0].calls, 1); /* to its end, and not again */
    items[1].delay_us = LONG_US;
    assert_int_equal(work_queue_on(&items[1].work, 1), 0);
    while (get(&all_calls) == 1)
        delay_us(1);
    assert_int_equal(work_flush(&items[1].work, 1000), -ETIMEDOUT);
    assert_int_equal(work_cancel(&items[1].work), -EAGAIN);
    assert_int_equal(work_cancel(&items[1].work), 0);
    assert_int_equal(items[1].calls, 1);
    stop_cores();
    assert_int_equal(items[0].calls, 1);
}

static void cancel_itself(void *context)
{
    struct item *item = context;

    item->result = work_cancel(&item->work);
    item->calls++;
}

static void flush_another(void *context)
{
    struct item *item = context;

    item->result = work_flush(&item->other->work, 1000);
}

static void run_others(void *context)
{
    struct item *item = context;

    item->result = (int)work_run() + idle_for(always, NULL, 0);
}

static void cancel_another(void *context)
{
    struct item *item = context;

    item->result = work_cancel(&item->other->work);
}

static void no_work_waits_for_itself(void **state)
{
    (void)state;
    make();
    work_init(&items[0].work, cancel_itself, &items[0]);
    assert_int_equal(work_queue(&items[0].work), 0);
    assert_int_equal(work_run(), 1);
    assert_int_equal(items[0].result, -EDEADLK);
    assert_int_equal(work_queue(&items[0].work), 0); /* and nothing was done */
    assert_int_equal(work_run(), 1);

    work_init(&items[1].work, flush_another, &items[1]);
    items[1].other = &items[2];
    assert_int_equal(work_queue(&items[1].work), 0);
    assert_int_equal(work_queue(&items[2].work), 0);
    assert_int_equal(work_flush(&items[2].work, 1000), 0);
    assert_int_equal(items[1].result, -EDEADLK);

    work_init(&items[1].work, run_others, &items[1]);
    assert_int_equal(work_queue(&items[1].work), 0);
    assert_int_equal(work_queue(&items[2].work), 0);
    assert_int_equal(work_run(), 2); /* one after the other */
    assert_int_equal(items[1].result, 0);
    assert_int_equal(items[2].calls, 2);

    work_init(&items[1].work, cancel_another, &items[1]);
    assert_int_equal(work_queue(&items[1].work), 0);
    assert_int_equal(work_queue(&items[2].work), 0);
    assert_int_equal(work_run(), 1);
    assert_int_equal(items[1].result, 0);
    assert_int_equal(items[2].calls, 2);

    items[0].other = &items[0];
    items[0].result = 0;
    host_run_in_interrupt(cancel_another, &items[0]);
    assert_int_equal(items[0].result, -EDEADLK);
    host_run_in_interrupt(flush_another, &items[0]);
    assert_int_equal(items[0].result, -EDEADLK);
}

static void cancel_and_use_again(void *context)
{
    struct item *item = context;

    delay_us(1000); /* the flush has begun */
    item->result = work_cancel(&item->other->work);
    memset(&item->other->work, 0xff, sizeof(item->other->work)); /* its memory is another's */
    delay_us(1000);
    work_init(&item->other->work, note, item->other);
    item->calls = work_queue_on(&item->other->work, 3) == 0;
}

/* Who waits for what is cancelled meanwhile waits no longer, and does not look at its memory. */
static void flush_of_what_is_cancelled_does_not_look_at_it(void **state)
{
    (void)state;
    make();
    start_cores();
    items[0].delay_us = items[3].delay_us = 100000; /* cores 1 and 3 are busy */
    assert_int_equal(work_queue_on(&items[0].work, 1), 0);
    assert_int_equal(work_queue_on(&items[3].work, 3), 0);
    while (get(&all_calls) != 2)
        delay_us(1);
    assert_int_equal(work_queue_on(&items[1].work, 1), 0);
    work_init(&items[2].work, cancel_and_use_again, &items[2]);
    items[2].other = &items[1];
    assert_int_equal(work_queue_on(&items[2].work, 2), 0);
    assert_int_equal(work_flush(&items[1].work, 50000), 0);
    assert_int_equal(work_flush(&items[2].work, FOREVER_US), 0);
    assert_int_equal(items[2].result, 0);
    assert_int_equal(items[2].calls, 1);
    assert_int_equal(items[0].calls, 0);
    assert_int_equal(items[1].calls, 0); /* the next one of that memory waits for its turn */
    assert_int_equal(work_flush(&items[1].work, FOREVER_US), 0);
    assert_int_equal(items[1].calls, 1);
    assert_int_equal(items[1].core, 3);
    stop_cores();
}

/* ---- all cores at once ---- */

static struct racer {
    struct work work;
    uint64_t calls, inside;
    bool cancelled, late, twice;
} racer;

static void race(void *context)
{
    struct racer *r = context;

    r->late |= __atomic_load_n(&r->cancelled, __ATOMIC_SEQ_CST);
    r->twice |= __atomic_add_fetch(&r->inside, 1, __ATOMIC_SEQ_CST) != 1;
    delay_us(1);
    __atomic_sub_fetch(&r->inside, 1, __ATOMIC_SEQ_CST);
    r->calls++; /* not atomic: one call at a time, and each sees what the one before wrote */
}

/* Everybody names another core each time. */
static void queue_and_run(void *argument)
{
    unsigned number = core_id();

    (void)argument;
    while (!is_stopped(NULL)) {
        int error = work_queue_on(&racer.work, number++ % core_count());

        assert(error == 0 || error == -EALREADY || error == -ECANCELED);
        (void)work_run();
        delay_us(1);
    }
}

static void cancel_while_all_cores_queue(void **state)
{
    (void)state;
    memset(&racer, 0, sizeof(racer));
    work_init(&racer.work, race, &racer);
    __atomic_store_n(&stop_idling, false, __ATOMIC_SEQ_CST);
    for (unsigned core = 1; core < core_count(); core++)
        assert_int_equal(smp_start(core, queue_and_run, NULL), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        delay_us(2);
        if (i % 8 == 0)
            assert_int_equal(work_flush(&racer.work, FOREVER_US), 0);
        (void)work_run();
    }
    assert_int_equal(work_cancel(&racer.work), 0);
    __atomic_store_n(&racer.cancelled, true, __ATOMIC_SEQ_CST);
    delay_us(1000);
    stop_cores();
    assert_false(racer.late);
    assert_false(racer.twice);
    print_message("# %llu calls\n", (unsigned long long)racer.calls);
    assert_true(racer.calls >= ROUNDS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_leave_work_to_the_thread_in_order),
        cmocka_unit_test(what_is_queued_for_any_core_is_seen),
        cmocka_unit_test(work_that_queues_itself_takes_turns),
        cmocka_unit_test(named_cores_run_it),
        cmocka_unit_test(work_never_runs_on_two_cores),
        cmocka_unit_test(cancelled_work_does_not_run),
        cmocka_unit_test(cancel_waits_for_the_function),
        cmocka_unit_test(no_work_waits_for_itself),
        cmocka_unit_test(flush_of_what_is_cancelled_does_not_look_at_it),
        cmocka_unit_test(cancel_while_all_cores_queue),
    };

    return cmocka_run_group_tests_name("test_work", tests, msi_case_start, NULL);
}
