// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer against the device models: allocation, sharing, exhaustion, undo, and that
 * each event that a model raises arrives once.
 *
 * The interrupt layer starts once a process, as on the target; each test gives back what it took.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/trace.h"
#include "msi/binding.h"
#include "msi/dispatch.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/parents/id_pool.h"
#include "msi/parents/lpi_regions.h"
#include "msi/quiesce.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_host.h"
#include "twin/models/am65x.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RESERVE         MSI_HOST_RESERVE
#define SOURCES_MAX     MSI_HOST_SOURCES
#define SETTLE_US       2000u
#define ARRIVAL_US      100000u
#define MESSAGE_SET     0x1000u
#define MESSAGE_RELEASE 0x1001u
#define MAILBOX_INPUT   392u
#define MAILBOX_INPUTS  48u
#define SCI_TIMEOUT_US  1000000u

static struct irq_parent *wired, *router, *aggregator, *its;
static struct device device;
static uint16_t sources[SOURCES_MAX]; /* every ring of the host that has an event */
static unsigned source_count;
static struct irq *irqs[SOURCES_MAX];

struct record {
    uint64_t calls;
    unsigned core;
};
static struct record records[SOURCES_MAX];

static enum irq_return note_call(void *context)
{
    struct record *record = context;

    assert(in_interrupt());
    record->core = core_id();
    __atomic_add_fetch(&record->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

/* ---- the machine ---- */

static int start(void **state)
{
    struct msi_host host;

    (void)state;
    msi_host_start(&host);
    assert_int_equal(irq_init(), -EALREADY);
    wired = host.wired;
    router = host.router;
    aggregator = host.aggregator;
    its = host.its;
    source_count = host.source_count;
    memcpy(sources, host.sources, sizeof(sources));
    assert_true(source_count > 150);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    memset(records, 0, sizeof(records));
    memset(irqs, 0, sizeof(irqs));
    device = (struct device){.name = "test"};
    assert_int_equal(irq_bind_inta(&device, aggregator, AM65X_DEV_RINGACC), 0);
    return 0;
}

static struct irq_inventory inventory(void)
{
    struct irq_inventory result;

    irq_get_inventory(&result);
    result.spurious = 0;
    result.stray = 0;
    return result;
}

#define assert_inventories_equal(a, b) assert_memory_equal(&(a), &(b), sizeof(struct irq_inventory))

static int tear_down(void **state)
{
    (void)state;
    for (enum am65x_fault fault = 0; fault < AM65X_FAULT_COUNT; fault++) {
        if (fault != AM65X_FAULT_STRAY_EVENT)
            am65x_inject(fault, 0, 0);
    }
    for (unsigned i = 0; i < SOURCES_MAX; i++) {
        if (irqs[i] != NULL)
            irq_free(irqs[i]);
    }
    if (device.interrupts != NULL && irq_unbind(&device) != 0)
        return -1;

    struct irq_inventory left = inventory();

    return left.irqs == 0 && left.bindings == 0 && left.events == 0 && left.vints == 0 &&
                   left.routes == 0 && left.its_devices == 0 && left.lpis == 0 &&
                   am65x_counter(AM65X_COUNT_EVENT_MAPPINGS) == 0 &&
                   am65x_counter(AM65X_COUNT_ROUTES) == 0
               ? 0
               : -1;
}

static int request(unsigned i, unsigned core)
{
    const struct irq_request request = {
        .index = sources[i], .handler = note_call, .context = &records[i], .core = core};

    return irq_request(&device, &request, &irqs[i]);
}

static int release(unsigned i)
{
    int error = irq_free(irqs[i]);

    irqs[i] = NULL;
    return error;
}

struct route {
    unsigned event, vint, bit, output, intid, core;
};

static struct route route_of(const struct irq *irq)
{
    struct route route;
    char text[128];

    assert_true(irq_describe(irq, text, sizeof(text)) < (int)sizeof(text));
    assert_int_equal(sscanf(text, "event %u > VINT %u bit %u > INTR output %u > INTID %u > core %u",
                            &route.event, &route.vint, &route.bit, &route.output, &route.intid,
                            &route.core),
                     6);
    return route;
}

static void fire(const struct irq *irq)
{
    assert_true(am65x_inject(AM65X_FAULT_STRAY_EVENT, route_of(irq).event, 1));
}

/* ---- numbers ---- */

static void ids_rest_as_long_as_possible(void **state)
{
    struct irq_id_pool pool;
    uint16_t id;

    (void)state;
    assert_int_equal(irq_id_pool_init(&pool, 5), 0);
    assert_false(irq_id_pool_take(&pool, &id));
    for (uint16_t i = 10; i < 15; i++)
        irq_id_pool_give(&pool, i);
    for (unsigned i = 0; i < 1000; i++) {
        assert_true(irq_id_pool_take(&pool, &id));
        assert_int_equal(id, 10 + i % 5);
        irq_id_pool_give(&pool, id);
    }
    for (unsigned i = 0; i < 5; i++)
        assert_true(irq_id_pool_take(&pool, &id));
    assert_false(irq_id_pool_take(&pool, &id));
    free(pool.ids);
}

static void lpi_regions_are_aligned_and_apart(void **state)
{
    struct irq_lpi_regions regions;
    uint8_t owner[1000] = {0};
    uint32_t lpi[16];

    (void)state;
    assert_int_equal(irq_lpi_regions_init(&regions, 8192, 8192 + 1000), 0);
    for (unsigned bits = 0; bits < 9; bits++) {
        assert_int_equal(irq_lpi_regions_take(&regions, bits, &lpi[bits]), 0);
        assert_int_equal((lpi[bits] - 8192) % (1u << bits), 0);
        for (uint32_t i = 0; i < 1u << bits; i++) {
            assert_true(lpi[bits] - 8192 + i < 1000);
            assert_int_equal(owner[lpi[bits] - 8192 + i]++, 0);
        }
    }
    assert_int_equal(regions.in_use, 511);
    assert_int_equal(irq_lpi_regions_take(&regions, 9, &lpi[9]), -ENOSPC);
    assert_int_equal(irq_lpi_regions_take(&regions, 10, &lpi[9]), -ENOSPC);
    assert_int_equal(irq_lpi_regions_take(&regions, 32, &lpi[9]), -ENOSPC);
    for (unsigned bits = 0; bits < 9; bits++)
        irq_lpi_regions_give(&regions, bits, lpi[bits]);
    assert_int_equal(regions.in_use, 0);
    assert_int_equal(irq_lpi_regions_take(&regions, 9, &lpi[9]), 0);
    assert_int_equal(lpi[9], 8192);
    free(regions.maps);
}

static void single_lpis_from_the_end_leave_room_for_a_region(void **state)
{
    struct irq_lpi_regions regions;
    uint32_t lpi;

    (void)state;
    assert_int_equal(irq_lpi_regions_init(&regions, 8192, 8192 + 100), 0);
    for (uint32_t i = 1; i <= 36; i++) {
        assert_int_equal(irq_lpi_regions_take_last(&regions, &lpi), 0);
        assert_int_equal(lpi, 8192 + 100 - i);
    }
    assert_int_equal(irq_lpi_regions_take(&regions, 6, &lpi), 0);
    assert_int_equal(lpi, 8192);
    assert_int_equal(regions.in_use, 100);
    assert_int_equal(irq_lpi_regions_take_last(&regions, &lpi), -ENOSPC);
    irq_lpi_regions_give(&regions, 0, 8192 + 70);
    assert_int_equal(irq_lpi_regions_take_last(&regions, &lpi), 0);
    assert_int_equal(lpi, 8192 + 70);
    free(regions.maps);
}

/* ---- allocation ---- */

static void request_and_free_leave_nothing(void **state)
{
    struct irq_inventory before = inventory();

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        assert_int_equal(request(0, round % 4), 0);
        assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 1);
        assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), 1);
        assert_int_equal(release(0), 0);

        struct irq_inventory after = inventory();

        assert_inventories_equal(before, after);
        assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 0);
        assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), 0);
    }
}

