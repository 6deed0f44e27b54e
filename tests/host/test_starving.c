// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which of many interrupts is the storm, when a core has no gap between them (msi/storm.c): the one
 * that comes most often, also if there are more of them than can be counted at once. The test is
 * the dispatcher here: it says which interrupt the core takes next.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "msi/binding.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/quiesce.h"
#include "msi/storm.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CROWD     12u /* more than there are counters */
#define LOUD      11u /* of the crowd */
#define TURN      16u /* calls: each of the others once, then the loud one, which has 5 of 16 */
#define LIMIT     1000000u /* calls: no handler is a storm by itself here */
#define WINDOW_US 1000u
#define CALLS_MAX (WINDOW_US + 20u * IRQ_ROUND_MAX)

static struct irq_storm_window windows[CROWD], *loud;
static unsigned taken;

static int set_up(void **state)
{
    (void)state;
    irq_set_storm_limit(LIMIT, WINDOW_US);
    for (unsigned i = 0; i < CROWD; i++)
        windows[i] = irq_storm_window_now(0);
    loud = &windows[LOUD];
    taken = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    irq_storm_round_full(core_id(), 0, false);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    return 0;
}

/* Whether this call of it is what makes it a storm. */
static bool call(unsigned which)
{
    struct irq_storm_window *window = which == LOUD ? loud : &windows[which];

    irq_storm_begin_call(window);
    return irq_storm_is_due(window, &irq_generations[core_id()]) &&
           irq_storm_is_call(window, false);
}

/* The core takes this one: as msi/dispatch.c does, with a microsecond for each, and no gap. */
static bool take(unsigned which)
{
    uint64_t *generation = &irq_generations[core_id()].value;
    bool storm;

    host_advance_us(1);
    *generation += 2;
    storm = call(which);
    if (++taken % IRQ_ROUND_MAX == 0)
        irq_storm_round_full(core_id(), *generation, true);
    return storm;
}

/* A round begins with a turn, so all counters are taken before the loud one comes. */
static unsigned next(void)
{
    return taken % TURN < LOUD ? taken % TURN : LOUD;
}

/* Returns who was stopped, or CROWD. */
static unsigned take_crowd(unsigned calls)
{
    for (unsigned i = 0; i < calls; i++) {
        unsigned which = next();

        if (take(which))
            return which;
    }
    return CROWD;
}

static void loudest_of_many_is_the_storm(void **state)
{
    uint64_t storms = irq_storm_count();

    (void)state;
    assert_int_equal(take_crowd(CALLS_MAX), LOUD);
    assert_int_equal(irq_storm_count(), storms + 1);
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT); /* looking has ended */
}

/* Before it has had no gap for a whole window, a core does not starve. */
static void busy_core_is_not_starving(void **state)
{
    (void)state;
    assert_int_equal(take_crowd(WINDOW_US - 2 * IRQ_ROUND_MAX), CROWD);
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
    irq_storm_round_full(core_id(), irq_generations[core_id()].value, false); /* the gap */
    assert_int_equal(take_crowd(WINDOW_US - 2 * IRQ_ROUND_MAX), CROWD);
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
}

/* The loudest goes away while it is looked for: nothing is stopped in its place. */
static void looking_ends_when_there_is_a_gap(void **state)
{
    (void)state;
    while (irq_generations[core_id()].storm_look == LIMIT && taken < CALLS_MAX)
        assert_false(take(next()));
    assert_int_equal(irq_generations[core_id()].storm_look, 0);
    irq_generations[core_id()].value += 4 * IRQ_ROUND_MAX; /* others, in rounds that aren't full */
    assert_false(take(0));
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
}

/* All calls but that with which the loudest is stopped. */
static void take_all_but_the_last(void **state)
{
    unsigned calls;

    assert_int_equal(take_crowd(CALLS_MAX), LOUD);
    calls = taken;
    assert_int_equal(tear_down(state), 0);
    assert_int_equal(set_up(state), 0);
    assert_int_equal(take_crowd(calls - 1), CROWD);
    assert_int_equal(next(), LOUD);
}

/* It would have been stopped with this call, but threads have just had a turn. */
static void gap_in_time_acquits(void **state)
{
    take_all_but_the_last(state);
    irq_generations[core_id()].value += 4 * IRQ_ROUND_MAX;
    assert_false(take(LOUD));
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
}

