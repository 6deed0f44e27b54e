// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes and places after a suspend: what the system firmware and the aggregator have lost is there
 * again, what they have kept stays as it is, and an answer that gets lost on the way does no harm.
 */
#include "arch/mmio.h"
#include "msi/irq.h"
#include "msi/parents/inta_registers.h"
#include "msi/places.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define INPUT     392u
#define SETTLE_US 2000u
#define RINGS     4u
#define MASKED    2u    /* of the rings */
#define DIRECT    RINGS /* behind them */
#define IRQS      (RINGS + 1)

static const uint16_t inputs[] = {INPUT};
static struct device rings = {.name = "rings"}, mailbox = {.name = "mailbox"};
static struct irq *irqs[IRQS];
static struct msi_record records[IRQS];

static void request(unsigned i, struct device *device, uint32_t index)
{
    const struct irq_request request = {.index = index,
                                        .handler = msi_note,
                                        .context = &records[i],
                                        .core = i % 4,
                                        .flags = i == MASKED ? IRQ_FLAG_MASKED : 0};

    assert_int_equal(irq_request(device, &request, &irqs[i]), 0);
}

static int setup(void **state)
{
    (void)state;
    memset(records, 0, sizeof(records));
    assert_int_equal(irq_bind_inta(&rings, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
    assert_int_equal(irq_bind_intr(&mailbox, msi_case.router, inputs, 1), 0);
    for (unsigned i = 0; i < RINGS; i++)
        request(i, &rings, msi_case.sources[i]);
    request(DIRECT, &mailbox, 0);
    return 0;
}

static int teardown(void **state)
{
    assert_true(am65x_inject(AM65X_FAULT_SCI_DROP, 0, 0));
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 0));
    for (unsigned i = 0; i < IRQS; i++)
        if (irqs[i] != NULL)
            assert_int_equal(irq_free(irqs[i]), 0);
    memset(irqs, 0, sizeof(irqs));
    assert_int_equal(irq_unbind(&rings), 0);
    assert_int_equal(irq_unbind(&mailbox), 0);
    return msi_case_end(state);
}

static void check_mappings(uint64_t events, uint64_t routes)
{
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), events);
    assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), routes);
}

/* Each ring's interrupt has come `more` times since, and comes when it is raised. */
static void check_rings(const uint64_t *before, uint64_t more)
{
    host_advance_us(SETTLE_US);
    for (unsigned i = 0; i < RINGS; i++) {
        if (i == MASKED)
            continue;
        assert_int_equal(msi_calls(&records[i]), before[i] + more);
        assert_int_equal(irq_trigger(irqs[i]), 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(msi_calls(&records[i]), before[i] + more + 1);
    }
    assert_int_equal(msi_calls(&records[MASKED]), 0);
}

static void note_calls(uint64_t before[RINGS])
{
    for (unsigned i = 0; i < RINGS; i++)
        before[i] = msi_calls(&records[i]);
}

static void what_was_lost_is_there_again_and_each_ring_is_looked_at(void **state)
{
    uint64_t before[RINGS], events = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS),
                            routes = am65x_counter(AM65X_COUNT_ROUTES);

    (void)state;
    assert_int_equal(events, RINGS);
    note_calls(before);
    am65x_lose_interrupts();
    check_mappings(0, 0);
    assert_int_equal(irq_restore_routes(), 0);
    check_mappings(events, routes);
    check_rings(before, 1);
    irq_unmask(irqs[MASKED]); /* what it was not told */
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[MASKED]), 1);
}

/* A VINT's page, and the event's bit in it. */
static struct inta_vint_registers *vint_of(const struct irq *irq, uint64_t *bit)
{
    unsigned vint, number;
    char text[128];

    assert_in_range(irq_describe(irq, text, sizeof(text)), 1, sizeof(text) - 1);
    assert_int_equal(sscanf(text, "event %*u > VINT %u bit %u", &vint, &number), 2);
    *bit = UINT64_C(1) << number;
    return (struct inta_vint_registers *)(AM65X_INTA_BASE + (uintptr_t)vint * INTA_VINT_STRIDE);
}

/* As where a mapping enables the event. */
static void what_is_masked_is_so_at_the_aggregator(void **state)
{
    (void)state;
    am65x_lose_interrupts();
    for (unsigned i = 0; i < RINGS; i++) {
        uint64_t bit;
        struct inta_vint_registers *registers = vint_of(irqs[i], &bit);

        mmio_write64((uintptr_t)&registers->enable_set, INTA_VINT_ALL);
    }
    assert_int_equal(irq_restore_routes(), 0);
    for (unsigned i = 0; i < RINGS; i++) {
        uint64_t bit;
        struct inta_vint_registers *registers = vint_of(irqs[i], &bit);
        bool enabled = mmio_read64((uintptr_t)&registers->enable_set) & bit;

        assert_int_equal(enabled, i != MASKED);
    }
}

static void what_was_kept_stays_and_nothing_comes(void **state)
{
    uint64_t before[RINGS], events = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS),
                            routes = am65x_counter(AM65X_COUNT_ROUTES);

    (void)state;
    note_calls(before);
    assert_int_equal(irq_restore_routes(), 0);
    check_mappings(events, routes);
    check_rings(before, 0);
}

/* Of the n-th request, of all that there are: it was done, or it was not. */
static void an_answer_or_a_request_may_get_lost(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_DROP, AM65X_FAULT_SCI_LOST};
    uint64_t before[RINGS], events = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS),
                            routes = am65x_counter(AM65X_COUNT_ROUTES);

    (void)state;
    for (unsigned fault = 0; fault < 2; fault++)
        for (uint32_t n = 0; n < 2 * RINGS + 1; n++) {
            note_calls(before);
            am65x_lose_interrupts();
            assert_true(am65x_inject_after(faults[fault], 0, n, 1));
            assert_int_equal(irq_restore_routes(), 0);
            check_mappings(events, routes);
            check_rings(before, 1);
        }
}