static void event_of_a_model_is_one_call(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(request(i, i), 0);
    for (unsigned round = 1; round <= 100; round++) {
        for (unsigned i = 0; i < 4; i++)
            fire(irqs[i]);
        host_advance_us(10);
        for (unsigned i = 0; i < 4; i++) {
            assert_int_equal(records[i].calls, round);
            assert_int_equal(records[i].core, i);
            assert_int_equal(irq_count(irqs[i]), round);
        }
    }
    for (unsigned i = 0; i < 4; i++) /* the status was cleared: the line is low */
        assert_false(am65x_line_level(route_of(irqs[i]).intid));
}

static void bad_requests_are_refused(void **state)
{
    struct device unbound = {.name = "unbound"};
    struct irq_request bad = {.index = sources[0], .context = records};
    struct irq *irq = NULL;

    (void)state;
    assert_int_equal(irq_request(&device, &bad, &irq), -EINVAL);
    bad.handler = note_call;
    assert_int_equal(irq_request(&unbound, &bad, &irq), -ENODEV);
    bad.core = 4;
    assert_int_equal(irq_request(&device, &bad, &irq), -EINVAL);
    bad.core = 0;
    bad.index = 0x10000;
    assert_int_equal(irq_request(&device, &bad, &irq), -EINVAL);
    bad.index = 0; /* a ring of another host */
    assert_int_equal(irq_request(&device, &bad, &irq), -EACCES);
    assert_int_equal(request(0, 0), 0);
    bad.index = sources[0];
    assert_int_equal(irq_request(&device, &bad, &irq), -EBUSY);
    assert_null(irq);
    assert_int_equal(irq_unbind(&device), -EBUSY);
    assert_int_equal(irq_bind_inta(&device, aggregator, AM65X_DEV_RINGACC), -EBUSY);
    assert_int_equal(irq_bind_its(&unbound, aggregator, 1, 1), -EINVAL);
}

