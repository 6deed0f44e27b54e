// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the interrupt layer's functions say to arguments that are none: the error that the header
 * promises, and nothing has changed. And the last that are some, beside the first that are none.
 */
#include "arch/core.h"
#include "drivers/gic/gic.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/local.h"
#include "msi/report.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DEVICE_ID   43u
#define EVENT_BITS  6u
#define EVENTS      (1u << EVENT_BITS)
#define EVENT_LIMIT 16u
#define SETTLE_US   2000u

static const uint16_t intids[] = {200, 255, 256, 31};
static const uint16_t inputs[] = {392};
static struct device device;
static struct msi_record record, other;
static struct irq_inventory before;

static int set_up(void **state)
{
    (void)state;
    device = (struct device){.name = "arguments"};
    record = other = (struct msi_record){0};
    before = msi_in_use();
    return 0;
}

static int tear_down(void **state)
{
    return msi_in_use_equal(&before) ? msi_case_end(state) : -1;
}

/* ---- binding ---- */

static void only_devices_are_bound_and_only_to_their_kind_of_parent(void **state)
{
    struct irq_parent *parents[] = {NULL, msi_case.wired, msi_case.router, msi_case.aggregator,
                                    msi_case.its};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        if (i != 1)
            assert_int_equal(irq_bind_wired(&device, parents[i], intids, 1), -EINVAL);
        if (i != 2)
            assert_int_equal(irq_bind_intr(&device, parents[i], inputs, 1), -EINVAL);
        if (i != 3)
            assert_int_equal(irq_bind_inta(&device, parents[i], AM65X_DEV_RINGACC), -EINVAL);
        if (i != 4)
            assert_int_equal(irq_bind_its(&device, parents[i], DEVICE_ID, 1), -EINVAL);
        if (i != 4)
            assert_int_equal(irq_its_use_window(parents[i], 0, 0), -EINVAL);
        assert_null(device.interrupts);
    }
    assert_int_equal(irq_bind_wired(NULL, msi_case.wired, intids, 1), -EINVAL);
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, NULL, 1), -EINVAL);
    assert_int_equal(irq_bind_intr(NULL, msi_case.router, inputs, 1), -EINVAL);
    assert_int_equal(irq_bind_intr(&device, msi_case.router, NULL, 1), -EINVAL);
    assert_int_equal(irq_bind_inta(NULL, msi_case.aggregator, AM65X_DEV_RINGACC), -EINVAL);
    assert_int_equal(irq_bind_its(NULL, msi_case.its, DEVICE_ID, 1), -EINVAL);
    assert_int_equal(irq_bind_its(&device, msi_case.its, DEVICE_ID, EVENT_LIMIT + 1), -EINVAL);
    assert_int_equal(irq_bind_its(&device, msi_case.its, DEVICE_ID, EVENT_LIMIT), -ENOSPC);
    assert_null(device.interrupts);
    assert_int_equal(irq_unbind(NULL), -EINVAL);
    assert_int_equal(irq_unbind(&device), -ENODEV);
    assert_int_equal(irq_restore_messages(NULL), -ENODEV);
    assert_int_equal(irq_restore_messages(&device), -ENODEV);
}

/* ---- requesting ---- */

static struct irq_request sound(uint32_t index)
{
    return (struct irq_request){.index = index, .handler = msi_note, .context = &record, .core = 0};
}

static int try(const struct irq_request *request, unsigned count)
{
    struct irq *irqs[IRQ_BLOCK_MAX] = {NULL};
    int error = irq_request_block(&device, request, count, 0, irqs);

    if (error == 0)
        assert_int_equal(irq_free_block(irqs, count), 0);
    for (unsigned i = 0; i < count && i < IRQ_BLOCK_MAX; i++)
        assert_null(irqs[i]);
    return error;
}

