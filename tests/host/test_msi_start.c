// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer's parents are brought up although something fails first: each allocation and
 * each question to the system firmware in turn. What failed can be repeated, and leaves nothing.
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "msi/dispatch.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STEPS_MAX 600u

static struct irq_parent *wired, *its, *router, *aggregator;

static const struct intr_output_range ranges[] = {{0, 64, 64}, {64, 448, 64}};
static const struct intr_facts router_facts = {AM65X_DEV_INTR, ranges, 2, MSI_HOST_RESERVE};
static const struct inta_facts aggregator_facts = {AM65X_DEV_INTA, AM65X_INTA_BASE,
                                                   AM65X_INTA_VINTS, 0};

/* Fails each allocation and each question in turn, until start() gets through. Returns how many
 * failed. */
static unsigned start_with_failures(int (*start)(void))
{
    struct irq_inventory before = msi_in_use();

    for (unsigned nth = 1; nth < STEPS_MAX; nth++) {
        host_fail_calls("calloc ti_sci_get_range", nth, 1, -ETIMEDOUT, false);
        int error = start();
        bool failed = host_failed_calls() != 0;

        host_fail_calls(NULL, 1, 0, 0, false);
        if (!failed) {
            assert_int_equal(error, 0);
            return nth - 1;
        }
        if (error != -ENOMEM && error != -ETIMEDOUT)
            fail_msg("step %u fails: error %d", nth, error);
        assert_true(msi_in_use_equal(&before)); /* nothing was entered */
    }
    fail_msg("it never gets through");
    return 0;
}

static int start_machine(void **state)
{
    const struct ti_sci_config sci = AM65X_TI_SCI_CONFIG;

    (void)state;
    host_reset();
    if (gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE) != 0 ||
        its_init(AM65X_GITS_BASE) != 0 || ti_sci_init(&sci) != 0)
        return -1;
    return 0;
}

static int init_layer(void)
{
    return irq_init();
}

static void layer_starts_after_a_failure(void **state)
{
    (void)state;
    assert_int_equal(start_with_failures(init_layer), 1);
    assert_int_equal(irq_core_init(), 0);
    assert_int_equal(irq_init(), -EALREADY);
}

static int init_wired(void)
{
    return irq_wired_init(&wired);
}

static int init_its(void)
{
    return irq_its_init(&its);
}

static int init_router(void)
{
    return irq_intr_init(&router_facts, &router);
}

static void wires_start_after_a_failure(void **state)
{
    (void)state;
    assert_int_equal(start_with_failures(init_wired), 1);
}

/* An ITS, and a GIC that has no LPIs. */
static bool without_lpis;
static unsigned limit_without;

unsigned __real_its_lpi_limit(void);
unsigned __wrap_its_lpi_limit(void);
unsigned __wrap_its_lpi_limit(void)
{
    return without_lpis ? limit_without : __real_its_lpi_limit();
}

static void its_without_lpis_is_no_parent(void **state)
{
    struct irq_inventory before = msi_in_use();

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        unsigned allocations = host_allocations();

        limit_without = i == 0 ? 0 : GIC_INTID_LPI_FIRST;
        without_lpis = true;
        assert_int_equal(irq_its_init(&its), -ENODEV);
        without_lpis = false;
        assert_int_equal(host_allocations(), allocations + 1); /* no table of nothing */
        assert_null(its);
        assert_int_equal(irq_dispatch_lpi_init(limit_without), -ENODEV);
    }
    assert_true(msi_in_use_equal(&before));
}

static void its_starts_after_a_failure(void **state)
{
    struct irq_parent *second;

    (void)state;
    assert_true(start_with_failures(init_its) >= 2);
    assert_int_equal(irq_its_init(&second), -EALREADY);
}

static uint64_t messages_sent(void)
{
    return am65x_counter(AM65X_COUNT_ITS_MESSAGES);
}

static void ids_are_reserved_before_any_device(void **state)
{
    struct irq_inventory before = msi_in_use();
    struct device device = {.name = "early"};

    (void)state;
    assert_int_equal(irq_its_reserve_ids(NULL, 5, 2), -EINVAL);
    assert_int_equal(irq_its_reserve_ids(wired, 5, 2), -EINVAL);
    assert_int_equal(irq_its_reserve_ids(its, 5, 2), -EINVAL); /* messages, and no window */
    assert_int_equal(irq_its_use_window(its, AM65X_PRE_ITS_BASE, AM65X_PRE_ITS_SIZE), 0);
    assert_int_equal(irq_its_reserve_ids(its, 1, 2), -EINVAL);
    assert_int_equal(irq_bind_its(&device, its, 9, 0), 0);
    assert_int_equal(irq_its_reserve_ids(its, 5, 2), -EBUSY);
    assert_int_equal(irq_unbind(&device), 0);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(messages_sent(), 0);
}

/* Each step of the first bind fails in turn; what was done before stays, and the next try goes on
 * from there. */
