// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts of the main domain's devices on an R5F, through two routers one behind the other
 * (msi/parents/chain.c), on the models below the real driver.
 */
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/vim/vim_host.h"
#include "twin/models/am65x.h"
#include "twin/models/models.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SETTLE_US     2000u
#define FIRST_INPUT   436u /* the mailbox's, of the main router */
#define NEAR_OUTPUT   120u
#define NEAR_OUTPUTS  4u /* of host 4's */
#define FAR_INPUT     184u
#define FAR_OUTPUTS   64u
#define SOMEBODYS     63u /* an output of the far router */
#define INPUT_FAR_VIM 160u
#define SOURCES       5u

static struct irq_parent *near, *far, *chain;
static struct device devices;
static struct msi_record records[SOURCES];

static int start(void **state)
{
    static const struct intr_output_range near_range[] = {{NEAR_OUTPUT, FAR_INPUT, 8}};
    static const struct intr_output_range far_range[] = {{0, INTID_OF(INPUT_FAR_VIM), FAR_OUTPUTS}};
    const struct intr_facts near_facts = {DEV_MAIN_INTR, near_range, 1, 0};
    const struct intr_facts far_facts = {DEV_MAIN2MCU_LVL, far_range, 1, 0};

    return msi_case_start(state) != 0 || irq_intr_init(&near_facts, &near) != 0 ||
                   irq_intr_init(&far_facts, &far) != 0 || irq_chain_init(near, far, &chain) != 0
               ? -1
               : 0;
}

static int set_up(void **state)
{
    static const uint16_t inputs[SOURCES] = {FIRST_INPUT, FIRST_INPUT + 1, FIRST_INPUT + 2,
                                             FIRST_INPUT + 3, FIRST_INPUT - 1};

    (void)state;
    memset(records, 0, sizeof(records));
    devices = (struct device){.name = "mailbox"};
    assert_int_equal(irq_bind_chain(&devices, chain, inputs, SOURCES), 0);
    return 0;
}

static int tear_down(void **state)
{
    return irq_unbind(&devices) != 0 ? -1 : msi_case_end(state);
}

static int request(uint32_t index, struct irq **irq)
{
    const struct irq_request request = {
        .index = index, .handler = msi_note, .context = &records[index]};

    return irq_request(&devices, &request, irq);
}

static void line(unsigned input, bool high)
{
    intr_input(DEV_MAIN_INTR, input, high);
    host_advance_us(SETTLE_US);
}

static enum irq_return drop_line(void *context)
{
    intr_input(DEV_MAIN_INTR, FIRST_INPUT, false);
    return msi_note(context);
}

static void a_level_goes_through_both(void **state)
{
    const struct irq_inventory before = msi_in_use();
    const struct irq_request request = {.handler = drop_line, .context = &records[0]};
    struct irq *irq;
    char text[160];

    (void)state;
    assert_int_equal(irq_request(&devices, &request, &irq), 0);
    (void)irq_describe(irq, text, sizeof(text));
    assert_string_equal(text, "INTR input 436 > INTR output 120 > MAIN2MCU input 184 > "
                              "MAIN2MCU output 0 > INTID 192 > core 0");
    for (unsigned i = 1; i <= 3; i++) {
        line(FIRST_INPUT, true);
        assert_int_equal(msi_calls(&records[0]), i);
    }
    irq_mask(irq);
    line(FIRST_INPUT, true);
    assert_int_equal(msi_calls(&records[0]), 3);
    irq_unmask(irq);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[0]), 4);
    assert_int_equal(irq_set_affinity(irq, 0), 0);
    assert_int_equal(irq_free(irq), 0);
    assert_true(msi_in_use_equal(&before));
    line(FIRST_INPUT, true);
    assert_int_equal(msi_calls(&records[0]), 4);
    line(FIRST_INPUT, false);
}

/* By both routers; also if what is asked, or its answer, gets lost on the way. */
static void what_the_firmware_lost_is_there_again(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_DROP, AM65X_FAULT_SCI_LOST};
    const struct irq_inventory before = msi_in_use();
    const uint64_t others = am65x_counter(AM65X_COUNT_ROUTES);
    const struct irq_request request = {.handler = drop_line, .context = &records[0]};
    struct irq *irq;

    (void)state;
    assert_int_equal(irq_request(&devices, &request, &irq), 0);
    assert_int_equal(irq_restore_routes(), 0); /* nothing was lost */
    for (unsigned turn = 0; turn < 6; turn++) {
        uint64_t calls = msi_calls(&records[0]);

        am65x_lose_interrupts();
        assert_true(am65x_inject_after(faults[turn % 2], 0, turn / 2, 1));
        assert_int_equal(irq_restore_routes(), 0);
        assert_true(am65x_inject(faults[turn % 2], 0, 0));
        assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), others + 2);
        line(FIRST_INPUT, true);
        assert_int_equal(msi_calls(&records[0]), calls + 1);
    }
    assert_int_equal(irq_free(irq), 0);
    assert_true(msi_in_use_equal(&before));
}

