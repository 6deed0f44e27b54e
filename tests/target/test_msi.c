// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer over its parents: aggregator, router and wires.
 *
 * Events are raised by irq_trigger(), which sets what the hardware would set (a VINT's status bit,
 * a pending bit, an INT command): so the tests need no DMA and are the same on a board. Sources are
 * rings that the UDMA driver takes last: the host's general-purpose rings from the top.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/ring.h"
#include "msi/binding.h"
#include "msi/dispatch.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/platform.h"
#include "root/root.h"
#include "tests/target/all_cores.h"
#include "tests/target/msi_checks.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_RM_IRQ_SET   0x1000u
#define MESSAGE_RM_IRQ_FREE  0x1001u
#define SCI_TIMEOUT_SHORT_US 200000u
#define SCI_TIMEOUT_US       1000000u /* the driver's default */
#define PARALLEL_TIMEOUT_US  100000000u
#define TEST_SGI             7u

/* ---- inta ---- */

static void body_returns_every_resource(void)
{
    struct irq_inventory before = take_inventory();

    for (unsigned i = 0; i < 50; i++) {
        CHECK_EQUAL(request_ring(0, IRQ_CORE_ANY), 0);
        struct irq_inventory during = take_inventory();

        CHECK_EQUAL(during.irqs, before.irqs + 1);
        CHECK_EQUAL(during.events, before.events + 1);
        CHECK_EQUAL(during.events_free, before.events_free - 1);
        CHECK_EQUAL(free_one(0), 0);
        struct irq_inventory after = take_inventory();

        CHECK(inventories_equal(&before, &after));
    }
}

SELFTEST(inta, returns_every_resource, 60)
{
    with_rings(body_returns_every_resource);
}

static void body_inta_each_core(void)
{
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(request_ring(core, core), 0);
        CHECK_EQUAL(irq_trigger(test_irqs[core]), 0);
        CHECK_EQUAL(wait_calls(&test_records[core], 1), 0);
        CHECK_EQUAL(test_records[core].core, core);
        CHECK(test_records[core].was_in_interrupt);
        CHECK_EQUAL(irq_core(test_irqs[core]), core);
    }
}

SELFTEST(inta, handler_runs_on_the_preferred_core, 60)
{
    with_rings(body_inta_each_core);
}

static void body_inta_counts(void)
{
    CHECK_EQUAL(request_ring(0, core_count() - 1), 0);
    check_counts_exactly(1000);
}

SELFTEST(inta, every_event_is_one_call, 60)
{
    with_rings(body_inta_counts);
}

static void body_inta_mask(void)
{
    CHECK_EQUAL(request_ring(0, 0), 0);
    check_mask_keeps_the_event();
}

SELFTEST(inta, masked_event_is_kept_until_unmask, 60)
{
    with_rings(body_inta_mask);
}

static enum irq_return mask_self(void *context)
{
    note_call(context);
    irq_mask(test_irqs[0]);
    return IRQ_HANDLED;
}

static void body_mask_in_handler(void)
{
    const struct irq_request request = {
        .index = ring_index(0), .handler = mask_self, .context = &test_records[0], .core = 0};

    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
    for (unsigned i = 1; i <= 20; i++) {
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        CHECK_EQUAL(wait_calls(&test_records[0], i), 0);
        CHECK_EQUAL(irq_synchronize(test_irqs[0]), 0);
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        delay_us(100);
        CHECK_EQUAL(calls(&test_records[0]), i);
        i++;
        irq_unmask(test_irqs[0]);
        CHECK_EQUAL(wait_calls(&test_records[0], i), 0);
        CHECK_EQUAL(irq_synchronize(test_irqs[0]), 0);
        irq_unmask(test_irqs[0]);
    }
}

SELFTEST(inta, handler_may_mask_its_own_interrupt, 60)
{
    with_rings(body_mask_in_handler);
}

static void body_starts_masked(void)
{
    CHECK_EQUAL(request_flags(0, ring_index(0), 0, IRQ_FLAG_MASKED), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), 0);
    CHECK(irq_pending(test_irqs[0]));
    irq_unmask(test_irqs[0]);
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
}

SELFTEST(inta, can_be_requested_masked, 60)
{
    with_rings(body_starts_masked);
}

static void body_moves(void)
{
    CHECK_EQUAL(request_ring(0, 0), 0);
    check_moves_lose_nothing(200);
}

