// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a program that was stopped in the middle has mapped, and the next one (ti_sci_notes.h). To
 * open the notes anew is to be the next one: the models go on.
 */
#include "drivers/ti_sci/ti_sci_notes.h"

#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Numbers of the A53s' host. */
#define RING   304u
#define EVENT  16u
#define VINT   16u
#define OUTPUT 16u
#define INPUT  (320u - 256u + VINT)

#define HOST   12u
#define HEAD   12u /* of the notes, and of each of them */
#define EACH   12u
#define ROOM   8u

static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;
static uint32_t memory[(HEAD + ROOM * EACH) / 4];

static int set_up(void **state)
{
    (void)state;
    host_reset();
    memset(memory, 0xa5, sizeof(memory)); /* as it is after power-on */
    return ti_sci_init(&config);
}

static int tear_down(void **state)
{
    (void)state;
    ti_sci_keeper = NULL;
    ti_sci_set_timeout_us(1000000);
    return 0;
}

static int open_notes(void)
{
    return ti_sci_notes_open(memory, sizeof(memory), HOST);
}

static int map(unsigned ring, unsigned event)
{
    return ti_sci_event_map(AM65X_DEV_RINGACC, (uint16_t)(RING + ring), AM65X_DEV_INTA, VINT,
                            (uint16_t)(EVENT + event), (uint8_t)event);
}

static int unmap(unsigned ring, unsigned event)
{
    return ti_sci_event_unmap(AM65X_DEV_RINGACC, (uint16_t)(RING + ring), AM65X_DEV_INTA, VINT,
                              (uint16_t)(EVENT + event), (uint8_t)event);
}

static int route(void)
{
    return ti_sci_route_map(AM65X_DEV_INTR, 100, AM65X_DEV_INTR, OUTPUT);
}

static uint64_t mapped(void)
{
    return am65x_counter(AM65X_COUNT_EVENT_MAPPINGS) + am65x_counter(AM65X_COUNT_ROUTES);
}

static void what_was_mapped_is_released_by_the_next_program(void **state)
{
    (void)state;
    assert_int_equal(open_notes(), 0);
    assert_int_equal(map(0, 0), 0);
    assert_int_equal(map(1, 1), 0);
    assert_int_equal(route(), 0);
    assert_int_equal(mapped(), 3);
    assert_int_equal(map(0, 2), -EACCES); /* the source has its event, ... */
    assert_int_equal(map(2, 1), -EACCES); /* and the event its source */

    assert_int_equal(open_notes(), 0);
    assert_int_equal(mapped(), 0);
    assert_int_equal(map(0, 2), 0);
    assert_int_equal(map(2, 1), 0);
    assert_int_equal(route(), 0);
    assert_int_equal(open_notes(), 0);
    assert_int_equal(mapped(), 0);
}

static void what_is_released_or_was_refused_is_not_noted(void **state)
{
    uint64_t before;

    (void)state;
    assert_int_equal(open_notes(), 0);
    for (unsigned i = 0; i < 3 * ROOM; i++) {
        assert_int_equal(map(i, i), 0);
        assert_int_equal(map(i, i + 1), -EACCES);
        assert_int_equal(unmap(i, i), 0);
    }
    assert_int_equal(map(0, 0), 0);
    assert_int_equal(map(1, 1), 0);
    assert_int_equal(map(2, 2), 0);
    assert_int_equal(unmap(0, 0), 0);
    assert_int_equal(map(1, 1), -EACCES); /* it stays noted */
    before = am65x_counter(AM65X_COUNT_SCI_REQUESTS);
    assert_int_equal(open_notes(), 0);
    assert_int_equal(mapped(), 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_SCI_REQUESTS), before + 2);
}

static void lost_answers_leave_no_mapping_behind(void **state)
{
    (void)state;
    ti_sci_set_timeout_us(1000);
    assert_int_equal(open_notes(), 0);
    assert_true(am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1));
    assert_int_equal(map(0, 0), -ETIMEDOUT);
    assert_int_equal(mapped(), 1);
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 1));
    assert_int_equal(open_notes(), -ETIMEDOUT); /* that is for the one behind it, */
    assert_int_equal(mapped(), 1);
    assert_int_equal(map(1, 1), 0); /* and notes are taken meanwhile */
    assert_true(am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1));
    assert_int_equal(open_notes(), -ETIMEDOUT);
    assert_int_equal(open_notes(), 0); /* of what is gone already it is told nothing */
    assert_int_equal(mapped(), 0);
}

static void more_than_there_is_room_for_is_mapped_too(void **state)
{
    (void)state;
    assert_int_equal(open_notes(), 0);
    for (unsigned i = 0; i <= ROOM; i++)
        assert_int_equal(map(i, i), 0);
    assert_int_equal(unmap(ROOM, ROOM), 0);
    assert_int_equal(open_notes(), 0);
    assert_int_equal(mapped(), 0);
    assert_int_equal(ti_sci_notes_open(memory, HEAD + EACH - 1, HOST), -EINVAL);
    assert_int_equal(ti_sci_notes_open(NULL, sizeof(memory), HOST), -EINVAL);
}

static void notes_of_another_host_are_not_followed(void **state)
{
    uint64_t before;

    (void)state;
    assert_int_equal(open_notes(), 0);
    assert_int_equal(map(0, 0), 0);
    before = am65x_counter(AM65X_COUNT_SCI_REQUESTS);
    assert_int_equal(ti_sci_notes_open(memory, sizeof(memory), HOST + 1), 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_SCI_REQUESTS), before);
    assert_int_equal(mapped(), 1);
}

/* Whatever a loader, or another program, has written there. */
static void nonsense_in_the_memory_ends_in_nothing_worse_than_refusals(void **state)
{
    uint32_t magic, random = 1;

    (void)state;
    assert_int_equal(open_notes(), 0);
    magic = memory[0];
    for (unsigned round = 0; round < 1000; round++) {
        uint64_t before = am65x_counter(AM65X_COUNT_SCI_REQUESTS);

        for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++)
            memory[i] = random = random * 1664525u + 1013904223u;
        memory[0] = magic;
        memory[1] = HOST;
        memory[2] = round % 3 == 0 ? random : round % (ROOM + 1);
        assert_int_equal(open_notes(), 0);
        assert_true(am65x_counter(AM65X_COUNT_SCI_REQUESTS) <= before + ROOM);
        assert_int_equal(memory[2], 0);
    }
    assert_int_equal(map(0, 0), 0);
    assert_int_equal(open_notes(), 0);
    assert_int_equal(mapped(), 0);
}

/* The core stops between any two requests of a life that maps and unmaps. */
static void whenever_it_is_stopped_nothing_stays_mapped(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps < 40; steps++) {
        assert_int_equal(open_notes(), 0);
        assert_int_equal(mapped(), 0);
        for (unsigned step = 0; step < steps; step++)
            assert_int_equal(step / 4 % 2 == 0 ? map(step % 4, (steps + step) % 4)
                                               : unmap(step % 4, (steps + step) % 4),
                             0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_mapped_is_released_by_the_next_program, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_released_or_was_refused_is_not_noted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lost_answers_leave_no_mapping_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_there_is_room_for_is_mapped_too, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(notes_of_another_host_are_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nonsense_in_the_memory_ends_in_nothing_worse_than_refusals,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(whenever_it_is_stopped_nothing_stays_mapped, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("drivers/ti_sci/ti_sci_notes.c", tests, NULL, NULL);
}
