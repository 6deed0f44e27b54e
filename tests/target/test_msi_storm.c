// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts that nobody has requested, and interrupts that come without end: they are counted,
 * logged once and masked, and other interrupts and threads go on meanwhile.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "msi/internal.h"
#include "msi/parents/inta_registers.h"
#include "root/root.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"

#include <stdio.h>
#include <string.h>

#define LIMIT           2000u       /* calls within */
#define LIMIT_WINDOW_US 1000000000u /* however slow the machine is */
#define STORM_US        60000000u

/* ---- storms ---- */

/* Raises itself again: as a device whose handler does not quiet it. */
static struct irq *restless;
static struct inta_vint_registers *restless_vint;
static uint64_t restless_bit;

static struct inta_vint_registers *registers_of(unsigned vint)
{
    return (struct inta_vint_registers *)(uintptr_t)(test_soc.inta_base + vint * INTA_VINT_STRIDE);
}

static enum irq_return raise_event_again(void *context)
{
    struct record *record = context;

    __atomic_add_fetch(&record->calls, 1, __ATOMIC_SEQ_CST);
    mmio_write64((uintptr_t)&restless_vint->status_set, restless_bit);
    return IRQ_NONE;
}

static enum irq_return raise_wire_again(void *context)
{
    struct record *record = context;

    __atomic_add_fetch(&record->calls, 1, __ATOMIC_SEQ_CST);
    (void)root_set_pending(test_soc.intid_wire);
    return IRQ_NONE;
}

static bool is_masked(void *argument)
{
    return strcmp(irq_state_name(argument), "storm") == 0;
}

/* Source `index` storms on this core. Meanwhile source `other`, on the same core, and this thread
 * still run, and after LIMIT calls the storm is masked. */
static void take_storm(irq_handler_t handler, uint32_t index, uint32_t other)
{
    const struct irq_request request = {.index = index,
                                        .handler = handler,
                                        .context = &test_records[0],
                                        .name = "restless",
                                        .flags = IRQ_FLAG_EDGE,
                                        .core = core_id()};
    uint64_t storms = take_inventory().storms;

    if (other != index)
        CHECK_EQUAL(request_flags(1, other, core_id(), IRQ_FLAG_EDGE), 0);
    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
    restless = test_irqs[0];
    if (handler == raise_event_again) {
        struct inta_route route;

        CHECK(read_route(restless, &route));
        restless_vint = registers_of(route.vint);
        restless_bit = UINT64_C(1) << route.bit;
    }
    CHECK_EQUAL(irq_trigger(restless), 0);
    if (other != index) {
        CHECK_EQUAL(irq_trigger(test_irqs[1]), 0);
        CHECK_EQUAL(wait_calls(&test_records[1], 1), 0);
    }
    CHECK_EQUAL(wait_for(is_masked, restless, STORM_US), 0);
    delay_us(SETTLE_US);
    uint64_t stopped_at = calls(&test_records[0]);

    CHECK_EQUAL(stopped_at, LIMIT);
    CHECK_EQUAL(take_inventory().storms, storms + 1);
    irq_service(); /* tells it */
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), stopped_at);
    if (other != index) {
        CHECK_EQUAL(irq_trigger(test_irqs[1]), 0);
        CHECK_EQUAL(wait_calls(&test_records[1], 2), 0);
    }
    /* The driver may try again: the event that was kept arrives, and the next storm is caught. */
    irq_unmask(restless);
    CHECK_EQUAL(wait_for(is_masked, restless, STORM_US), 0);
    CHECK_EQUAL(calls(&test_records[0]), 2 * LIMIT);
    CHECK_EQUAL(take_inventory().storms, storms + 2);
    irq_service();
}

static void body_event_storm(void)
{
    take_storm(raise_event_again, ring_index(0), ring_index(1));
}

SELFTEST(msi_storm, storm_of_an_event_is_masked_and_stops_nobody, 60)
{
    irq_set_storm_limit(LIMIT, LIMIT_WINDOW_US);
    with_rings(body_event_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

static void body_wire_storm(void)
{
    take_storm(raise_wire_again, 0, 0);
}

SELFTEST(msi_storm, storm_of_a_wire_is_masked, 60)
{
    irq_set_storm_limit(LIMIT, LIMIT_WINDOW_US);
    with_wire(body_wire_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

static void body_busy_is_no_storm(void)
{
    CHECK_EQUAL(request_ring(0, 0), 0);
    for (unsigned i = 1; i <= 3 * LIMIT; i++) {
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        CHECK_EQUAL(wait_calls(&test_records[0], i), 0);
    }
    CHECK(!is_masked(test_irqs[0]));
}

SELFTEST(msi_storm, many_interrupts_are_no_storm, 60)
{
    uint64_t storms = take_inventory().storms;

    irq_set_storm_limit(LIMIT, 1000); /* a call each half microsecond: none that waits can */
    with_rings(body_busy_is_no_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    CHECK_EQUAL(take_inventory().storms, storms);
}

/* ---- strays ---- */

SELFTEST(msi_storm, wire_without_an_owner_is_counted_and_masked, 60)
{
    const unsigned orphan = test_soc.intid_wire + 1u;
    uint64_t before = take_inventory().stray;

    CHECK_EQUAL(root_configure(orphan, ROOT_EDGE, ROOT_PRIORITY_DEFAULT), 0);
    CHECK_EQUAL(root_set_affinity(orphan, core_id()), 0);
    CHECK_EQUAL(root_enable(orphan), 0);
    for (unsigned i = 1; i <= IRQ_STRAY_LIMIT; i++) {
        CHECK(root_is_enabled(orphan));
        CHECK_EQUAL(root_set_pending(orphan), 0);
        delay_us(50);
        irq_service();
        CHECK_EQUAL(take_inventory().stray, before + i);
    }
    CHECK(!root_is_enabled(orphan));
    CHECK_EQUAL(root_set_pending(orphan), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(take_inventory().stray, before + IRQ_STRAY_LIMIT);
    CHECK_EQUAL(root_clear_pending(orphan), 0);
}

/* A status bit that somebody enabled though no event is mapped to it. */
static void body_stray_bit(void)
{
    struct inta_route route;
    uint64_t before = take_inventory().stray;

    CHECK_EQUAL(request_ring(0, core_id()), 0);
    CHECK(read_route(test_irqs[0], &route));
    struct inta_vint_registers *vint = registers_of(route.vint);
    uint64_t bit = UINT64_C(1) << 63;

    mmio_write64((uintptr_t)&vint->enable_set, bit);
    mmio_write64((uintptr_t)&vint->status_set, bit);
    delay_us(SETTLE_US);
    CHECK_EQUAL(take_inventory().stray, before + 1);
    CHECK_EQUAL(mmio_read64((uintptr_t)&vint->enable_set) & bit, 0);
    irq_service();
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0); /* its neighbour is unharmed */
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
}

SELFTEST(msi_storm, status_bit_without_an_owner_is_masked, 60)
{
    with_rings(body_stray_bit);
}
