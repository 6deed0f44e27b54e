// SPDX-License-Identifier: BSD-3-Clause
/*
 * Timeouts (msi/timeout.h): in order, never early, where they were set, and none after its end;
 * several cores at once. Built twice, under the address and the thread sanitizer.
 */
#include "arch/alarm.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "msi/local.h"
#include "msi/timeout.h"
#include "root/root.h"
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
#define LATE_NS    5000u /* what a host's core takes to come to it */
#define ROUNDS     300u
#define CORES      3u

static void must(int error)
{
    assert_int_equal(error, 0);
}

/* ---- one core ---- */

struct probe {
    struct timeout timeout;
    uint64_t set_at, called_at; /* ns */
    unsigned calls, order, core;
    uint32_t again_us; /* it sets itself anew, `again` times */
    unsigned again;
};

static unsigned order;

static void on_time(void *context)
{
    struct probe *probe = context;

    assert(in_interrupt());
    probe->called_at = time_now_ns();
    probe->order = ++order;
    probe->core = core_id();
    probe->calls++;
    if (probe->again != 0) {
        probe->again--;
        assert(timeout_set(&probe->timeout, probe->again_us) == 0);
    }
}

static void begin(struct probe *probes, unsigned count)
{
    memset(probes, 0, count * sizeof(*probes));
    order = 0;
    for (unsigned i = 0; i < count; i++)
        must(timeout_begin(&probes[i].timeout, on_time, &probes[i]));
}

static void end(struct probe *probes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        must(timeout_end(&probes[i].timeout));
}

static void set(struct probe *probe, uint32_t us)
{
    probe->set_at = time_now_ns();
    must(timeout_set(&probe->timeout, us));
}

static void check_time(const struct probe *probe, uint32_t us)
{
    assert_true(probe->called_at >= probe->set_at + us * 1000u);
    assert_true(probe->called_at < probe->set_at + us * 1000u + LATE_NS);
}

static void each_comes_once_in_order_and_never_early(void **state)
{
    static const uint32_t us[] = {300, 100, 200, 100, 5000};
    static const unsigned orders[] = {4, 1, 3, 2, 0};
    struct probe probes[5];

    (void)state;
    begin(probes, 5);
    for (unsigned i = 0; i < 5; i++)
        set(&probes[i], us[i]);
    host_advance_us(1000);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(probes[i].order, orders[i]);
        assert_int_equal(probes[i].calls, i != 4);
        if (i != 4)
            check_time(&probes[i], us[i]);
    }
    end(probes, 5);
    host_advance_us(10000);
    assert_int_equal(probes[4].calls, 0);
}

static void what_is_set_anew_or_stopped_is_forgotten(void **state)
{
    struct probe probes[2];

    (void)state;
    begin(probes, 2);
    assert_false(timeout_stop(&probes[0].timeout));
    set(&probes[0], 100);
    set(&probes[0], 400);
    set(&probes[1], 200);
    assert_true(timeout_stop(&probes[1].timeout));
    assert_false(timeout_stop(&probes[1].timeout));
    host_advance_us(1000);
    assert_int_equal(probes[0].calls, 1);
    check_time(&probes[0], 400);
    assert_int_equal(probes[1].calls, 0);
    end(probes, 2);
}

static void one_may_set_itself(void **state)
{
    struct probe probe;

    (void)state;
    begin(&probe, 1);
    probe.again = 9;
    probe.again_us = 0; /* due at once: but not in the same interrupt */
    set(&probe, 10);
    host_advance_us(1000);
    assert_int_equal(probe.calls, 10);
    end(&probe, 1);
    must(timeout_end(&probe.timeout)); /* once more */
    assert_int_equal(timeout_set(&probe.timeout, 1), -ECANCELED);
}

/* ---- whose the alarm is ---- */

static enum irq_return ignore(void *context)
{
    (void)context;
    alarm_off();
    return IRQ_HANDLED;
}

static void alarms_are_given_back(void **state)
{
    struct probe probe, other;

    (void)state;
    must(irq_ppi_request(ALARM_INTID, ignore, NULL));
    assert_int_equal(timeout_begin(&other.timeout, on_time, &other), -EBUSY);
    must(irq_ppi_free(ALARM_INTID));
    begin(&probe, 1);
    assert_int_equal(irq_ppi_request(ALARM_INTID, ignore, NULL), -EBUSY);
    set(&probe, 100);
    end(&probe, 1);
    must(irq_ppi_request(ALARM_INTID, ignore, NULL));
    must(irq_ppi_free(ALARM_INTID));
}

/* ---- a core that goes off ---- */

static void set_here(void *argument)
{
    set(argument, 500);
}

static void what_a_core_leaves_is_taken_over(void **state)
{
    struct probe probe;

    (void)state;
    begin(&probe, 1);
    must(smp_start(2, set_here, &probe));
    must(smp_join(2, FOREVER_US));
    timeout_adopt(2);
    host_advance_us(1000);
    assert_int_equal(probe.calls, 1);
    assert_int_equal(probe.core, 0);
    check_time(&probe, 500);
    must(smp_start(2, set_here, &probe));
    must(smp_join(2, FOREVER_US));
    host_advance_us(1000);
    assert_int_equal(probe.calls, 2);
    assert_int_equal(probe.core, 2);
    end(&probe, 1);
}

/* ---- one that runs ---- */

#define LONG_NS 200000u

static uint32_t inside, ending, stop; /* atomic */