static void interrupt_tries(void *argument)
{
    int *error = argument;
    const struct irq_request request = {.index = sources[1], .handler = note_call};
    struct irq *irq;

    error[0] = irq_request(&device, &request, &irq);
    error[1] = irq_free(irqs[0]);
    error[2] = irq_synchronize(irqs[0]);
}

static void interrupt_context_is_refused(void **state)
{
    int error[3] = {0};

    (void)state;
    assert_int_equal(request(0, 0), 0);
    host_run_in_interrupt(interrupt_tries, error);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(error[i], -EDEADLK);
}

static void masked_event_is_kept(void **state)
{
    (void)state;
    assert_int_equal(request(0, 1), 0);
    irq_mask(irqs[0]);
    fire(irqs[0]);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, 0);
    assert_true(irq_pending(irqs[0]));
    irq_unmask(irqs[0]);
    host_advance_us(10);
    assert_int_equal(records[0].calls, 1);
    assert_false(irq_pending(irqs[0]));
}

static void freed_event_calls_nobody(void **state)
{
    (void)state;
    assert_int_equal(request(0, 0), 0);
    unsigned event = route_of(irqs[0]).event;
    uint64_t lost = am65x_counter(AM65X_COUNT_EVENTS_LOST);

    irq_mask(irqs[0]);
    fire(irqs[0]); /* latched, when it is freed */
    assert_int_equal(release(0), 0);
    am65x_inject(AM65X_FAULT_STRAY_EVENT, event, 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENTS_LOST), lost + 1);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, 0);
}

static void alone_it_moves_and_loses_nothing(void **state)
{
    (void)state;
    assert_int_equal(request(0, 0), 0);
    for (unsigned i = 1; i <= 100; i++) {
        irq_mask(irqs[0]);
        fire(irqs[0]);
        assert_int_equal(irq_set_affinity(irqs[0], i % 4), 0);
        irq_unmask(irqs[0]);
        host_advance_us(10);
        assert_int_equal(records[0].calls, i);
        assert_int_equal(records[0].core, i % 4);
    }
    assert_int_equal(irq_set_affinity(irqs[0], 4), -EINVAL);
}

/* ---- sharing ---- */