SELFTEST(inta, moving_between_cores_loses_nothing, 60)
{
    with_rings(body_moves);
}

/* More events than the router has outputs for VINTs. */
static void request_all_rings(unsigned *count)
{
    *count = test_rings.count < SOURCES_MAX ? test_rings.count : SOURCES_MAX;
    for (unsigned i = 0; i < *count; i++)
        CHECK_EQUAL(request_ring(i, i % core_count()), 0);
}

static void body_sharing(void)
{
    struct irq_inventory before = take_inventory();
    unsigned count, shared = 0;

    request_all_rings(&count);
    if (selftest_failed())
        return;
    struct irq_inventory during = take_inventory();

    CHECK_EQUAL(during.events - before.events, count);
    CHECK(during.vints - before.vints < count);
    for (unsigned i = 0; i < count; i++) {
        struct inta_route route;

        CHECK(read_route(test_irqs[i], &route));
        CHECK_EQUAL(route.core, i % core_count());
        shared += route.bit != 0;
        CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
    }
    CHECK(shared > 0);
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQUAL(wait_calls(&test_records[i], 1), 0);
        CHECK_EQUAL(test_records[i].core, i % core_count());
    }
    delay_us(SETTLE_US);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(calls(&test_records[i]), 1);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(free_one(i), 0);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}

SELFTEST(inta, scarce_vints_are_shared_on_the_preferred_core, 60)
{
    with_rings(body_sharing);
}

static void body_shared_moves(void)
{
    unsigned count, i = 0;
    struct inta_route route = {0};

    request_all_rings(&count);
    if (selftest_failed())
        return;
    while (i < count && (!read_route(test_irqs[i], &route) || route.bit == 0))
        i++;
    if (i == count) {
        selftest_fail(__FILE__, __LINE__, "no event shares a VINT");
        return;
    }
    for (unsigned round = 1; round <= 100; round++) {
        unsigned core = round % core_count();

        CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
        CHECK_EQUAL(irq_set_affinity(test_irqs[i], core), 0);
        CHECK_EQUAL(irq_core(test_irqs[i]), core);
        CHECK_EQUAL(wait_calls(&test_records[i], round), 0);
    }
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[i]), 100);
    CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
    CHECK_EQUAL(wait_calls(&test_records[i], 101), 0);
    CHECK_EQUAL(test_records[i].core, irq_core(test_irqs[i]));
    for (unsigned j = 0; j < count; j++) /* the others did not move along */
        CHECK(j == i || irq_core(test_irqs[j]) == j % core_count());
}

SELFTEST(inta, shared_event_moves_alone_and_loses_nothing, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_shared_moves);
}

static void body_distinct_routes(void)
{
    struct inta_route routes[16];

    for (unsigned i = 0; i < 16; i++) {
        CHECK_EQUAL(request_ring(i, i % core_count()), 0);
        CHECK(read_route(test_irqs[i], &routes[i]));
        CHECK(routes[i].bit < 64);
        for (unsigned j = 0; j < i; j++) {
            CHECK(routes[i].event != routes[j].event);
            CHECK(routes[i].vint != routes[j].vint);
            CHECK(routes[i].output != routes[j].output);
            CHECK(routes[i].intid != routes[j].intid);
        }
    }
}

SELFTEST(inta, sixteen_routes_are_distinct, 60)
{
    with_rings(body_distinct_routes);
}

static void body_freed_event(void)
{
    struct inta_route route;
    struct irq_inventory before, after;
    uint64_t lost_before, lost_after;

    CHECK_EQUAL(request_ring(0, 0), 0);
    CHECK(read_route(test_irqs[0], &route));
    CHECK(twin_inject(AM65X_FAULT_STRAY_EVENT, route.event, 1));
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
    CHECK_EQUAL(free_one(0), 0);
    irq_get_inventory(&before);
    CHECK(twin_counter(AM65X_COUNT_EVENTS_LOST, &lost_before));
    CHECK(twin_inject(AM65X_FAULT_STRAY_EVENT, route.event, 1));
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), 1);
    CHECK(twin_counter(AM65X_COUNT_EVENTS_LOST, &lost_after));
    CHECK_EQUAL(lost_after, lost_before + 1); /* unmapped, not just masked */
    irq_get_inventory(&after);
    CHECK_EQUAL(after.stray, before.stray);
}

