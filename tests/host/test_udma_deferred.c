// SPDX-License-Identifier: BSD-3-Clause
/*
 * Callbacks of DMA channels in thread context (udma_in_thread, udma_in_thread_on): in order, on
 * their core, each transfer in its place until its callback begins, and none after the close.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/udma.h"
#include "msi/report.h"
#include "msi/work.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOREVER_US 3600000000u
#define SETTLE_US  10000u
#define DEPTH      8u
#define COPIES     100u
#define SIZE       64u

static struct udma_host_inventory before;

static int set_up(void **state)
{
    (void)state;
    before = udma_host_inventory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    check_inventory(&before);
    return 0;
}

/* ---- a channel whose callbacks note what they see ---- */

static struct probe {
    struct udma_channel *channel;
    uint8_t source[SIZE], destination[SIZE];
    unsigned core;                  /* that its callbacks belong to */
    unsigned queued, calls;         /* of this core's thread, or of the callbacks */
    unsigned wrong;                 /* callbacks out of order, elsewhere, or in an interrupt */
    void (*action)(struct probe *); /* what a callback does; NULL: nothing */
    int result, status;             /* of that; of the last callback */
    bool closing;                   /* callbacks come where the close is */
} probe;

static unsigned calls_of(const struct probe *p)
{
    return __atomic_load_n(&p->calls, __ATOMIC_SEQ_CST);
}

static int copy(struct probe *p)
{
    int error = udma_copy(p->channel, (uintptr_t)p->destination, (uintptr_t)p->source, SIZE,
                          (void *)(uintptr_t)p->queued);

    if (error == 0)
        p->queued++;
    return error;
}

static void on_copy(void *context, void *cookie, int status)
{
    struct probe *p = context;

    p->wrong += !wait_is_allowed() || (core_id() != p->core && !p->closing);
    p->wrong += (uintptr_t)cookie != p->calls;
    p->status = status;
    if (p->action != NULL)
        p->action(p);
    __atomic_add_fetch(&p->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static int open_on(struct probe *p, unsigned irq_core, const struct udma_delivery *delivery,
                   unsigned core)
{
    const struct udma_channel_config config = {.name = "deferred",
                                               .core = irq_core,
                                               .depth = DEPTH,
                                               .callback = on_copy,
                                               .context = p,
                                               .delivery = delivery,
                                               .thread_core = core};

    memset(p, 0, sizeof(*p));
    memset(p->source, 0x5a, SIZE);
    p->core = delivery == &udma_in_thread ? irq_core : core;
    return udma_channel_open(&config, &p->channel);
}

static void fill(struct probe *p)
{
    while (p->queued < DEPTH)
        must(copy(p));
    host_advance_us(SETTLE_US); /* they end, and the interrupt comes */
}

static void shut(struct probe *p)
{
    unsigned calls;

    p->closing = true;
    must(udma_channel_close(p->channel));
    calls = calls_of(p);
    host_advance_us(SETTLE_US);
    (void)work_run();
    assert_int_equal(calls_of(p), calls);
    assert_int_equal(p->wrong, 0);
}

/* ---- other cores, which are idle ---- */

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
        must(smp_start(core, idle, NULL));
}

static void stop_cores(void)
{
    __atomic_store_n(&stop_idling, true, __ATOMIC_SEQ_CST);
    wait_notify();
    for (unsigned core = 1; core < core_count(); core++)
        must(smp_join(core, FOREVER_US));
}

static bool all_called(void *argument)
{
    const struct probe *p = argument;

    return calls_of(p) == p->queued;
}

/* ---- where, and in which order ---- */

static void check_place(unsigned irq_core, const struct udma_delivery *delivery, unsigned core)
{
    must(open_on(&probe, irq_core, delivery, core));
    assert_int_equal(udma_channel_core(probe.channel), probe.core);
    for (unsigned i = 0; i < COPIES; i++) {
        must(copy(&probe));
        if (i % DEPTH == DEPTH - 1)
            must(idle_for(all_called, &probe, FOREVER_US));
    }
    must(idle_for(all_called, &probe, FOREVER_US));
    assert_int_equal(probe.calls, COPIES);
    assert_int_equal(probe.status, 0);
    assert_memory_equal(probe.source, probe.destination, SIZE);
    shut(&probe);
}

static void callbacks_come_in_order_in_the_thread_of_their_core(void **state)
{
    (void)state;
    start_cores();
    for (unsigned core = 0; core < core_count(); core++) {
        check_place(core, &udma_in_thread, 0);
        check_place(core, &udma_in_thread_on, (core + 1) % core_count());
    }
    stop_cores();
}

static void a_core_that_is_not_there_is_refused(void **state)
{
    (void)state;
    assert_int_equal(open_on(&probe, 0, &udma_in_thread_on, core_count()), -EINVAL);
}

static void a_polled_channel_has_no_other_delivery(void **state)
{
    const struct udma_channel_config config = {.polled = true,
                                               .depth = DEPTH,
                                               .callback = on_copy,
                                               .context = &probe,
                                               .delivery = &udma_in_thread};

    (void)state;
    memset(&probe, 0, sizeof(probe));
    must(udma_channel_open(&config, &probe.channel));
    must(copy(&probe));
    host_advance_us(SETTLE_US);
    assert_int_equal(work_run(), 0);
    assert_int_equal(udma_flush(probe.channel, FOREVER_US), -EINVAL);
    assert_int_equal(udma_poll(probe.channel), 1);
    assert_int_equal(probe.calls, 1);
    shut(&probe);
}

/* ---- a core that is busy ---- */

static void a_transfer_keeps_its_place_until_its_callback(void **state)
{
    (void)state;
    must(open_on(&probe, 0, &udma_in_thread, 0));
    for (unsigned round = 1; round <= 3; round++) {
        while (copy(&probe) == 0)
            host_advance_us(SETTLE_US);
        assert_int_equal(probe.queued, round * DEPTH); /* all have ended, none was called */
        assert_int_equal(copy(&probe), -EAGAIN);
        assert_int_equal(probe.calls, (round - 1) * DEPTH);
        assert_true(work_run() >= 1);
        assert_int_equal(probe.calls, round * DEPTH);
    }
    shut(&probe);
}

/* An event that comes before the last one's work has begun brings nothing. */
static void interrupts_without_work_are_counted(void **state)
{
    struct udma_counters counters;

    (void)state;
    must(open_on(&probe, 0, &udma_in_thread, 0));
    fill(&probe);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.interrupts, 1);
    assert_int_equal(counters.empty, 0);
    assert_int_equal(counters.completions, 0);
    must(irq_trigger(probe.channel->irq));
    host_advance_us(SETTLE_US);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.interrupts, 2);
    assert_int_equal(counters.empty, 1);
    assert_int_equal(work_run(), 1);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.completions, DEPTH);
    assert_int_equal(counters.bytes, DEPTH * SIZE);
    shut(&probe);
}

