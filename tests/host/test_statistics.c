// SPDX-License-Identifier: BSD-3-Clause
/*
 * Figures of interrupts and cores (msi/statistics.h), and what turns them on: the traced copies of
 * an interrupt's way, which recording shares with them (lib/trace.h).
 */
#include "msi/statistics.h"

#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "lib/trace.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SPI        201u
#define TAKES_US   50u
#define SETTLE_US  100u
#define FOREVER_US 3600000000u
#define ROUNDS     50u

static struct device device = {.name = "timed"};
static struct irq *irq;
static unsigned again; /* so often the handler leaves something */

static enum irq_return take_time(void *context)
{
    deadline_t end = deadline_after_us(TAKES_US);

    (void)context;
    while (!deadline_passed(end))
        continue;
    if (again == 0)
        return IRQ_HANDLED;
    again--;
    return IRQ_AGAIN;
}

static int open_device(void **state)
{
    static const uint16_t intids[] = {SPI, SPI + 1};
    const struct irq_request request = {.handler = take_time, .flags = IRQ_FLAG_EDGE, .core = 0};

    (void)state;
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 2), 0);
    assert_int_equal(irq_request(&device, &request, &irq), 0);
    return 0;
}

static int close_device(void **state)
{
    (void)irq_statistics_stop();
    (void)trace_stop();
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
    return msi_case_end(state);
}

static void fire(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        assert_int_equal(irq_trigger(irq), 0);
        host_advance_us(SETTLE_US);
    }
}

static struct irq_statistics figures(void)
{
    struct irq_statistics statistics;

    irq_get_statistics(irq, &statistics);
    return statistics;
}

static struct irq_core_statistics core_figures(void)
{
    struct irq_core_statistics statistics;

    irq_get_core_statistics(0, &statistics);
    return statistics;
}

static void nothing_is_counted_before_somebody_wants_it(void **state)
{
    (void)state;
    assert_int_equal(irq_statistics_stop(), -EALREADY);
    assert_int_equal(trace_start(0), 0); /* the traced copies alone do not count */
    fire(2);
    assert_int_equal(irq_count(irq), 2);
    assert_int_equal(figures().calls, 0);
    assert_int_equal(core_figures().exceptions, 0);
}

static void calls_and_times_are_those_since_the_start(void **state)
{
    (void)state;
    fire(1);
    assert_int_equal(irq_statistics_start(), 0);
    assert_int_equal(irq_statistics_start(), -EALREADY);
    assert_true(irq_statistics_are_on());
    fire(3);
    assert_int_equal(irq_count(irq), 4);
    assert_int_equal(figures().calls, 3);
    assert_int_equal(figures().calls_on[0], 3);
    assert_true(figures().longest_ns >= TAKES_US * 1000u);
    assert_int_equal(core_figures().calls, 3);
    assert_true(core_figures().exceptions >= 3);
    assert_true(core_figures().longest_ns >= figures().longest_ns);
    assert_int_equal(irq_statistics_stop(), 0);
    fire(1);
    assert_int_equal(figures().calls, 3);
    assert_int_equal(core_figures().calls, 3);
}

static void a_reset_forgets_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(irq_statistics_start(), 0);
    fire(2);
    assert_int_equal(irq_statistics_reset(), 0);
    assert_int_equal(figures().calls, 0);
    assert_int_equal(figures().longest_ns, 0);
    assert_int_equal(core_figures().calls, 0);
    assert_int_equal(core_figures().exceptions, 0);
    assert_int_equal(core_figures().longest_ns, 0);
    fire(1);
    assert_int_equal(figures().calls, 1);
}

/* ---- how late handlers begin ---- */

#define MASKED_US 70u

static void trigger_late(uint64_t us, uint64_t *ns)
{
    irq_mask(irq);
    assert_int_equal(irq_statistics_trigger(irq), 0);
    host_advance_us(us);
    irq_unmask(irq);
    assert_int_equal(irq_statistics_wait(ns, SETTLE_US), 0);
}

