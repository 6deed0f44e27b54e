// SPDX-License-Identifier: BSD-3-Clause
/*
 * Moving interrupts while they fire, and cores that leave. One core sends, another moves; what was
 * sent and what was received are compared in the end, exactly.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "lib/command.h"
#include "msi/balance.h"
#include "msi/dispatch.h"
#include "msi/internal.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "platform/platform.h"
#include "tests/target/msi_fixture.h"

#include <errno.h>

#define EVENTS     400u /* at least, and so many moves */
#define MOVES      21u
#define RUN_US     30000000u
#define SENDER     1u
#define LEAVING    1u
#define EVERYWHERE 24u
#define SPREAD     12u /* interrupts that a balance spreads */
#define BUSY_CALLS 16u /* of some, before the others have one */

/* ---- under load ---- */

static struct {
    unsigned slot;
    uint64_t sent;
    unsigned moves;
    bool over; /* both have done enough, or one has failed */
} load;

static bool is_over(void)
{
    return __atomic_load_n(&load.over, __ATOMIC_SEQ_CST);
}

static void set_over(void)
{
    __atomic_store_n(&load.over, true, __ATOMIC_SEQ_CST);
}

/* Sends one event after the other: each only when the last has been received, for two may be one.
 * Goes on until there have been enough moves too, which takes as long as the other core wants. */
static void send_events(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < EVENTS || __atomic_load_n(&load.moves, __ATOMIC_SEQ_CST) < MOVES;
         i++) {
        if (is_over() || irq_trigger(test_irqs[load.slot]) != 0)
            break;
        load.sent++;
        if (wait_calls(&test_records[load.slot], load.sent) != 0)
            break;
    }
    set_over();
}

static void move_under_load(unsigned slot)
{
    uint64_t before = calls(&test_records[slot]);

    load.slot = slot;
    load.sent = before;
    load.moves = 0;
    __atomic_store_n(&load.over, false, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(smp_start(SENDER, send_events, NULL), 0);
    while (!is_over()) {
        if (irq_set_affinity(test_irqs[slot], load.moves % core_count()) != 0)
            set_over();
        else
            __atomic_add_fetch(&load.moves, 1, __ATOMIC_SEQ_CST);
    }
    CHECK_EQUAL(smp_join(SENDER, RUN_US), 0);
    delay_us(SETTLE_US);
    CHECK(load.sent >= before + EVENTS);
    CHECK_EQUAL(calls(&test_records[slot]), load.sent);
    CHECK_EQUAL(irq_count(test_irqs[slot]), load.sent);
    CHECK(load.moves >= MOVES);
}

static void body_event_alone(void)
{
    CHECK_EQUAL(request_ring(0, 0), 0);
    move_under_load(0);
}

SELFTEST(msi_affinity, event_moves_under_load, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_event_alone);
}

static void body_event_shared(void)
{
    unsigned count = test_rings.count < SOURCES_MAX ? test_rings.count : SOURCES_MAX;
    struct inta_route route;
    unsigned shared = SOURCES_MAX;

    for (unsigned i = 0; i < count; i++) {
        CHECK_EQUAL(request_ring(i, i % core_count()), 0);
        CHECK(read_route(test_irqs[i], &route));
        if (route.bit != 0)
            shared = i;
    }
    CHECK(shared < count);
    move_under_load(shared);
    for (unsigned i = 0; i < count; i++)
        CHECK(i == shared ||
              (irq_core(test_irqs[i]) == i % core_count() && calls(&test_records[i]) == 0));
}

SELFTEST(msi_affinity, event_that_shares_its_vint_moves_under_load, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_event_shared);
}

static void body_single(void)
{
    CHECK_EQUAL(request_flags(0, 0, 0, IRQ_FLAG_EDGE), 0);
    move_under_load(0);
}

SELFTEST(msi_affinity, spi_moves_under_load, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_wire(body_single);
}

SELFTEST(msi_affinity, lpi_moves_under_load, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_messages(body_single);
}

/* ---- a core leaves ---- */

static void fire_all(unsigned count, uint64_t round)
{
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
        CHECK_EQUAL(wait_calls(&test_records[i], round), 0);
    }
}

/* Slots 0..count-1 are in use, some of them on the core. */
static void leave_and_return(unsigned count, uint32_t spare_index)
{
    struct device *device = &test_device;
    const struct irq_request request = {
        .index = spare_index, .handler = note_call, .context = &test_records[count]};

    fire_all(count, 1);
    CHECK_EQUAL(irq_evacuate_core(LEAVING), 0);
    for (unsigned i = 0; i < count; i++) {
        struct inta_route route;

        CHECK(irq_core(test_irqs[i]) != LEAVING);
        /* Nor does its line end there, to be handed over. */
        CHECK(!read_route(test_irqs[i], &route) || route.core != LEAVING);
    }
    fire_all(count, 2);
    delay_us(SETTLE_US);
    for (unsigned i = 0; i < count; i++) {
        CHECK(test_records[i].core != LEAVING);
        CHECK_EQUAL(calls(&test_records[i]), 2);
    }
    CHECK_EQUAL(irq_set_affinity(test_irqs[0], LEAVING), -EINVAL);

    /* Neither by preference nor by chance does anything come to the core. */
    for (unsigned i = 0; i < 2 * core_count(); i++) {
        struct irq_request again = request;

        again.core = i % 2 == 0 ? LEAVING : IRQ_CORE_ANY;
        CHECK_EQUAL(irq_request(device, &again, &test_irqs[count]), 0);
        CHECK(irq_core(test_irqs[count]) != LEAVING);
        CHECK_EQUAL(free_one(count), 0);
    }
    CHECK_EQUAL(irq_admit_core(LEAVING), 0);
    CHECK_EQUAL(irq_set_affinity(test_irqs[0], LEAVING), 0);
    fire_all(1, 3);
    CHECK_EQUAL(test_records[0].core, LEAVING);
}