static void there_are_as_many_as_the_near_one_has_outputs(void **state)
{
    const struct irq_inventory before = msi_in_use();
    struct irq *irqs[SOURCES];

    (void)state;
    for (unsigned i = 0; i < NEAR_OUTPUTS; i++)
        assert_int_equal(request(i, &irqs[i]), 0);
    assert_int_equal(request(NEAR_OUTPUTS, &irqs[NEAR_OUTPUTS]), -ENOSPC);
    assert_int_equal(irq_trigger(irqs[2]), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[2]), 1);
    for (unsigned i = 0; i < NEAR_OUTPUTS; i++)
        assert_int_equal(irq_free(irqs[i]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* Somebody else has the far router's inputs: what the near one has been asked for is given back. */
static void a_far_router_that_refuses_leaves_nothing(void **state)
{
    const struct irq_inventory before = msi_in_use();
    struct irq *irq;

    (void)state;
    for (unsigned i = 0; i < NEAR_OUTPUTS; i++)
        assert_true(
            intr_map(DEV_MAIN2MCU_LVL, (uint16_t)(FAR_INPUT + i), (uint16_t)(SOMEBODYS - i)));
    assert_int_equal(request(0, &irq), -EACCES);
    assert_true(msi_in_use_equal(&before));
    for (unsigned i = 0; i < NEAR_OUTPUTS; i++)
        assert_true(
            intr_unmap(DEV_MAIN2MCU_LVL, (uint16_t)(FAR_INPUT + i), (uint16_t)(SOMEBODYS - i)));
    assert_int_equal(request(0, &irq), 0);
    assert_int_equal(irq_free(irq), 0);
}

/* How a route of the interrupt's looks, by its description. */
static unsigned number_behind(const struct irq *irq, const char *words)
{
    char text[160];

    (void)irq_describe(irq, text, sizeof(text));
    return (unsigned)strtoul(strstr(text, words) + strlen(words), NULL, 10);
}

/* Its route has gone: it can't be released, and is held until it can. */
static void hold_and_come_back(uint16_t device, uint16_t input, uint16_t output, struct irq *irq)
{
    struct irq_inventory inventory;

    assert_true(intr_unmap(device, input, output));
    assert_int_equal(irq_free(irq), -EACCES);
    irq_get_inventory(&inventory);
    assert_int_equal(inventory.held, 1);
    assert_int_equal(request(1, &irq), 0); /* tries again, in vain */
    assert_int_equal(irq_free(irq), 0);
    irq_get_inventory(&inventory);
    assert_int_equal(inventory.held, 1);
    assert_true(intr_map(device, input, output));
    assert_int_equal(request(1, &irq), 0);
    irq_get_inventory(&inventory);
    assert_int_equal(inventory.held, 0);
    assert_int_equal(irq_free(irq), 0);
}

static void what_can_not_be_released_is_tried_again(void **state)
{
    const struct irq_inventory before = msi_in_use();
    struct irq *irq;

    (void)state;
    assert_int_equal(request(0, &irq), 0);
    hold_and_come_back(DEV_MAIN2MCU_LVL, (uint16_t)number_behind(irq, "MAIN2MCU input "),
                       (uint16_t)number_behind(irq, "MAIN2MCU output "), irq);
    assert_int_equal(request(0, &irq), 0);
    hold_and_come_back(DEV_MAIN_INTR, FIRST_INPUT, (uint16_t)number_behind(irq, "INTR output "),
                       irq);
    assert_true(msi_in_use_equal(&before));
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const uint16_t inputs[] = {FIRST_INPUT};
    struct device other = {.name = "other"};
    struct irq_parent *parent;

    (void)state;
    assert_int_equal(irq_chain_init(msi_case.wired, far, &parent), -EINVAL);
    assert_int_equal(irq_chain_init(near, NULL, &parent), -EINVAL);
    assert_int_equal(irq_bind_chain(&other, near, inputs, 1), -EINVAL);
    assert_int_equal(irq_bind_chain(&other, NULL, inputs, 1), -EINVAL);
    assert_int_equal(irq_bind_chain(NULL, chain, inputs, 1), -EINVAL);
    assert_int_equal(irq_bind_chain(&other, chain, NULL, 1), -EINVAL);
    assert_int_equal(irq_bind_intr(&other, chain, inputs, 1), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_level_goes_through_both),
        TEST(what_the_firmware_lost_is_there_again),
        TEST(there_are_as_many_as_the_near_one_has_outputs),
        TEST(a_far_router_that_refuses_leaves_nothing),
        TEST(what_can_not_be_released_is_tried_again),
        TEST(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