static void when_scarce_events_share(void **state)
{
    struct irq_inventory before = inventory();
    uint64_t seen[256] = {0};
    unsigned single = 0, shared = 0;

    (void)state;
    for (unsigned i = 0; i < source_count; i++)
        assert_int_equal(request(i, i % 4), 0);

    struct irq_inventory full = inventory();

    assert_int_equal(full.events - before.events, source_count);
    assert_int_equal(full.routes_free, RESERVE);
    assert_int_equal(full.vints, full.routes);
    for (unsigned i = 0; i < source_count; i++) {
        struct route route = route_of(irqs[i]);

        assert_int_equal(route.core, i % 4);
        assert_int_equal(seen[route.vint] >> route.bit & 1, 0);
        seen[route.vint] |= UINT64_C(1) << route.bit;
    }
    for (unsigned vint = 0; vint < 256; vint++) {
        single += __builtin_popcountll(seen[vint]) == 1;
        shared += __builtin_popcountll(seen[vint]) > 1;
    }
    assert_int_equal(single + shared, full.vints);
    assert_true(shared > 0);
    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < source_count; i++)
            fire(irqs[i]);
        host_advance_us(SETTLE_US);
        for (unsigned i = 0; i < source_count; i++) {
            assert_int_equal(records[i].calls, round);
            assert_int_equal(records[i].core, i % 4);
        }
    }
    for (unsigned i = 0; i < source_count; i++)
        assert_int_equal(release(i), 0);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

static void each_core_keeps_a_vint(void **state)
{
    (void)state;
    /* One core asks for as much as it can get; the others come late. */
    for (unsigned i = 0; i < source_count - 12; i++)
        assert_int_equal(request(i, 0), 0);
    for (unsigned i = source_count - 12; i < source_count; i++) {
        assert_int_equal(request(i, 1 + i % 3), 0);
        assert_int_equal(route_of(irqs[i]).core, 1 + i % 3);
    }
}

static void shared_event_moves_alone(void **state)
{
    uint64_t moves = 0;

    (void)state;
    for (unsigned i = 0; i < source_count; i++)
        assert_int_equal(request(i, 0), 0);
    for (unsigned i = 0; i < source_count; i++) {
        irq_mask(irqs[i]);
        fire(irqs[i]); /* latched in its old place */
        assert_int_equal(irq_set_affinity(irqs[i], 1 + i % 3), 0);
        for (unsigned j = i + 1; j < source_count; j++)
            assert_int_equal(irq_core(irqs[j]), 0);
        irq_unmask(irqs[i]);
        host_advance_us(10);
        fire(irqs[i]);
        host_advance_us(10);
        assert_int_equal(records[i].calls, 2);
        assert_int_equal(records[i].core, 1 + i % 3);
        moves++;
    }
    assert_true(moves > 150);
    /* Nothing is on core 0 any more: no VINT ends there. */
    for (unsigned i = 0; i < source_count; i++)
        assert_int_not_equal(route_of(irqs[i]).core, 0);
}

/* ---- the reserve ---- */

/* Of a line straight to the router: what comes while it is masked is pending, and comes after. */
static void check_masked(struct irq *irq, const struct record *record)
{
    assert_false(irq_pending(irq));
    irq_mask(irq);
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(record->calls, 1);
    assert_true(irq_pending(irq));
    irq_unmask(irq);
    host_advance_us(SETTLE_US);
    assert_int_equal(record->calls, 2);
    assert_false(irq_pending(irq));
}

static void direct_devices_have_a_reserve(void **state)
{
    static uint16_t inputs[MAILBOX_INPUTS];
    static struct irq *direct_irqs[MAILBOX_INPUTS];
    struct device direct = {.name = "direct"};
    unsigned count = 0;
    int error = 0;

    (void)state;
    for (unsigned i = 0; i < MAILBOX_INPUTS; i++)
        inputs[i] = (uint16_t)(MAILBOX_INPUT + i);
    assert_int_equal(irq_bind_intr(&direct, router, inputs, MAILBOX_INPUTS), 0);
    for (unsigned i = 0; i < source_count; i++)
        assert_int_equal(request(i, i % 4), 0);
    while (error == 0 && count < MAILBOX_INPUTS) {
        const struct irq_request request = {
            .index = count, .handler = note_call, .context = &records[count], .core = count % 4};

        error = irq_request(&direct, &request, &direct_irqs[count]);
        if (error == 0) {
            assert_int_equal(irq_trigger(direct_irqs[count]), 0);
            count++;
        }
    }
    assert_int_equal(count, RESERVE);
    assert_int_equal(error, -ENOSPC);
    host_advance_us(SETTLE_US);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(records[i].calls, 1);
        assert_int_equal(records[i].core, i % 4);
        check_masked(direct_irqs[i], &records[i]);
        assert_int_equal(irq_free(direct_irqs[i]), 0);
    }
    assert_int_equal(irq_unbind(&direct), 0);
}