SELFTEST(inta, freed_event_is_unmapped, 60)
{
    if (!twin_present())
        SKIP("a board has no way to raise a global event by hand");
    with_rings(body_freed_event);
}

/* Its event may come while it is being mapped, or not at all, since the ring was not empty before:
 * the twin says how many came. */
static void body_event_with_its_mapping(struct udma_ring *ring)
{
    const struct irq_inventory before = take_inventory();
    uint64_t sent_before = 0, sent = 0, lost_before = 0, lost = 0;

    for (unsigned round = 0; round < 20; round++) {
        uint64_t calls_before = calls(&test_records[0]);

        udma_ring_put(ring, round);
        udma_ring_submit(ring, 1);
        twin_counter(AM65X_COUNT_RING_EVENTS, &sent_before);
        twin_counter(AM65X_COUNT_EVENTS_LOST, &lost_before);
        CHECK_EQUAL(request_flags(0, ring->index, round % core_count(), 0), 0);
        delay_us(SETTLE_US);
        twin_counter(AM65X_COUNT_RING_EVENTS, &sent);
        twin_counter(AM65X_COUNT_EVENTS_LOST, &lost);
        CHECK_EQUAL(lost, lost_before);
        /* A core that others keep from running may need longer to come to it. */
        CHECK_EQUAL(wait_calls(&test_records[0], calls_before + (sent - sent_before)), 0);
        if (twin_present())
            CHECK_EQUAL(calls(&test_records[0]) - calls_before, sent - sent_before);
        CHECK_EQUAL(free_one(0), 0);
        udma_ring_release(ring, 1);
    }
    CHECK_EQUAL(take_inventory().stray, before.stray);
}

static void body_event_comes_with_its_mapping(void)
{
    struct udma_ring ring;
    uint16_t index;

    CHECK_EQUAL(udma_ring_reserve(&index), 0);
    int error = udma_ring_open(&ring, index, 16);

    if (error == 0) {
        body_event_with_its_mapping(&ring);
        error = udma_ring_close(&ring);
    }
    CHECK_EQUAL(udma_ring_unreserve(index), 0);
    CHECK_EQUAL(error, 0);
}

SELFTEST(inta, event_that_comes_with_its_mapping_is_not_lost, 60)
{
    with_rings(body_event_comes_with_its_mapping);
}

/* ---- intr ---- */

static void body_direct(void)
{
    unsigned input, output, intid, core;
    char text[128];

    CHECK_EQUAL(request_flags(0, 3, core_count() - 1, IRQ_FLAG_EDGE), 0);
    CHECK(irq_describe(test_irqs[0], text, sizeof(text)) > 0);
    CHECK_EQUAL(sscanf(text, "INTR input %u > INTR output %u > INTID %u > core %u", &input, &output,
                       &intid, &core),
                4);
    CHECK_EQUAL(input, test_soc.direct_inputs + 3);
    CHECK_EQUAL(core, core_count() - 1);
    CHECK(intid < root_intid_limit());
    check_counts_exactly(100);
    CHECK_EQUAL(test_records[0].core, core_count() - 1);
}

SELFTEST(intr, direct_device_gets_a_line, 60)
{
    with_inputs(body_direct);
}

/* TI errata SPRZ452, i2007: an output may pulse when its input is selected. Of an SPI that an
 * earlier owner has left as an edge, the pulse is kept pending. Outputs take turns: at the end all
 * have been such. */
static void body_route_is_no_interrupt(void)
{
    const unsigned rounds = take_inventory().routes_free + 4;

    for (unsigned i = 0; i < rounds; i++) {
        CHECK_EQUAL(request_flags(0, 3, IRQ_CORE_ANY, IRQ_FLAG_EDGE), 0);
        delay_us(SETTLE_US);
        CHECK_EQUAL(calls(&test_records[0]), 0);
        CHECK(!irq_pending(test_irqs[0]));
        CHECK_EQUAL(free_one(0), 0);
    }
}

SELFTEST(intr, route_that_is_made_is_no_interrupt, 60)
{
    with_inputs(body_route_is_no_interrupt);
}

static void body_all_outputs(void)
{
    struct irq_inventory before = take_inventory();
    unsigned count = 0;
    int error = 0;

    while (count < DIRECT_INPUTS && error == 0) {
        error = request_flags(count, count, IRQ_CORE_ANY, IRQ_FLAG_EDGE);
        if (error == 0)
            count++;
    }
    struct irq_inventory full = take_inventory();

    CHECK_EQUAL(full.routes_free, before.routes_free - count);
    CHECK_EQUAL(error, -ENOSPC);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(free_one(i), 0);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}