static void ids_are_reserved_after_failures(void **state)
{
    struct irq_inventory unreserved = msi_in_use(), before, after;
    struct device first = {.name = "first"};
    unsigned failures = 0;
    int error = 0;

    (void)state;
    assert_int_equal(irq_its_reserve_ids(its, 5, 2), 0);
    before = msi_in_use();
    assert_int_equal(before.lpis_free, unreserved.lpis_free - 5);
    for (;; failures++) {
        host_fail_calls("calloc its_map_event", failures + 1, 1, -ETIMEDOUT, false);
        error = irq_bind_its(&first, its, 9, 0);
        bool failed = host_failed_calls() != 0;

        host_fail_calls(NULL, 1, 0, 0, false);
        if (!failed)
            break;
        if (error != -ENOMEM && error != -ETIMEDOUT)
            fail_msg("failure %u: error %d", failures, error);
        after = msi_in_use();
        assert_int_equal(after.its_devices, before.its_devices);
        assert_int_equal(after.lpis, before.lpis);
        assert_true(messages_sent() == 0 || messages_sent() == 2); /* when all have tables */
        assert_true(failures < STEPS_MAX);
    }
    assert_int_equal(error, 0);
    assert_true(failures > 2);
    assert_int_equal(messages_sent(), 2);
    for (uint32_t id = 0; id < 5; id++) {
        struct device device = {.name = "reserved"};

        assert_int_equal(irq_bind_its(&device, its, id, 0), -EBUSY);
    }
    assert_int_equal(irq_its_reserve_ids(its, 5, 2), -EBUSY);
    assert_int_equal(irq_unbind(&first), 0);
    after = msi_in_use();
    assert_memory_equal(&before, &after, sizeof(after));
    assert_int_equal(messages_sent(), 2); /* once and for all */
    assert_int_equal(msi_strays(), 0);
}

static void router_starts_after_a_failure(void **state)
{
    (void)state;
    assert_true(start_with_failures(init_router) >= 3);
}

/* A parent that is no router has no outputs. */
static void aggregator_wants_a_router(void **state)
{
    struct irq_inventory before = msi_in_use();
    struct irq_parent *made = NULL;

    (void)state;
    assert_int_equal(irq_inta_init(&aggregator_facts, wired, &made), -EINVAL);
    assert_int_equal(irq_inta_init(&aggregator_facts, its, &made), -EINVAL);
    assert_int_equal(irq_inta_init(&aggregator_facts, NULL, &made), -EINVAL);
    assert_null(made);
    assert_true(msi_in_use_equal(&before));
}

static int init_aggregator(void)
{
    return irq_inta_init(&aggregator_facts, router, &aggregator);
}

static void aggregator_starts_after_a_failure(void **state)
{
    (void)state;
    assert_true(start_with_failures(init_aggregator) > 5);
}

/* After all that each of them works. */
static void parents_work(void **state)
{
    static const uint16_t intids[] = {200}, inputs[] = {392};
    struct device devices[4] = {
        {.name = "wire"}, {.name = "input"}, {.name = "message"}, {.name = "ring"}};
    struct ti_sci_range rings;
    struct msi_record record = {0};
    struct irq_inventory before = msi_in_use();

    (void)state;
    assert_int_equal(ti_sci_get_range(AM65X_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP, &rings), 0);
    assert_int_equal(irq_bind_wired(&devices[0], wired, intids, 1), 0);
    assert_int_equal(irq_bind_intr(&devices[1], router, inputs, 1), 0);
    assert_int_equal(irq_bind_its(&devices[2], its, 5, 0), 0);
    assert_int_equal(irq_bind_inta(&devices[3], aggregator, AM65X_DEV_RINGACC), 0);
    for (unsigned i = 0; i < 4; i++) {
        const struct irq_request request = {.index = i == 3 ? rings.first : 0,
                                            .handler = msi_note,
                                            .context = &record,
                                            .flags = IRQ_FLAG_EDGE};
        struct irq *irq;

        assert_int_equal(irq_request(&devices[i], &request, &irq), 0);
        assert_int_equal(irq_trigger(irq), 0);
        host_advance_us(1000);
        assert_int_equal(record.calls, i + 1);
        assert_int_equal(irq_free(irq), 0);
        assert_int_equal(irq_unbind(&devices[i]), 0);
    }
    assert_true(msi_in_use_equal(&before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layer_starts_after_a_failure),
        cmocka_unit_test(wires_start_after_a_failure),
        cmocka_unit_test(its_without_lpis_is_no_parent),
        cmocka_unit_test(its_starts_after_a_failure),
        cmocka_unit_test(ids_are_reserved_before_any_device),
        cmocka_unit_test(ids_are_reserved_after_failures),
        cmocka_unit_test(router_starts_after_a_failure),
        cmocka_unit_test(aggregator_wants_a_router),
        cmocka_unit_test(aggregator_starts_after_a_failure),
        cmocka_unit_test(parents_work),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