static void a_triggered_interrupt_tells_how_late_its_handler_is(void **state)
{
    uint64_t ns;

    (void)state;
    assert_int_equal(irq_statistics_trigger(irq), -EINVAL);
    assert_int_equal(irq_statistics_start(), 0);
    trigger_late(MASKED_US, &ns);
    assert_true(ns >= MASKED_US * 1000u && ns < 2u * MASKED_US * 1000u);
    assert_int_equal(figures().longest_wait_ns, ns);
    assert_int_equal(core_figures().waits.samples, 1);
    assert_int_equal(core_figures().waits.classes[7], 1); /* 64 to 128 us */
    trigger_late(0, &ns);
    assert_true(ns < MASKED_US * 1000u);
    fire(2); /* of which nobody has told when */
    assert_int_equal(core_figures().waits.samples, 2);
    assert_true(core_figures().waits.longest_ns >= MASKED_US * 1000u);
    assert_int_equal(core_figures().waits.longest_ns, figures().longest_wait_ns);
    assert_int_equal(irq_statistics_reset(), 0);
    assert_int_equal(core_figures().waits.samples, 0);
    assert_int_equal(core_figures().waits.longest_ns, 0);
    assert_int_equal(core_figures().waits.classes[7], 0);
    assert_int_equal(figures().longest_wait_ns, 0);
}

static void a_sample_that_does_not_come_is_given_up(void **state)
{
    uint64_t ns;

    (void)state;
    assert_int_equal(irq_statistics_start(), 0);
    irq_mask(irq);
    assert_int_equal(irq_statistics_trigger(irq), 0);
    assert_int_equal(irq_statistics_wait(&ns, SETTLE_US), -ETIMEDOUT);
    irq_unmask(irq);
    host_advance_us(SETTLE_US);
    assert_int_equal(figures().calls, 1);
    assert_int_equal(core_figures().waits.samples, 0);
    trigger_late(0, &ns); /* and the next one has its own */
    assert_int_equal(core_figures().waits.samples, 1);
}

/* ---- calls that are not the one that was triggered ---- */

static bool inside, let_go;

static bool holds(void *flag)
{
    return __atomic_load_n((bool *)flag, __ATOMIC_SEQ_CST);
}

static void say(bool *flag)
{
    __atomic_store_n(flag, true, __ATOMIC_SEQ_CST);
    wait_notify();
}

static enum irq_return stay(void *context)
{
    (void)context;
    say(&inside);
    while (!holds(&let_go)) {
        host_move_time_to(host_now_ns() + 10000u);
        wait_notify(); /* who waits for a time sees that it has come */
        sched_yield();
    }
    return IRQ_HANDLED;
}

static void only_the_call_that_was_triggered_is_a_sample(void **state)
{
    const struct irq_request request = {
        .index = 1, .handler = stay, .flags = IRQ_FLAG_EDGE, .core = 1};
    struct irq *other;
    uint64_t ns;

    (void)state;
    inside = let_go = false;
    assert_int_equal(irq_request(&device, &request, &other), 0);
    msi_start_idling(1);
    assert_int_equal(irq_statistics_start(), 0);
    assert_int_equal(irq_trigger(other), 0);
    assert_int_equal(wait_for(holds, &inside, FOREVER_US), 0);
    assert_int_equal(irq_statistics_trigger(other), 0); /* its handler runs: that is not the one */
    host_advance_us(MASKED_US);
    fire(1); /* nor is another interrupt's */
    say(&let_go);
    assert_int_equal(irq_statistics_wait(&ns, FOREVER_US), 0);
    assert_true(ns >= MASKED_US * 1000u && ns < FOREVER_US);
    assert_int_equal(irq_free(other), 0);
    msi_stop_idling(1);
    assert_int_equal(figures().longest_wait_ns, 0);
    assert_int_equal(core_figures().waits.samples, 0);
}

static void samples_come_from_other_cores(void **state)
{
    struct irq_core_statistics other;
    uint64_t ns;

    (void)state;
    assert_int_equal(irq_set_affinity(irq, 1), 0);
    msi_start_idling(1);
    assert_int_equal(irq_statistics_start(), 0);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        assert_int_equal(irq_statistics_trigger(irq), 0);
        assert_int_equal(irq_statistics_wait(&ns, FOREVER_US), 0);
        assert_true(figures().longest_wait_ns >= ns);
        if (i == ROUNDS / 2)
            assert_int_equal(irq_statistics_reset(), 0);
    }
    assert_int_equal(irq_synchronize(irq), 0);
    msi_stop_idling(1);
    irq_get_core_statistics(1, &other);
    assert_int_equal(other.waits.samples, ROUNDS - ROUNDS / 2);
    assert_int_equal(figures().calls_on[1], ROUNDS - ROUNDS / 2);
    assert_int_equal(figures().calls, ROUNDS - ROUNDS / 2);
    assert_int_equal(core_figures().waits.samples, 0);
}

