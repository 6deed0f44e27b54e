// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which core an interrupt comes to that may be on several: by their number, when it is requested;
 * by their calls, in irq_balance(); never out of what the request allows, nor on a core that left.
 */
#include "msi/balance.h"

#include "msi/irq.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE_ID  77u
#define EVENT_BITS 5u
#define IRQS       12u
#define SETTLE_US  50u

static struct device device = {.name = "spread"};
static struct irq *irqs[IRQS];
static struct msi_record records[IRQS];

static int bind_device(void **state)
{
    (void)state;
    memset(records, 0, sizeof(records));
    assert_int_equal(irq_bind_its(&device, msi_case.its, DEVICE_ID, EVENT_BITS), 0);
    return 0;
}

static int free_all(void **state)
{
    for (unsigned core = 0; core < core_count(); core++)
        assert_int_equal(irq_admit_core(core), 0);
    assert_int_equal(irq_free_block(irqs, IRQS), 0);
    assert_int_equal(irq_unbind(&device), 0);
    return msi_case_end(state);
}

static int request(unsigned i, uint32_t core, uint32_t cores)
{
    const struct irq_request request = {
        .index = i, .handler = msi_note, .context = &records[i], .core = core, .cores = cores};

    return irq_request(&device, &request, &irqs[i]);
}

static void fire(unsigned i, unsigned times)
{
    for (unsigned n = 0; n < times; n++) {
        assert_int_equal(irq_trigger(irqs[i]), 0);
        host_advance_us(SETTLE_US);
    }
}

static unsigned on_core(unsigned core)
{
    unsigned count = 0;

    for (unsigned i = 0; i < IRQS; i++)
        count += irqs[i] != NULL && irq_core(irqs[i]) == core;
    return count;
}

static void requests_go_where_fewest_are(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(request(i, 0, 0), 0); /* that is what they want */
    assert_int_equal(request(3, 2, 0), 0);
    for (unsigned i = 4; i < IRQS; i++)
        assert_int_equal(request(i, IRQ_CORE_ANY, 0), 0);
    for (unsigned core = 0; core < 4; core++)
        assert_int_equal(on_core(core), 3);
    for (unsigned i = 0; i < IRQS; i += 5) {
        unsigned core = irq_core(irqs[i]);

        assert_int_equal(irq_free(irqs[i]), 0);
        assert_int_equal(request(i, IRQ_CORE_ANY, 0), 0);
        assert_int_equal(irq_core(irqs[i]), core); /* where the gap is */
    }
    unsigned left = irq_core(irqs[5]), to = (left + 1) % 4;

    assert_int_equal(irq_set_affinity(irqs[5], to), 0); /* which leaves another one */
    for (unsigned i = 0; i < 5; i++)
        if (irq_core(irqs[i]) == to) {
            assert_int_equal(irq_free(irqs[i]), 0);
            assert_int_equal(request(i, IRQ_CORE_ANY, 0), 0);
            assert_int_equal(irq_core(irqs[i]), left);
            return;
        }
    assert_true(!"one of the first is there");
}

static void masks_are_kept(void **state)
{
    (void)state;
    assert_int_equal(request(0, IRQ_CORE_ANY, 1u << 7), -EINVAL);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(request(i, IRQ_CORE_ANY, 1u << 1 | 1u << 3 | 1u << 7), 0);
        assert_true(irq_core(irqs[i]) == 1 || irq_core(irqs[i]) == 3);
    }
    assert_int_equal(on_core(1), 3);
    assert_int_equal(irq_evacuate_core(1), 0);
    assert_int_equal(on_core(3), 6); /* the other one that they may be on */
    assert_int_equal(request(6, IRQ_CORE_ANY, 1u << 1), 0);
    assert_int_not_equal(irq_core(irqs[6]), 1); /* there is none: then anywhere */
    assert_int_equal(irq_evacuate_core(3), 0);
    assert_int_equal(on_core(1) + on_core(3), 0);
}