static void body_leave_rings(void)
{
    for (unsigned i = 0; i < EVERYWHERE; i++)
        CHECK_EQUAL(request_ring(i, i % core_count()), 0);
    leave_and_return(EVERYWHERE, ring_index(EVERYWHERE));
}

SELFTEST(msi_affinity, core_leaves_its_events_and_comes_back, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_leave_rings);
    (void)irq_admit_core(LEAVING);
}

static void body_leave_shared(void)
{
    unsigned count = test_rings.count < SOURCES_MAX ? test_rings.count : SOURCES_MAX;

    for (unsigned i = 0; i + 1 < count; i++)
        CHECK_EQUAL(request_ring(i, i % core_count()), 0);
    leave_and_return(count - 1, ring_index(count - 1));
}

SELFTEST(msi_affinity, core_leaves_its_shared_events, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_leave_shared);
    (void)irq_admit_core(LEAVING);
}

static void body_leave_messages(void)
{
    for (unsigned i = 0; i < 12; i++)
        CHECK_EQUAL(request_flags(i, i, i % core_count(), 0), 0);
    leave_and_return(12, 12);
}

SELFTEST(msi_affinity, core_leaves_its_messages, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_messages(body_leave_messages);
    (void)irq_admit_core(LEAVING);
}

SELFTEST(msi_affinity, last_core_can_not_leave, 60)
{
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(irq_evacuate_core(core), 0);
    int error = irq_evacuate_core(0);

    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(irq_admit_core(core), 0);
    CHECK_EQUAL(error, -EINVAL);
    CHECK_EQUAL(irq_evacuate_core(core_count()), -EINVAL);
}

/* ---- spreading ---- */

static unsigned count_on(unsigned core)
{
    unsigned count = 0;

    for (unsigned i = 0; i < SPREAD; i++)
        count += irq_core(test_irqs[i]) == core;
    return count;
}

static void gather_on_core_0(uint32_t first_index)
{
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(irq_evacuate_core(core), 0);
    for (unsigned i = 0; i < SPREAD; i++)
        CHECK_EQUAL(request_flags(i, first_index + i, IRQ_CORE_ANY, 0), 0);
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(irq_admit_core(core), 0);
    CHECK_EQUAL(count_on(0), SPREAD);
}

/* Events come while they move: none is lost, none is doubled. Calls before this test don't count:
 * one that had been called more often than these together would get a core of two for itself. */
static void spread(uint32_t first_index)
{
    char command[] = "irq balance";
    struct irq_balance before_it;
    unsigned most = 0;

    CHECK_EQUAL(irq_balance(&before_it), 0);
    gather_on_core_0(first_index);
    for (unsigned i = 0; i < BUSY_CALLS && !selftest_failed(); i++)
        fire_all(SPREAD / 2, i + 1);
    for (unsigned i = 0; i < SPREAD && !selftest_failed(); i++)
        CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
    CHECK_EQUAL(command_run_line(command), COMMAND_DONE);
    for (unsigned i = 0; i < SPREAD && !selftest_failed(); i++)
        CHECK_EQUAL(wait_calls(&test_records[i], i < SPREAD / 2 ? BUSY_CALLS + 1 : 1), 0);
    for (unsigned core = 0; core < core_count(); core++)
        most = count_on(core) > most ? count_on(core) : most;
    CHECK(most < SPREAD || core_count() == 1);
    for (unsigned i = 0; i < SPREAD && !selftest_failed(); i++) {
        uint64_t before = calls(&test_records[i]);

        CHECK_EQUAL(before, i < SPREAD / 2 ? BUSY_CALLS + 1 : 1);
        CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
        CHECK_EQUAL(wait_calls(&test_records[i], before + 1), 0);
        CHECK_EQUAL(test_records[i].core, irq_core(test_irqs[i]));
    }
}

static void body_spread_messages(void)
{
    spread(0);
}

static void body_spread_rings(void)
{
    spread(ring_index(SPREAD - 1));
}

SELFTEST(msi_affinity, balance_spreads_interrupts_by_their_calls, 60)
{
    with_messages(body_spread_messages);
    if (!selftest_failed())
        with_rings(body_spread_rings);
    for (unsigned core = 1; core < core_count(); core++)
        (void)irq_admit_core(core);
}