SELFTEST(intr, outputs_run_out_cleanly, 60)
{
    with_inputs(body_all_outputs);
}

/* A second device, wired to the router, next to the fixture's test_rings. */
static void body_reserve(void)
{
    const uint16_t inputs[] = {(uint16_t)(test_soc.direct_inputs + 7)};
    struct device direct = {.name = "direct"};
    const struct irq_request request = {
        .handler = note_call, .context = &test_records[SOURCES_MAX - 1], .flags = IRQ_FLAG_EDGE};
    struct irq *irq;
    unsigned count;

    request_all_rings(&count);
    if (selftest_failed())
        return;
    CHECK_EQUAL(irq_bind_intr(&direct, platform_intr(), inputs, 1), 0);
    int error = irq_request(&direct, &request, &irq);
    int triggered = error == 0 ? irq_trigger(irq) : -1;
    int arrived = error == 0 ? wait_calls(&test_records[SOURCES_MAX - 1], 1) : -1;

    if (error == 0)
        (void)irq_free(irq);
    (void)irq_unbind(&direct);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(triggered, 0);
    CHECK_EQUAL(arrived, 0);
}

SELFTEST(intr, reserve_is_left_for_direct_devices, 60)
{
    with_rings(body_reserve);
}

/* ---- msi: what holds whatever the parent is ---- */

static void body_refuses_nonsense(void)
{
    struct device unbound = {.name = "unbound"};
    struct irq *irq;
    struct irq_request request = {
        .index = ring_index(0), .handler = note_call, .context = test_records};

    CHECK_EQUAL(irq_request(&unbound, &request, &irq), -ENODEV);
    request.core = core_count();
    CHECK_EQUAL(irq_request(&test_device, &request, &irq), -EINVAL);
    request.core = 0;
    request.index = 0x10000;
    CHECK_EQUAL(irq_request(&test_device, &request, &irq), -EINVAL);
    request.index = ring_index(0);
    request.handler = NULL;
    CHECK_EQUAL(irq_request(&test_device, &request, &irq), -EINVAL);
    CHECK_EQUAL(irq_unbind(&unbound), -ENODEV);
}

SELFTEST(msi, refuses_nonsense, 60)
{
    with_rings(body_refuses_nonsense);
}

static void body_busy(void)
{
    CHECK_EQUAL(request_ring(0, 0), 0);
    CHECK_EQUAL(request_flags(1, ring_index(0), 0, 0), -EBUSY);
    CHECK_EQUAL(irq_unbind(&test_device), -EBUSY);
    CHECK_EQUAL(irq_bind_inta(&test_device, platform_inta(), test_soc.ringacc), -EBUSY);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
}

SELFTEST(msi, source_and_device_in_use_are_busy, 60)
{
    with_rings(body_busy);
}

static struct {
    int request, free, affinity, trigger, unbind;
    uint64_t done;
} from_interrupt;

static enum irq_return try_everything(void *context)
{
    const struct irq_request request = {
        .index = ring_index(1), .handler = note_call, .context = &test_records[1]};
    struct irq *irq;