static void take_long(void *context)
{
    uint64_t until;

    (void)context;
    __atomic_store_n(&inside, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    while (__atomic_load_n(&ending, __ATOMIC_SEQ_CST) == 0)
        (void)time_now_ns();
    until = time_now_ns() + LONG_NS;
    while (time_now_ns() < until)
        ;
    __atomic_store_n(&inside, 0, __ATOMIC_SEQ_CST);
}

static void set_and_idle(void *argument)
{
    must(timeout_set(argument, 10));
    while (__atomic_load_n(&stop, __ATOMIC_SEQ_CST) == 0)
        delay_us(10);
}

static bool is_inside(void *argument)
{
    (void)argument;
    return __atomic_load_n(&inside, __ATOMIC_SEQ_CST) != 0;
}

static void an_end_waits_for_the_function(void **state)
{
    struct timeout timeout;
    struct probe other; /* else giving the alarms back would wait */

    (void)state;
    stop = ending = 0;
    begin(&other, 1);
    must(timeout_begin(&timeout, take_long, NULL));
    must(smp_start(1, set_and_idle, &timeout));
    must(wait_for(is_inside, NULL, FOREVER_US));
    __atomic_store_n(&ending, 1, __ATOMIC_SEQ_CST);
    must(timeout_end(&timeout));
    assert_false(is_inside(NULL));
    end(&other, 1);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    must(smp_join(1, FOREVER_US));
}

/* ---- several cores ---- */

/* Each core begins and ends its own; all set and stop that of the next core too. */
static struct worker {
    struct timeout timeout;
    uint32_t open;    /* it may be called, and set by others; atomic, as the next */
    uint32_t setters; /* others that may be at it */
    unsigned calls, late;
} workers[CORES];

static void on_worker(void *context)
{
    struct worker *worker = context;

    if (__atomic_load_n(&worker->open, __ATOMIC_SEQ_CST) == 0)
        __atomic_add_fetch(&worker->late, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&worker->calls, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&worker->calls, __ATOMIC_SEQ_CST) % 3u == 0)
        (void)timeout_set(&worker->timeout, 1);
}

/* While it ends, too; but not while it begins. */
static void disturb(struct worker *other, unsigned i)
{
    __atomic_add_fetch(&other->setters, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&other->open, __ATOMIC_SEQ_CST) != 0)
        (void)(i % 2u != 0 ? (int)timeout_stop(&other->timeout) : timeout_set(&other->timeout, i));
    __atomic_sub_fetch(&other->setters, 1, __ATOMIC_SEQ_CST);
}

static void work(void *argument)
{
    struct worker *worker = argument, *next = &workers[(worker - workers + 1) % CORES];

    for (unsigned round = 0; round < ROUNDS; round++) {
        int error = timeout_begin(&worker->timeout, on_worker, worker);

        assert(error == 0);
        __atomic_store_n(&worker->open, 1, __ATOMIC_SEQ_CST);
        for (unsigned i = 0; i < 4; i++) {
            (void)timeout_set(&worker->timeout, (round + i) % 5u);
            delay_us(round % 3u);
            disturb(next, i);
        }
        error = timeout_end(&worker->timeout);
        assert(error == 0);
        __atomic_store_n(&worker->open, 0, __ATOMIC_SEQ_CST);
        do
            delay_us(1);
        while (__atomic_load_n(&worker->setters, __ATOMIC_SEQ_CST) != 0);
    }
}

/* Core 0 keeps one, so that the alarms stay taken half of the time. */
static void none_runs_after_its_end(void **state)
{
    struct probe probe;

    (void)state;
    memset(workers, 0, sizeof(workers));
    begin(&probe, 1);
    for (unsigned i = 0; i < CORES; i++)
        must(smp_start(1 + i, work, &workers[i]));
    delay_us(2000);
    end(&probe, 1);
    for (unsigned i = 0; i < CORES; i++)
        must(smp_join(1 + i, FOREVER_US));
    for (unsigned i = 0; i < CORES; i++) {
        print_message("# core %u: %u calls\n", 1 + i, workers[i].calls);
        assert_true(workers[i].calls > ROUNDS / 4u);
        assert_int_equal(workers[i].late, 0);
    }
}

/* ---- while some handler does not return ---- */

#define SOME_SGI 8u

static struct probe hung_up;

static void begin_and_end(void *context)
{
    (void)context;
    hung_up = (struct probe){.calls = 0};
    must(timeout_begin(&hung_up.timeout, on_time, &hung_up));
    must(timeout_end(&hung_up.timeout));
    assert_int_equal(timeout_begin(&hung_up.timeout, on_time, &hung_up), -EBUSY);
}

/* The test goes on inside, on core 0. */
static enum irq_return hang(void *context)
{
    host_run_as_core(0, begin_and_end, context);
    return IRQ_HANDLED;
}

/* The last user's end could not give the alarms back; it is the next one's to do. */
static void alarms_that_a_handler_kept_are_there_again(void **state)
{
    struct probe probe = {.calls = 0};

    (void)state;
    must(irq_sgi_request(SOME_SGI, hang, NULL));
    root_send_sgi(1, SOME_SGI);
    host_advance_us(10);
    must(irq_sgi_free(SOME_SGI));
    must(timeout_begin(&probe.timeout, on_time, &probe));
    must(timeout_set(&probe.timeout, 100));
    host_advance_us(200);
    assert_int_equal(probe.calls, 1);
    must(timeout_end(&probe.timeout));
    must(irq_ppi_request(ALARM_INTID, ignore, NULL));
    must(irq_ppi_free(ALARM_INTID));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comes_once_in_order_and_never_early),
        cmocka_unit_test(what_is_set_anew_or_stopped_is_forgotten),
        cmocka_unit_test(one_may_set_itself),
        cmocka_unit_test(alarms_are_given_back),
        cmocka_unit_test(alarms_that_a_handler_kept_are_there_again),
        cmocka_unit_test(what_a_core_leaves_is_taken_over),
        cmocka_unit_test(an_end_waits_for_the_function),
        cmocka_unit_test(none_runs_after_its_end),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