static void every_class_has_its_limits(void **state)
{
    struct irq_waits waits = {0}, copy;

    (void)state;
    for (unsigned i = 0; i < IRQ_WAIT_CLASSES; i++) {
        irq_waits_add(&waits, 1000u << i);
        irq_waits_add(&waits, (1000u << i) - 1);
    }
    irq_waits_get(&waits, &copy);
    assert_int_equal(copy.samples, 2 * IRQ_WAIT_CLASSES);
    assert_int_equal(copy.longest_ns, 1000u << (IRQ_WAIT_CLASSES - 1));
    assert_int_equal(copy.classes[0], 1);
    for (unsigned i = 1; i < IRQ_WAIT_CLASSES - 1; i++)
        assert_int_equal(copy.classes[i], 2);
    assert_int_equal(copy.classes[IRQ_WAIT_CLASSES - 1], 3);
    irq_waits_reset(&waits);
    irq_waits_get(&waits, &copy);
    assert_int_equal(copy.samples + copy.longest_ns, 0);
    for (unsigned i = 0; i < IRQ_WAIT_CLASSES; i++)
        assert_int_equal(copy.classes[i], 0);
}

/* They wait in a list, and are taken up from there. */
static void calls_that_were_put_off_count_too(void **state)
{
    (void)state;
    assert_int_equal(irq_statistics_start(), 0);
    again = 2;
    fire(1);
    assert_int_equal(irq_count(irq), 3);
    assert_int_equal(figures().calls, 3);
    assert_int_equal(core_figures().calls, 3);
}

static void count_record(unsigned core, const struct trace_record *record, void *argument)
{
    (void)core;
    (void)record;
    ++*(unsigned *)argument;
}

/* Stops the recording; how much there was. */
static unsigned records(void)
{
    unsigned count = 0;
    uint64_t lost;

    assert_int_equal(trace_stop(), 0);
    assert_int_equal(trace_visit(count_record, &count, &lost), 0);
    return count;
}

static void recording_and_counting_do_not_need_each_other(void **state)
{
    (void)state;
    assert_int_equal(irq_statistics_start(), 0);
    assert_int_equal(trace_start(0), 0);
    fire(1);
    assert_true(records() > 0);
    assert_true(trace_copies_are_used());
    fire(1);
    assert_int_equal(figures().calls, 2); /* counts on */
    assert_int_equal(trace_start(0), 0);
    assert_int_equal(irq_statistics_stop(), 0);
    fire(1);
    assert_int_equal(figures().calls, 2);
    assert_true(records() > 0); /* records on */
    assert_false(trace_copies_are_used());
}

static void start_and_reset(void *argument)
{
    int *error = argument;

    error[0] = irq_statistics_start();
    error[1] = irq_statistics_reset();
    error[2] = irq_statistics_stop();
}

static void trigger_it(void *argument)
{
    *(int *)argument = irq_statistics_trigger(irq);
}

static void what_was_not_triggered_is_no_sample(void **state)
{
    int error = 0;

    (void)state;
    assert_int_equal(irq_statistics_start(), 0);
    host_run_in_interrupt(trigger_it, &error);
    assert_int_equal(error, -EDEADLK);
    fire(1);
    assert_int_equal(figures().calls, 1);
    assert_int_equal(core_figures().waits.samples, 0);
}

static void handlers_can_not_switch_it(void **state)
{
    int error[3] = {0};

    (void)state;
    host_run_in_interrupt(start_and_reset, error);
    assert_int_equal(error[0], -EDEADLK);
    assert_int_equal(error[1], -EDEADLK);
    assert_int_equal(error[2], -EDEADLK);
    assert_false(irq_statistics_are_on());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_device, close_device)
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_counted_before_somebody_wants_it),
        TEST(calls_and_times_are_those_since_the_start),
        TEST(a_reset_forgets_and_goes_on),
        TEST(a_triggered_interrupt_tells_how_late_its_handler_is),
        TEST(a_sample_that_does_not_come_is_given_up),
        TEST(only_the_call_that_was_triggered_is_a_sample),
        TEST(samples_come_from_other_cores),
        TEST(every_class_has_its_limits),
        TEST(calls_that_were_put_off_count_too),
        TEST(recording_and_counting_do_not_need_each_other),
        TEST(handlers_can_not_switch_it),
        TEST(what_was_not_triggered_is_no_sample),
    };

    return cmocka_run_group_tests_name("test_statistics", tests, msi_case_start, NULL);
}