/* ---- undo ---- */

/* Which of the request's messages the fault hits: its first is the route, but with all VINTs shared
 * there is only the event. */
static void check_undone(unsigned fill, enum am65x_fault fault, uint64_t argument, int expected)
{
    for (unsigned i = 0; i < fill; i++)
        assert_int_equal(request(i, i % 4), 0);

    struct irq_inventory before = inventory();
    uint64_t mappings = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS);
    uint64_t routes = am65x_counter(AM65X_COUNT_ROUTES);

    assert_true(am65x_inject(fault, argument, 1));
    assert_int_equal(request(fill, 0), expected);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), mappings);
    assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), routes);
    assert_int_equal(request(fill, 0), 0);
    fire(irqs[fill]);
    host_advance_us(10);
    assert_int_equal(records[fill].calls, 1);
}

static void refused_route_is_undone(void **state)
{
    (void)state;
    check_undone(0, AM65X_FAULT_SCI_NAK, MESSAGE_SET, -EACCES);
}

static void refused_event_is_undone(void **state)
{
    (void)state;
    check_undone(100, AM65X_FAULT_SCI_NAK, MESSAGE_SET, -EACCES);
}

static void route_with_a_lost_answer_is_undone(void **state)
{
    (void)state;
    check_undone(0, AM65X_FAULT_SCI_DROP, 0, -ETIMEDOUT);
}

static void event_with_a_lost_answer_is_undone(void **state)
{
    (void)state;
    check_undone(100, AM65X_FAULT_SCI_DROP, 0, -ETIMEDOUT);
}

static void event_with_a_late_answer_is_undone(void **state)
{
    (void)state;
    check_undone(100, AM65X_FAULT_SCI_LATE, SCI_TIMEOUT_US + 5000, -ETIMEDOUT);
}

static void route_with_a_wrong_answer_is_undone(void **state)
{
    (void)state;
    check_undone(0, AM65X_FAULT_SCI_WRONG_TYPE, 0, -EPROTO);
}

static void lost_answers_to_a_release_are_made_good(void **state)
{
    struct irq_inventory before = inventory();

    (void)state;
    assert_int_equal(request(0, 0), 0);
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1);
    assert_int_equal(release(0), 0);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 0);
}