/* The next copy ends while the callback of this one still runs. */
static void copy_and_see_it_arrive(struct probe *p)
{
    if (p->calls >= 2 * DEPTH)
        return;
    memset(p->destination, 0, SIZE);
    p->result = copy(p);
    host_advance_us(SETTLE_US);
    p->wrong += memcmp(p->source, p->destination, SIZE) != 0 || p->result != 0;
}

static void what_a_callback_queues_does_not_wait_for_it(void **state)
{
    unsigned turns = 0;

    (void)state;
    must(open_on(&probe, 0, &udma_in_thread, 0));
    probe.action = copy_and_see_it_arrive;
    fill(&probe);
    while (probe.calls < probe.queued) {
        assert_int_equal(work_run(), 1); /* it comes back behind others */
        turns++;
    }
    assert_int_equal(probe.calls, 3 * DEPTH);
    assert_true(turns >= 3);
    shut(&probe);
}

static void copy_once_more(struct probe *p)
{
    if (p->calls != 0)
        return;
    p->result = copy(p);
    host_advance_us(SETTLE_US);
}

/* It ends while the ring is not empty, so that there is no event for it. */
static void the_last_element_of_a_turn_is_not_forgotten(void **state)
{
    (void)state;
    must(open_on(&probe, 0, &udma_in_thread, 0));
    probe.action = copy_once_more;
    must(copy(&probe));
    must(copy(&probe));
    host_advance_us(SETTLE_US);
    assert_int_equal(work_run(), 1);
    must(probe.result);
    assert_int_equal(probe.calls, 2);
    host_advance_us(SETTLE_US);
    assert_int_equal(work_run(), 1);
    assert_int_equal(probe.calls, 3);
    shut(&probe);
}

/* ---- flushing ---- */

static void flush_itself(struct probe *p)
{
    p->result = udma_flush(p->channel, FOREVER_US);
}

static void flush_in_interrupt(void *argument)
{
    flush_itself(argument);
}