/* It is told, and the interrupts can still be freed. */
static void a_firmware_that_is_silent_is_told(void **state)
{
    (void)state;
    am65x_lose_interrupts();
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 1000));
    assert_int_equal(irq_restore_routes(), -ETIMEDOUT);
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 0));
    assert_int_equal(irq_restore_routes(), 0);
    check_mappings(RINGS, am65x_counter(AM65X_COUNT_ROUTES));
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 1000));
    am65x_lose_interrupts();
    assert_int_equal(irq_restore_routes(), -ETIMEDOUT);
}

/* Requests that are not even sent: nothing is in place, and all can be freed (teardown()). */
static bool no_room;

int __real_ti_sci_event_map(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f);
int __wrap_ti_sci_event_map(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f);
int __wrap_ti_sci_event_map(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f)
{
    return no_room ? -EBUSY : __real_ti_sci_event_map(a, b, c, d, e, f);
}

int __real_ti_sci_route_map(uint16_t a, uint16_t b, uint16_t c, uint16_t d);
int __wrap_ti_sci_route_map(uint16_t a, uint16_t b, uint16_t c, uint16_t d);
int __wrap_ti_sci_route_map(uint16_t a, uint16_t b, uint16_t c, uint16_t d)
{
    return no_room ? -EBUSY : __real_ti_sci_route_map(a, b, c, d);
}

static void requests_that_are_not_sent_leave_nothing_stuck(void **state)
{
    (void)state;
    am65x_lose_interrupts();
    no_room = true;
    assert_int_equal(irq_restore_routes(), -EBUSY);
    no_room = false;
}

static void restore_in_an_interrupt(void *argument)
{
    *(int *)argument = irq_restore_routes();
}

static void routes_want_thread_context(void **state)
{
    int error = 0;

    (void)state;
    host_run_in_interrupt(restore_in_an_interrupt, &error);
    assert_int_equal(error, -EDEADLK);
}

/* ---- places ---- */

static void interrupts_go_back_to_where_they_were(void **state)
{
    struct irq_places *places = irq_places_note();

    (void)state;
    assert_non_null(places);
    for (unsigned core = 1; core < 4; core++)
        assert_int_equal(irq_evacuate_core(core), 0);
    for (unsigned i = 0; i < IRQS; i++)
        assert_int_equal(irq_core(irqs[i]), 0);
    assert_int_equal(irq_free(irqs[1]), 0); /* and its memory may be another's */
    irqs[1] = NULL;
    for (unsigned core = 1; core < 4; core++)
        assert_int_equal(irq_admit_core(core), 0);
    assert_int_equal(irq_places_put_back(places), 0);
    for (unsigned i = 0; i < IRQS; i++)
        if (irqs[i] != NULL)
            assert_int_equal(irq_core(irqs[i]), i % 4);
}

static void nothing_goes_back_to_a_core_that_has_not_come_back(void **state)
{
    struct irq_places *places = irq_places_note();

    (void)state;
    assert_int_equal(irq_evacuate_core(2), 0);
    assert_int_equal(irq_evacuate_core(3), 0);
    assert_int_equal(irq_admit_core(2), 0);
    assert_int_equal(irq_places_put_back(places), 0);
    for (unsigned i = 0; i < IRQS; i++) {
        if (i % 4 != 3)
            assert_int_equal(irq_core(irqs[i]), i % 4);
        else
            assert_int_not_equal(irq_core(irqs[i]), 3);
    }
    assert_int_equal(irq_admit_core(3), 0);
}

/* The last one that was freed is the first whose memory is used again. */
static void one_in_the_memory_of_another_stays_where_it_is(void **state)
{
    const struct irq *freed = irqs[1];
    struct irq_places *places = irq_places_note();

    (void)state;
    assert_int_equal(irq_free(irqs[1]), 0);
    irqs[1] = NULL;
    records[1] = (struct msi_record){0};
    const struct irq_request request = {
        .index = msi_case.sources[RINGS], .handler = msi_note, .context = &records[1], .core = 3};

    assert_int_equal(irq_request(&rings, &request, &irqs[1]), 0);
    assert_ptr_equal(irqs[1], freed);
    assert_int_equal(irq_places_put_back(places), 0);
    assert_int_equal(irq_core(irqs[1]), 3);
}

static struct irq_places *noted;

static void note_in_an_interrupt(void *argument)
{
    (void)argument;
    noted = irq_places_note();
}

static void places_are_noted_in_thread_context(void **state)
{
    (void)state;
    host_run_in_interrupt(note_in_an_interrupt, NULL);
    assert_null(noted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_lost_is_there_again_and_each_ring_is_looked_at),
        TEST(what_is_masked_is_so_at_the_aggregator),
        TEST(what_was_kept_stays_and_nothing_comes),
        TEST(an_answer_or_a_request_may_get_lost),
        TEST(a_firmware_that_is_silent_is_told),
        TEST(requests_that_are_not_sent_leave_nothing_stuck),
        TEST(routes_want_thread_context),
        TEST(interrupts_go_back_to_where_they_were),
        TEST(nothing_goes_back_to_a_core_that_has_not_come_back),
        TEST(one_in_the_memory_of_another_stays_where_it_is),
        TEST(places_are_noted_in_thread_context),
    };

    return cmocka_run_group_tests_name("msi: restore", tests, msi_case_start, NULL);
}