static void numbers_are_balanced_where_nothing_was_called(void **state)
{
    struct irq_balance result;

    (void)state;
    for (unsigned core = 1; core < 4; core++)
        assert_int_equal(irq_evacuate_core(core), 0);
    for (unsigned i = 0; i < IRQS; i++)
        assert_int_equal(request(i, i == 0 ? 0 : IRQ_CORE_ANY, 0), 0);
    for (unsigned core = 1; core < 4; core++)
        assert_int_equal(irq_admit_core(core), 0);
    assert_int_equal(on_core(0), IRQS);
    assert_int_equal(irq_balance(&result), 0);
    assert_int_equal(result.moved, 9);
    for (unsigned core = 0; core < 4; core++) {
        assert_int_equal(on_core(core), 3);
        assert_int_equal(result.irqs[core], 3);
        assert_int_equal(result.calls[core], 0);
    }
    assert_int_equal(irq_core(irqs[0]), 0); /* it asked for it */
    assert_int_equal(irq_balance(&result), 0);
    assert_int_equal(result.moved, 0);
    for (unsigned i = 0; i < IRQS; i++) {
        fire(i, 1);
        assert_int_equal(records[i].calls, 1);
        assert_int_equal(records[i].core, irq_core(irqs[i]));
    }
}

static void calls_are_balanced(void **state)
{
    struct irq_balance result;

    (void)state;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(request(i, IRQ_CORE_ANY, 0), 0);
    /* Two on each core; the work is all on one. */
    for (unsigned i = 0; i < 8; i++)
        if (irq_core(irqs[i]) == 2)
            fire(i, 40);
    assert_int_equal(irq_balance(&result), 0);
    assert_true(result.moved >= 1);
    uint64_t most = 0, sum = 0;

    for (unsigned core = 0; core < 4; core++) {
        most = result.calls[core] > most ? result.calls[core] : most;
        sum += result.calls[core];
    }
    assert_int_equal(sum, 80);
    assert_int_equal(most, 40); /* one each */
    assert_int_equal(irq_balance(&result), 0);
    for (unsigned core = 0; core < 4; core++)
        assert_int_equal(result.calls[core], 0); /* since the last time */
}

static void one_that_is_most_of_the_work_stays(void **state)
{
    struct irq_balance result;

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(request(i, IRQ_CORE_ANY, 0), 0);
    fire(0, 40);
    assert_int_equal(irq_balance(&result), 0);
    assert_int_equal(result.moved, 0); /* elsewhere it would be as heavy */
}

static void balance_keeps_to_masks_and_to_cores_that_are_there(void **state)
{
    struct irq_balance result;

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(request(i, IRQ_CORE_ANY, 1u << 0 | 1u << 1), 0);
    for (unsigned i = 4; i < 8; i++)
        assert_int_equal(request(i, 0, 0), 0);
    assert_int_equal(irq_evacuate_core(3), 0);
    assert_int_equal(irq_balance(&result), 0);
    assert_int_equal(on_core(0), 4); /* those that stay there */
    assert_int_equal(on_core(1), 4); /* the others may only be here */
    assert_int_equal(on_core(2) + on_core(3), 0);
    for (unsigned i = 8; i < IRQS; i++)
        assert_int_equal(request(i, IRQ_CORE_ANY, 0), 0);
    fire(8, 20);
    assert_int_equal(irq_balance(&result), 0);
    assert_int_equal(on_core(3), 0);
}

static void try_it(void *argument)
{
    struct irq_balance result;

    *(int *)argument = irq_balance(&result);
}

static void handlers_can_not_balance(void **state)
{
    int error = 0;

    (void)state;
    host_run_in_interrupt(try_it, &error);
    assert_int_equal(error, -EDEADLK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bind_device, free_all)
    const struct CMUnitTest tests[] = {
        TEST(requests_go_where_fewest_are),
        TEST(masks_are_kept),
        TEST(numbers_are_balanced_where_nothing_was_called),
        TEST(calls_are_balanced),
        TEST(one_that_is_most_of_the_work_stays),
        TEST(balance_keeps_to_masks_and_to_cores_that_are_there),
        TEST(handlers_can_not_balance),
    };

    return cmocka_run_group_tests_name("test_balance", tests, msi_case_start, NULL);
}