/* Somebody says that nothing is a storm, when the next call would be found to be one. */
static void no_limit_ends_the_search(void **state)
{
    take_all_but_the_last(state);
    irq_set_storm_limit(0, WINDOW_US);
    assert_false(take(LOUD));
    assert_int_equal(take_crowd(CALLS_MAX), CROWD);
    assert_int_equal(irq_generations[core_id()].storm_look, UINT32_MAX);
    irq_set_storm_limit(LIMIT, WINDOW_US);
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
    assert_int_equal(take_crowd(WINDOW_US - 2 * IRQ_ROUND_MAX), CROWD); /* a whole window */
}

static struct irq *request(struct device *device)
{
    const struct irq_request request = {.handler = msi_note};
    struct irq *irq = NULL;

    assert_int_equal(irq_request(device, &request, &irq), 0);
    loud = &irq->window;
    return irq;
}

/* It would have been stopped with this call, but was freed, and another one has its memory now. */
static void new_one_does_not_inherit_votes(void **state)
{
    static struct device device = {.name = "messages"};
    struct irq *irq, *former;
    unsigned calls;

    assert_int_equal(irq_bind_its(&device, msi_case.its, 42, 1), 0);
    former = request(&device);
    assert_int_equal(take_crowd(CALLS_MAX), LOUD);
    calls = taken;
    assert_int_equal(irq_free(former), 0);
    assert_int_equal(tear_down(state), 0);
    assert_int_equal(set_up(state), 0);
    former = request(&device);
    assert_int_equal(take_crowd(calls - 1), CROWD);
    assert_int_equal(next(), LOUD);
    assert_int_equal(irq_free(former), 0);
    irq = request(&device);
    assert_ptr_equal(irq, former);
    assert_false(take(LOUD));
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- inside a handler ---- */

/* The core takes this one while so many handlers are interrupted. */
static bool take_inside(unsigned which, unsigned depth, bool more)
{
    bool storm;

    host_advance_us(1);
    storm = call(which);
    irq_storm_nested(core_id(), depth, irq_generations[core_id()].value, more);
    return storm;
}

static void nested_storm_is_found_though_it_is_interrupted(void **state)
{
    unsigned calls = 0;

    (void)state;
    while (calls++ < CALLS_MAX && !take_inside(LOUD, 0, true)) {
        if (calls % TURN == 0)
            assert_false(take_inside(0, 1, false));
    }
    assert_true(calls < CALLS_MAX);
    assert_true(calls > WINDOW_US / 2);
    assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
    assert_false(take_inside(0, 0, false));
}

/* The handler that is interrupted goes on; or the one that came in between returns, and with it the
 * row of those that have interrupted it ends. */
static void turn_of_a_handler_ends_the_search(void **state)
{
    (void)state;
    for (unsigned depth = 0; depth < 2; depth++) {
        for (unsigned i = 0; irq_generations[core_id()].storm_look == LIMIT; i++) {
            assert_true(i < CALLS_MAX);
            assert_false(take_inside(LOUD, depth, true));
        }
        assert_false(take_inside(0, 2, false)); /* no turn for it */
        assert_int_equal(irq_generations[core_id()].storm_look, 0);
        assert_false(take_inside(0, depth, false));
        assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
        for (unsigned i = 0; i < WINDOW_US - 2 * IRQ_ROUND_MAX; i++)
            assert_false(take_inside(LOUD, 1, true));
        assert_false(take_inside(0, 0, false)); /* what those have interrupted returns */
        for (unsigned i = 0; i < WINDOW_US - 2 * IRQ_ROUND_MAX; i++)
            assert_false(take_inside(LOUD, 1, true));
        assert_int_equal(irq_generations[core_id()].storm_look, LIMIT);
        assert_false(take_inside(0, 0, false));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loudest_of_many_is_the_storm),
        TEST(busy_core_is_not_starving),
        TEST(looking_ends_when_there_is_a_gap),
        TEST(gap_in_time_acquits),
        TEST(no_limit_ends_the_search),
        TEST(new_one_does_not_inherit_votes),
        TEST(nested_storm_is_found_though_it_is_interrupted),
        TEST(turn_of_a_handler_ends_the_search),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