static void requests_that_make_no_sense_are_refused(void **state)
{
    struct irq_request request = sound(0);
    struct irq *irq = NULL;

    (void)state;
    assert_int_equal(irq_request(&device, &request, &irq), -ENODEV);
    assert_int_equal(irq_bind_its(&device, msi_case.its, DEVICE_ID, EVENT_BITS), 0);
    assert_int_equal(irq_request(NULL, &request, &irq), -EINVAL);
    assert_int_equal(irq_request(&device, NULL, &irq), -EINVAL);
    assert_int_equal(irq_request(&device, &request, NULL), -EINVAL);
    assert_int_equal(irq_request_block(&device, &request, 2, 0, NULL), -EINVAL);
    request.handler = NULL;
    assert_int_equal(try(&request, 1), -EINVAL);
    request = sound(0);
    for (uint32_t flags = 4; flags != 0; flags <<= 1) {
        request.flags = flags;
        assert_int_equal(try(&request, 1), -EINVAL);
    }
    request.flags = IRQ_FLAG_EDGE | IRQ_FLAG_MASKED;
    assert_int_equal(try(&request, 1), 0);
    request = sound(0);
    request.core = core_count();
    assert_int_equal(try(&request, 1), -EINVAL);
    request.core = core_count() - 1;
    assert_int_equal(try(&request, 1), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

static void blocks_are_powers_of_two_and_lie_inside(void **state)
{
    (void)state;
    assert_int_equal(irq_bind_its(&device, msi_case.its, DEVICE_ID, EVENT_BITS), 0);
    for (unsigned count = 0; count <= 65; count++) {
        bool allowed =
            count == 1 || count == 2 || count == 4 || count == 8 || count == 16 || count == 32;

        for (uint32_t index = 0; index <= EVENTS; index++) {
            struct irq_request request = sound(index);
            bool fits = allowed && index % count == 0 && index + count <= EVENTS;

            assert_int_equal(try(&request, count), fits ? 0 : -EINVAL);
        }
        struct irq_request anywhere = sound(IRQ_INDEX_ANY);

        assert_int_equal(try(&anywhere, count), allowed ? 0 : -EINVAL);
    }
    assert_int_equal(irq_unbind(&device), 0);
}

static void wires_have_no_any_index_and_their_intids_are_spis(void **state)
{
    struct irq_request request = sound(IRQ_INDEX_ANY);

    (void)state;
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 4), 0);
    assert_int_equal(try(&request, 1), -EINVAL);
    for (request.index = 0; request.index < 5; request.index++)
        assert_int_equal(try(&request, 1), request.index < 2 ? 0 : -EINVAL);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- handles ---- */

static void handles_that_are_none_are_refused(void **state)
{
    struct irq *none[2] = {NULL, NULL};
    struct irq_request request = sound(0);
    struct irq *irq = NULL;

    (void)state;
    assert_int_equal(irq_free(NULL), -EINVAL);
    assert_int_equal(irq_free_block(NULL, 1), -EINVAL);
    assert_int_equal(irq_free_block(none, 2), 0);
    assert_int_equal(irq_set_affinity(NULL, 0), -EINVAL);
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
    assert_int_equal(irq_request(&device, &request, &irq), 0);
    assert_int_equal(irq_set_affinity(irq, core_count()), -EINVAL);
    assert_int_equal(irq_core(irq), 0);
    assert_int_equal(irq_set_affinity(irq, core_count() - 1), 0);
    assert_int_equal(irq_core(irq), core_count() - 1);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

static void cores_that_are_none_are_refused(void **state)
{
    (void)state;
    assert_int_equal(irq_evacuate_core(core_count()), -EINVAL);
    assert_int_equal(irq_admit_core(core_count()), -EINVAL);
    for (unsigned core = 1; core < core_count(); core++)
        assert_int_equal(irq_evacuate_core(core), 0);
    assert_int_equal(irq_evacuate_core(0), -EINVAL);
    for (unsigned core = 1; core < core_count(); core++)
        assert_int_equal(irq_admit_core(core), 0);
    assert_int_equal(irq_evacuate_core(0), 0);
    assert_int_equal(irq_admit_core(0), 0);
}

/* ---- SGIs and PPIs ---- */

static void sgis_have_one_handler_and_some_are_the_layers(void **state)
{
    (void)state;
    for (unsigned sgi = 0; sgi <= 16; sgi++) {
        bool free = sgi >= 2 && sgi < 16;
        int error = irq_sgi_request(sgi, msi_note, &record);

        assert_int_equal(error, free ? 0 : -EINVAL);
        if (free) {
            uint64_t calls = msi_calls(&record);

            assert_int_equal(irq_sgi_request(sgi, msi_note, &other), -EBUSY);
            gic_send_sgi(0, sgi);
            host_advance_us(SETTLE_US);
            assert_int_equal(msi_calls(&record), calls + 1);
            assert_int_equal(msi_calls(&other), 0);
        }
        assert_int_equal(irq_sgi_free(sgi), free ? 0 : -EINVAL);
        assert_int_equal(irq_sgi_free(sgi), free ? 0 : -EINVAL);
    }
    assert_int_equal(irq_sgi_request(5, NULL, &record), -EINVAL);
    assert_int_equal(irq_sgi_request(5, msi_note, &record), 0);
    assert_int_equal(irq_sgi_free(5), 0);
}

static void ppis_have_one_handler_and_the_timer_has_none(void **state)
{
    (void)state;
    for (unsigned intid = 14; intid <= 33; intid++) {
        bool free = intid >= 16 && intid < 32 && intid != IRQ_PPI_TIMER;
        int error = irq_ppi_request(intid, msi_note, &record);

        assert_int_equal(error, free ? 0 : -EINVAL);
        if (free) {
            assert_true(gic_is_enabled(intid));
            assert_int_equal(irq_ppi_request(intid, msi_note, &other), -EBUSY);
        }
        assert_int_equal(irq_ppi_free(intid), free ? 0 : -EINVAL);
        if (free)
            assert_false(gic_is_enabled(intid));
    }
    assert_int_equal(irq_ppi_request(26, NULL, &record), -EINVAL);
    assert_false(gic_is_enabled(26));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- names ---- */

static void an_interrupt_is_called_as_it_was_requested_or_as_its_device(void **state)
{
    struct irq_request request = {.index = 1, .handler = msi_note, .name = "mine"};
    struct irq *named, *unnamed;

    (void)state;
    assert_int_equal(irq_bind_its(&device, msi_case.its, 40, 2), 0);
    assert_int_equal(irq_request(&device, &request, &named), 0);
    request.name = NULL;
    request.index = 3;
    assert_int_equal(irq_request(&device, &request, &unnamed), 0);
    assert_string_equal(irq_name(named), "mine");
    assert_string_equal(irq_device_name(named), "arguments");
    assert_int_equal(irq_index(named), 1);
    assert_string_equal(irq_name(unnamed), "arguments");
    assert_int_equal(irq_index(unnamed), 3);
    assert_int_equal(irq_free(named), 0);
    assert_int_equal(irq_free(unnamed), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_devices_are_bound_and_only_to_their_kind_of_parent),
        TEST(requests_that_make_no_sense_are_refused),
        TEST(blocks_are_powers_of_two_and_lie_inside),
        TEST(wires_have_no_any_index_and_their_intids_are_spis),
        TEST(handles_that_are_none_are_refused),
        TEST(cores_that_are_none_are_refused),
        TEST(sgis_have_one_handler_and_some_are_the_layers),
        TEST(ppis_have_one_handler_and_the_timer_has_none),
        TEST(an_interrupt_is_called_as_it_was_requested_or_as_its_device),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