    (void)context;
    from_interrupt.request = irq_request(&test_device, &request, &irq);
    from_interrupt.free = irq_free(test_irqs[0]);
    from_interrupt.affinity = irq_set_affinity(test_irqs[0], 0);
    from_interrupt.trigger = irq_synchronize(test_irqs[0]);
    from_interrupt.unbind = irq_unbind(&test_device);
    __atomic_store_n(&from_interrupt.done, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static bool is_done(void *argument)
{
    (void)argument;
    return __atomic_load_n(&from_interrupt.done, __ATOMIC_SEQ_CST) != 0;
}

static void body_from_interrupt(void)
{
    memset(&from_interrupt, 0, sizeof(from_interrupt));
    CHECK_EQUAL(request_ring(0, 0), 0);
    CHECK_EQUAL(irq_sgi_request(TEST_SGI, try_everything, NULL), 0);
    root_send_sgi(core_id(), TEST_SGI);
    int error = wait_for(is_done, NULL, ARRIVAL_TIMEOUT_US);

    CHECK_EQUAL(irq_sgi_free(TEST_SGI), 0);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(from_interrupt.request, -EDEADLK);
    CHECK_EQUAL(from_interrupt.free, -EDEADLK);
    CHECK_EQUAL(from_interrupt.affinity, -EDEADLK);
    CHECK_EQUAL(from_interrupt.trigger, -EDEADLK);
    CHECK_EQUAL(from_interrupt.unbind, -EDEADLK);
}

SELFTEST(msi, interrupt_context_is_refused, 60)
{
    with_rings(body_from_interrupt);
}

/* Called in test_records[0], ended in test_records[1]. It ends a while after the main core is about
 * to free its interrupt, so that irq_free() has something to wait for however slow a core is. */
#define STILL_RUNNING_US 50000u

static bool about_to_free;

static enum irq_return slow_handler(void *context)
{
    note_call(context);
    while (!__atomic_load_n(&about_to_free, __ATOMIC_ACQUIRE))
        ;
    delay_us(STILL_RUNNING_US);
    note_call(&test_records[1]);
    return IRQ_HANDLED;
}

static void body_free_waits(void)
{
    const struct irq_request request = {
        .index = ring_index(0), .handler = slow_handler, .context = &test_records[0], .core = 1};

    for (unsigned round = 0; round < 5; round++) {
        memset(test_records, 0, sizeof(test_records));
        __atomic_store_n(&about_to_free, false, __ATOMIC_RELEASE);
        CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        int arrived = wait_calls(&test_records[0], 1);
        uint64_t ended = calls(&test_records[1]);
        int error = irq_trigger(test_irqs[0]); /* one more in flight */

        __atomic_store_n(&about_to_free, true, __ATOMIC_RELEASE); /* whatever has failed */
        CHECK_EQUAL(free_one(0), 0);
        uint64_t called = calls(&test_records[0]);

        CHECK_EQUAL(calls(&test_records[1]), called);
        CHECK_EQUAL(arrived, 0);
        CHECK_EQUAL(error, 0);
        CHECK_EQUAL(ended, 0);
        delay_us(SETTLE_US);
        CHECK_EQUAL(calls(&test_records[0]), called);
    }
}

SELFTEST(msi, free_waits_for_the_running_handler, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_free_waits);
}

/* ---- msi: undo ---- */

/* A fault hits the request of slot i, which is free. */
static void check_request_undone(unsigned i, unsigned fault, uint64_t argument, int expected)
{
    struct irq_inventory before = take_inventory();

    CHECK(twin_inject(fault, argument, 1));
    CHECK_EQUAL(request_ring(i, 0), expected);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    /* Nothing of it stays mapped: the same source can be had now. */
    CHECK_EQUAL(request_ring(i, 0), 0);
    CHECK_EQUAL(free_one(i), 0);
    struct irq_inventory again = take_inventory();

    CHECK(inventories_equal(&before, &again));
}

static void body_route_refused(void)
{
    check_request_undone(0, AM65X_FAULT_SCI_NAK, MESSAGE_RM_IRQ_SET, -EACCES);
}

SELFTEST(msi, refused_route_is_undone, 60)
{
    if (!twin_present())
        SKIP("needs a system firmware that refuses on demand");
    with_rings(body_route_refused);
}

/* With every VINT shared the request's only message is the event's mapping. */
static void body_event_refused(void)
{
    unsigned last = (test_rings.count < SOURCES_MAX ? test_rings.count : SOURCES_MAX) - 1u;

    for (unsigned i = 0; i < last; i++)
        CHECK_EQUAL(request_ring(i, i % core_count()), 0);
    check_request_undone(last, AM65X_FAULT_SCI_NAK, MESSAGE_RM_IRQ_SET, -EACCES);
}

SELFTEST(msi, refused_event_is_undone, 60)
{
    if (!twin_present())
        SKIP("needs a system firmware that refuses on demand");
    with_rings(body_event_refused);
}

static void body_answer_lost(void)
{
    ti_sci_set_timeout_us(SCI_TIMEOUT_SHORT_US);
    check_request_undone(0, AM65X_FAULT_SCI_DROP, 0, -ETIMEDOUT);
    ti_sci_set_timeout_us(SCI_TIMEOUT_US);
}

SELFTEST(msi, lost_answer_is_undone, 60)
{
    if (!twin_present())
        SKIP("needs a system firmware that loses answers on demand");
    with_rings(body_answer_lost);
}

static void body_release_answer_lost(void)
{
    struct irq_inventory before = take_inventory();

    CHECK_EQUAL(request_ring(0, 0), 0);
    ti_sci_set_timeout_us(SCI_TIMEOUT_SHORT_US);
    bool injected = twin_inject(AM65X_FAULT_SCI_DROP, 0, 1);
    int error = free_one(0);

    ti_sci_set_timeout_us(SCI_TIMEOUT_US);
    CHECK(injected);
    CHECK_EQUAL(error, 0); /* asked again, and found to be gone */
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}

SELFTEST(msi, lost_answer_to_a_release_is_made_good, 60)
{
    if (!twin_present())
        SKIP("needs a system firmware that loses answers on demand");
    with_rings(body_release_answer_lost);
}

static void body_release_refused(void)
{
    struct irq_inventory before = take_inventory();

    CHECK_EQUAL(request_ring(0, 0), 0);
    CHECK(twin_inject(AM65X_FAULT_SCI_NAK, MESSAGE_RM_IRQ_FREE, 1));
    CHECK_EQUAL(free_one(0), -EACCES);
    struct irq_inventory kept = take_inventory();

    /* The handle is gone; what may still be mapped is not given to anybody. */
    CHECK_EQUAL(kept.irqs, before.irqs);
    CHECK_EQUAL(kept.events, before.events + 1);
    /* The next request takes it down first. */
    CHECK_EQUAL(request_ring(1, 0), 0);
    CHECK_EQUAL(request_ring(0, 0), 0);
    CHECK_EQUAL(free_one(0), 0);
    CHECK_EQUAL(free_one(1), 0);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}

SELFTEST(msi, refused_release_is_made_good, 60)
{
    if (!twin_present())
        SKIP("needs a system firmware that refuses on demand");
    with_rings(body_release_refused);
}

/* ---- msi: in parallel ---- */

#define PARALLEL_ROUNDS 60u
#define PARALLEL_EACH   4u

/* Each core requests, fires and frees its own interrupts, which run on the next core. */
static void churn(void *argument)
{
    unsigned self = core_id(), first = self * PARALLEL_EACH;

    (void)argument;
    for (unsigned round = 1; round <= PARALLEL_ROUNDS; round++) {
        for (unsigned i = first; i < first + PARALLEL_EACH; i++)
            CHECK_EQUAL(request_ring(i, (self + i) % core_count()), 0);
        for (unsigned i = first; i < first + PARALLEL_EACH; i++)
            CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
        for (unsigned i = first; i < first + PARALLEL_EACH; i++) {
            CHECK_EQUAL(wait_calls(&test_records[i], round), 0);
            CHECK_EQUAL(free_one(i), 0);
        }
    }
}

static void body_parallel(void)
{
    struct irq_inventory before = take_inventory();

    CHECK_EQUAL(run_on_all_cores(churn, NULL, PARALLEL_TIMEOUT_US), 0);
    for (unsigned i = 0; i < core_count() * PARALLEL_EACH; i++)
        CHECK_EQUAL(calls(&test_records[i]), PARALLEL_ROUNDS);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}

SELFTEST(msi, all_cores_request_and_free_at_once, 120)
{
    with_rings(body_parallel);
}

/* ---- msi: wired SPIs ---- */

static void body_wired(void)
{
    unsigned intid, core;
    char text[64];

    CHECK_EQUAL(request_flags(0, 0, 0, IRQ_FLAG_EDGE), 0);
    CHECK(irq_describe(test_irqs[0], text, sizeof(text)) > 0);
    CHECK_EQUAL(sscanf(text, "INTID %u > core %u", &intid, &core), 2);
    CHECK_EQUAL(intid, test_soc.intid_wire);
    CHECK_EQUAL(core, 0);
    CHECK_EQUAL(request_flags(1, 1, 0, 0), -EINVAL);
    check_mask_keeps_the_event();
}

SELFTEST(msi, wired_event_is_kept_while_masked, 60)
{
    with_wire(body_wired);
}

static void body_wired_moves(void)
{
    CHECK_EQUAL(request_flags(0, 0, 0, IRQ_FLAG_EDGE), 0);
    check_moves_lose_nothing(100);
}

SELFTEST(msi, wired_interrupt_moves, 60)
{
    with_wire(body_wired_moves);
}