static void what_is_not_released_is_not_reused(void **state)
{
    struct irq_inventory before = inventory();

    (void)state;
    assert_int_equal(request(0, 0), 0);
    am65x_inject(AM65X_FAULT_SCI_NAK, MESSAGE_RELEASE, 1);
    assert_int_equal(release(0), -EACCES);
    assert_int_equal(inventory().irqs, 0);
    assert_int_equal(inventory().events, before.events + 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 1);
    /* The next request tries again first, and then the source is free. */
    assert_int_equal(request(0, 0), 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 1);
    assert_int_equal(release(0), 0);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

static void unanswered_request_keeps_its_numbers(void **state)
{
    struct irq_inventory before = inventory();

    (void)state;
    /* Neither the request nor the question after it is answered: nobody knows. */
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 2);
    assert_int_equal(request(0, 0), -ETIMEDOUT);
    assert_int_equal(inventory().vints, before.vints + 1);
    assert_int_equal(request(1, 0), 0);
    assert_int_equal(release(1), 0);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

static void release_of_a_route_refused(void **state)
{
    struct irq_inventory before = inventory();

    (void)state;
    assert_int_equal(request(0, 0), 0);
    am65x_inject(AM65X_FAULT_SCI_NAK, MESSAGE_RELEASE, 2);
    assert_int_equal(release(0), -EACCES); /* the event's release */
    assert_int_equal(request(1, 0), 0);    /* tries again: refused; the new one is unharmed */
    fire(irqs[1]);
    host_advance_us(10);
    assert_int_equal(records[1].calls, 1);
    assert_int_equal(release(1), 0);
    assert_int_equal(request(0, 0), 0);
    assert_int_equal(release(0), 0);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

/* ---- in parallel ---- */

#define ROUNDS 50u
#define EACH   6u

struct arrival {
    struct record *record;
    uint64_t calls;
};

static bool has_arrived(void *argument)
{
    const struct arrival *arrival = argument;

    return __atomic_load_n(&arrival->record->calls, __ATOMIC_SEQ_CST) >= arrival->calls;
}

static void churn(void *argument)
{
    unsigned self = core_id(), first = self * EACH;

    (void)argument;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        for (unsigned i = first; i < first + EACH; i++)
            assert(request(i, (self + i) % 4) == 0);
        for (unsigned i = first; i < first + EACH; i++)
            assert(irq_trigger(irqs[i]) == 0);
        for (unsigned i = first; i < first + EACH; i++) {
            struct arrival arrival = {.record = &records[i], .calls = round};

            assert(wait_for(has_arrived, &arrival, ARRIVAL_US) == 0);
            assert(release(i) == 0);
        }
    }
}

static void four_cores_at_once(void **state)
{
    struct irq_inventory before = inventory();

    (void)state;
    assert_int_equal(smp_run_all(churn, NULL, 600000000), 0);
    for (unsigned i = 0; i < 4 * EACH; i++)
        assert_int_equal(records[i].calls, ROUNDS);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

/* ---- the ITS as a parent ---- */

static void message(uint32_t device_id, uint32_t event)
{
    its_host_message(device_id, event);
    host_advance_us(10);
}

static void its_devices_share_an_id(void **state)
{
    struct irq_inventory before = inventory();
    struct device first = {.name = "first"}, second = {.name = "second"};
    const struct irq_request a = {
        .index = 1, .handler = note_call, .context = &records[1], .core = 2};
    const struct irq_request b = {
        .index = 2, .handler = note_call, .context = &records[2], .core = 3};
    struct irq *irq_a, *irq_b, *other;
    uint64_t mapd = its_command_count(0x08);

    (void)state;
    assert_int_equal(irq_bind_its(&first, its, 77, 4), 0);
    assert_int_equal(irq_bind_its(&second, its, 77, 5), -ERANGE);
    assert_int_equal(irq_bind_its(&second, its, 77, 4), 0);
    assert_int_equal(its_command_count(0x08), mapd + 1);
    assert_int_equal(inventory().lpis, before.lpis + 16);
    assert_int_equal(irq_request(&first, &a, &irq_a), 0);
    assert_int_equal(irq_request(&second, &a, &other), -EBUSY);
    assert_int_equal(irq_request(&second, &b, &irq_b), 0);
    message(77, 1);
    message(77, 2);
    message(77, 3);
    assert_int_equal(records[1].calls, 1);
    assert_int_equal(records[1].core, 2);
    assert_int_equal(records[2].calls, 1);
    assert_int_equal(irq_free(irq_a), 0);
    assert_int_equal(irq_unbind(&first), 0); /* the one that came first leaves first */
    assert_int_equal(irq_unbind(&second), -EBUSY);
    message(77, 1);
    message(77, 2);
    assert_int_equal(records[1].calls, 1);
    assert_int_equal(records[2].calls, 2);
    assert_int_equal(irq_free(irq_b), 0);
    assert_int_equal(irq_unbind(&second), 0);
    assert_int_equal(its_command_count(0x08), mapd + 2);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

static void masked_message_is_kept_once(void **state)
{
    struct device messenger = {.name = "messenger"};
    const struct irq_request request = {.handler = note_call, .context = &records[0], .core = 1};
    struct irq *irq;

    (void)state;
    assert_int_equal(irq_bind_its(&messenger, its, 5, 0), 0);
    assert_int_equal(irq_request(&messenger, &request, &irq), 0);
    irq_mask(irq);
    for (unsigned i = 0; i < 3; i++)
        message(5, 0);
    assert_int_equal(records[0].calls, 0);
    irq_unmask(irq);
    host_advance_us(10);
    assert_int_equal(records[0].calls, 1); /* messages of one event coalesce, as in an LPI */
    assert_int_equal(irq_set_affinity(irq, 3), 0);
    message(5, 0);
    assert_int_equal(records[0].calls, 2);
    assert_int_equal(records[0].core, 3);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&messenger), 0);
}

static void lpis_run_out_cleanly(void **state)
{
    struct irq_inventory before = inventory();
    struct device joiners[10] = {0};
    unsigned count = 0;
    int error = 0;

    (void)state;
    while (error == 0 && count < 10) {
        joiners[count].name = "joiner";
        error = irq_bind_its(&joiners[count], its, 100 + count, 10);
        count += error == 0;
    }
    assert_int_equal(count, before.lpis_free >> 10);
    assert_int_equal(error, -ENOSPC);
    while (count-- > 0)
        assert_int_equal(irq_unbind(&joiners[count]), 0);

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
}

static void wired_interrupt(void **state)
{
    static const uint16_t intids[] = {200, 5};
    struct device wire = {.name = "wire"};
    struct irq_request request = {
        .handler = note_call, .context = &records[0], .core = 2, .flags = IRQ_FLAG_EDGE};
    struct irq *irq;

    (void)state;
    assert_int_equal(irq_bind_wired(&wire, wired, intids, 2), 0);
    assert_int_equal(irq_request(&wire, &request, &irq), 0);
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(10);
    assert_int_equal(records[0].calls, 1);
    assert_int_equal(records[0].core, 2);
    assert_int_equal(irq_free(irq), 0);
    request.index = 1; /* not an SPI */
    assert_int_equal(irq_request(&wire, &request, &irq), -EINVAL);
    assert_int_equal(irq_unbind(&wire), 0);
}

/* A wired device that has been given the INTIDs of the router's outputs: who comes first has them,
 * and the other one gets an error, and leaves nothing behind. */
static void an_intid_has_one_owner(void **state)
{
    static const uint16_t inputs[] = {MAILBOX_INPUT};
    static uint16_t intids[64];
    static struct irq *wire_irqs[64];
    struct device wire = {.name = "wire"}, direct = {.name = "direct"};
    struct irq_request request_index = {.handler = note_call, .context = &records[SOURCES_MAX - 1]};
    struct irq_inventory before;
    struct irq *irq;

    (void)state;
    for (unsigned i = 0; i < 64; i++)
        intids[i] = (uint16_t)(64 + i);
    assert_int_equal(irq_bind_wired(&wire, wired, intids, 64), 0);
    assert_int_equal(irq_bind_intr(&direct, router, inputs, 1), 0);
    assert_int_equal(request(0, 0), 0);
    request_index.index = route_of(irqs[0]).intid - 64;
    assert_int_equal(irq_request(&wire, &request_index, &irq), -EBUSY);
    for (unsigned i = 0; i < 64; i++) {
        request_index.index = i;
        if (i != route_of(irqs[0]).intid - 64)
            assert_int_equal(irq_request(&wire, &request_index, &wire_irqs[i]), 0);
    }
    before = inventory();
    request_index.index = 0;
    assert_int_equal(irq_request(&direct, &request_index, &irq), -EBUSY);
    assert_int_equal(request(1, 0), -EBUSY); /* it would have a VINT of its own */

    struct irq_inventory after = inventory();

    assert_inventories_equal(before, after);
    fire(irqs[0]);
    host_advance_us(10);
    assert_int_equal(records[0].calls, 1);
    assert_int_equal(irq_free_block(wire_irqs, 64), 0);
    assert_int_equal(request(1, 0), 0);
    fire(irqs[1]);
    host_advance_us(10);
    assert_int_equal(records[1].calls, 1);
    assert_int_equal(irq_unbind(&wire), 0);
    assert_int_equal(irq_unbind(&direct), 0);
}

/* ---- traces ---- */

static unsigned traced_calls;

static enum irq_return note_traced(void *context)
{
    (void)context;
    traced_calls++;
    return IRQ_HANDLED;
}

/* What of the trace is an interrupt's way, in the order of time. */
static struct {
    const char *name;
    uint64_t first;
    unsigned core;
} steps[8];
static unsigned step_count;

static void note_step(unsigned core, const struct trace_record *record, void *argument)
{
    static const char *const way[] = {"irq_acknowledge", "inta_status", "irq_handler",
                                      "irq_handled", "irq_end"};

    (void)argument;
    for (unsigned i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
        if (strcmp(record->event->name, way[i]) != 0)
            continue;
        assert_true(step_count < sizeof(steps) / sizeof(steps[0]));
        steps[step_count].name = record->event->name;
        steps[step_count].first = record->values[0];
        steps[step_count++].core = core;
    }
}

/* Switched on and off while the interrupt is in use: each of its calls is one of the two handlers,
 * and what was recorded is its way, step by step. */
static void the_way_of_an_interrupt_is_traced(void **state)
{
    const struct irq_request request = {.index = sources[0],
                                        .handler = note_call,
                                        .traced_handler = note_traced,
                                        .context = &records[0],
                                        .core = 2};
    struct route route;
    uint64_t lost;

    (void)state;
    traced_calls = step_count = 0;
    assert_int_equal(irq_request(&device, &request, &irqs[0]), 0);
    route = route_of(irqs[0]);
    fire(irqs[0]);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, 1);
    assert_int_equal(trace_start(0), 0);
    fire(irqs[0]);
    host_advance_us(SETTLE_US);
    assert_int_equal(trace_stop(), 0);
    assert_int_equal(traced_calls, 1);
    fire(irqs[0]);
    host_advance_us(SETTLE_US);
    assert_int_equal(traced_calls, 1);
    assert_int_equal(records[0].calls, 2);
    assert_int_equal(irq_count(irqs[0]), 3);

    assert_int_equal(trace_visit(note_step, NULL, &lost), 0);
    assert_int_equal(lost, 0);
    assert_int_equal(step_count, 5);
    for (unsigned i = 0; i < step_count; i++)
        assert_int_equal(steps[i].core, 2);
    assert_string_equal(steps[0].name, "irq_acknowledge");
    assert_int_equal(steps[0].first, route.intid);
    assert_string_equal(steps[1].name, "inta_status");
    assert_int_equal(steps[1].first, route.vint);
    assert_string_equal(steps[2].name, "irq_handler");
    assert_string_equal(steps[3].name, "irq_handled");
    assert_string_equal(steps[4].name, "irq_end");
    assert_int_equal(steps[4].first, route.intid);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rest_as_long_as_possible),
        cmocka_unit_test(lpi_regions_are_aligned_and_apart),
        cmocka_unit_test(single_lpis_from_the_end_leave_room_for_a_region),
        TEST(request_and_free_leave_nothing),
        TEST(event_of_a_model_is_one_call),
        TEST(bad_requests_are_refused),
        TEST(interrupt_context_is_refused),
        TEST(masked_event_is_kept),
        TEST(freed_event_calls_nobody),
        TEST(alone_it_moves_and_loses_nothing),
        TEST(when_scarce_events_share),
        TEST(each_core_keeps_a_vint),
        TEST(shared_event_moves_alone),
        TEST(direct_devices_have_a_reserve),
        TEST(refused_route_is_undone),
        TEST(refused_event_is_undone),
        TEST(route_with_a_lost_answer_is_undone),
        TEST(event_with_a_lost_answer_is_undone),
        TEST(event_with_a_late_answer_is_undone),
        TEST(route_with_a_wrong_answer_is_undone),
        TEST(lost_answers_to_a_release_are_made_good),
        TEST(what_is_not_released_is_not_reused),
        TEST(unanswered_request_keeps_its_numbers),
        TEST(release_of_a_route_refused),
        TEST(four_cores_at_once),
        TEST(its_devices_share_an_id),
        TEST(masked_message_is_kept_once),
        TEST(lpis_run_out_cleanly),
        TEST(wired_interrupt),
        TEST(an_intid_has_one_owner),
        TEST(the_way_of_an_interrupt_is_traced),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