static void a_flush_waits_for_what_has_ended(void **state)
{
    (void)state;
    must(open_on(&probe, 0, &udma_in_thread, 0));
    must(udma_flush(probe.channel, 0)); /* nothing */
    fill(&probe);
    must(udma_flush(probe.channel, FOREVER_US));
    assert_int_equal(probe.calls, DEPTH);
    probe.action = flush_itself;
    must(copy(&probe));
    host_advance_us(SETTLE_US);
    must(udma_flush(probe.channel, FOREVER_US));
    assert_int_equal(probe.result, -EDEADLK);
    probe.result = 0;
    host_run_in_interrupt(flush_in_interrupt, &probe);
    assert_int_equal(probe.result, -EDEADLK);
    shut(&probe);

    must(open_on(&probe, 0, &udma_in_thread_on, 1)); /* which is not idle */
    must(copy(&probe));
    host_advance_us(SETTLE_US);
    assert_int_equal(udma_flush(probe.channel, SETTLE_US), -ETIMEDOUT);
    start_cores();
    must(udma_flush(probe.channel, FOREVER_US));
    assert_int_equal(probe.calls, 1);
    stop_cores();
    shut(&probe);

    must(open_on(&probe, 0, NULL, 0));
    assert_int_equal(udma_flush(probe.channel, FOREVER_US), -EINVAL);
    must(udma_channel_close(probe.channel));
    assert_int_equal(udma_flush(NULL, FOREVER_US), -EINVAL);
}

/* ---- closing ---- */

static void close_itself(struct probe *p)
{
    p->result = udma_channel_close(p->channel);
}

static void what_was_not_called_back_is_so_in_the_close(void **state)
{
    (void)state;
    must(open_on(&probe, 2, &udma_in_thread, 0)); /* nobody is there */
    fill(&probe);
    assert_int_equal(probe.calls, 0);
    probe.action = close_itself; /* once more, in the close */
    shut(&probe);
    assert_int_equal(probe.calls, DEPTH);
    assert_int_equal(probe.result, -EAGAIN);
}

static struct probe other;

static void close_another(struct probe *p)
{
    other.closing = true;
    p->result = udma_channel_close(other.channel);
}

static void a_callback_can_close_any_channel_but_its_own(void **state)
{
    (void)state;
    must(open_on(&probe, 0, &udma_in_thread, 0));
    must(open_on(&other, 0, &udma_in_thread, 0));
    probe.action = close_itself;
    must(copy(&probe));
    host_advance_us(SETTLE_US);
    assert_int_equal(work_run(), 1);
    assert_int_equal(probe.result, -EDEADLK); /* and nothing was done: */
    must(copy(&probe));
    fill(&other); /* whose work is queued behind that */
    probe.action = close_another;
    assert_int_equal(work_run(), 1);
    must(probe.result);
    assert_int_equal(probe.calls, 2);
    assert_int_equal(other.calls, DEPTH);
    assert_int_equal(other.wrong, 0);
    shut(&probe);
}

/* ---- a callback that does not return ---- */

static unsigned hanging, let_go;

static bool holds(void *flag)
{
    return __atomic_load_n((unsigned *)flag, __ATOMIC_SEQ_CST) != 0;
}

static void hang(struct probe *p)
{
    (void)p;
    __atomic_store_n(&hanging, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    (void)wait_for(holds, &let_go, FOREVER_US);
}

static void a_callback_that_hangs_keeps_the_channel(void **state)
{
    (void)state;
    must(open_on(&probe, 1, &udma_in_thread, 0));
    start_cores();
    probe.action = hang;
    must(copy(&probe));
    must(copy(&probe));
    must(wait_for(holds, &hanging, FOREVER_US));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(udma_channel_close(probe.channel), -EAGAIN);
        assert_int_equal(udma_open_count(), before.open + 1u);
        assert_int_equal(copy(&probe), -ECANCELED);
    }
    assert_int_equal(udma_flush(probe.channel, FOREVER_US), -ECANCELED);
    __atomic_store_n(&let_go, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    stop_cores();
    probe.action = NULL;
    shut(&probe);
    assert_int_equal(probe.calls, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callbacks_come_in_order_in_the_thread_of_their_core),
        TEST(a_core_that_is_not_there_is_refused),
        TEST(a_polled_channel_has_no_other_delivery),
        TEST(a_transfer_keeps_its_place_until_its_callback),
        TEST(interrupts_without_work_are_counted),
        TEST(what_a_callback_queues_does_not_wait_for_it),
        TEST(the_last_element_of_a_turn_is_not_forgotten),
        TEST(a_flush_waits_for_what_has_ended),
        TEST(what_was_not_called_back_is_so_in_the_close),
        TEST(a_callback_can_close_any_channel_but_its_own),
        TEST(a_callback_that_hangs_keeps_the_channel),
    };

    return cmocka_run_group_tests(tests, udma_host_machine_up, NULL);
}
