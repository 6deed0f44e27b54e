// SPDX-License-Identifier: BSD-3-Clause
/*
 * What functions lose together, and have again: a suspend of the SoC with the host's power on and
 * off, and resets of a bus; on configuration spaces in memory.
 */
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/pci_functions.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NVME     0x010802u
#define NETWORK  0x020000u
#define MASTER   (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)
#define DEVICES  3u
#define IN_TIME  INT64_C(2300000000)
#define IN_TIME2 INT64_C(1200000000)

static struct pci_host host;
static struct pci_model *port, *up, *models[DEVICES];
static struct pci_function *functions[DEVICES];

/* Two devices behind a switch, and one that has no reset of its own behind a bridge there. */
static int set_up(void **state)
{
    struct pci_model *down[DEVICES];

    (void)state;
    host_reset();
    pci_models_start(&host);
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    for (unsigned i = 0; i < DEVICES; i++) {
        down[i] = pci_model_add_bridge(up, i, PCI_EXPRESS_TYPE_DOWNSTREAM);
        models[i] = pci_model_add(down[i], 0, 0, 0x0010, i == 0 ? NVME : NETWORK);
        pci_model_add_bar(models[i], 0, 0x4000, PCI_BAR_MEMORY_64);
        pci_model_add_express(models[i], PCI_EXPRESS_TYPE_ENDPOINT, i != 2);
        pci_model_add_power(models[i], true);
    }
    assert_int_equal(pci_enumerate(&host), 0);
    for (unsigned i = 0; i < DEVICES; i++) {
        functions[i] = pci_model_found(&host, models[i]);
        assert_non_null(functions[i]);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pci_models_stop(&host);
    return 0;
}

static void has_its_registers(unsigned i, uint16_t command)
{
    assert_int_equal(pci_model_get(models[i], PCI_COMMAND, 2), command);
    assert_int_equal(pci_model_get(models[i], PCI_BAR(0), 4) & PCI_BAR_MEMORY_ADDRESS,
                     functions[i]->bars[0].bus);
    assert_ptr_equal(pci_model_found(&host, models[i]), functions[i]); /* by its bus's number */
}

/* ---- suspend ---- */

static char order[64];
static int refusal, told[DEVICES];
static uint16_t command_then;

static void note(char what, const void *context)
{
    const size_t length = strlen(order);

    order[length] = what;
    order[length + 1] = (char)('0' + (int)((struct pci_function *const *)context - functions));
    order[length + 2] = '\0';
}

static int suspend(void *context)
{
    note('d', context);
    return context == &functions[1] ? refusal : 0;
}

static void resume(void *context, int error)
{
    struct pci_function *const *function = context;

    note('u', context);
    told[function - functions] = error;
    if (error == 0)
        (void)pci_read16(*function, PCI_COMMAND, &command_then);
}

static void take_all(int error)
{
    static const struct pci_suspend does = {suspend, resume};

    order[0] = '\0';
    refusal = error;
    memset(told, 0xff, sizeof(told));
    for (unsigned i = 0; i < DEVICES; i++) {
        assert_int_equal(pci_take(functions[i], "test"), 0);
        assert_int_equal(pci_enable(functions[i], true), 0);
        pci_on_suspend(functions[i], &does, &functions[i]);
    }
}

static void goes_on_after_a_suspend(void **state)
{
    (void)state;
    take_all(0);
    assert_int_equal(pci_suspend(&host), 0);
    assert_string_equal(order, "d2d1d0");
    for (unsigned i = 0; i < DEVICES; i++)
        has_its_registers(i, PCI_COMMAND_MEMORY);
    pci_models_reset(); /* power is off */
    assert_int_equal(pci_resume(&host, true), 0);
    assert_string_equal(order, "d2d1d0u0u1u2");
    for (unsigned i = 0; i < DEVICES; i++) {
        assert_int_equal(told[i], 0);
        has_its_registers(i, MASTER);
    }
    assert_int_equal(command_then, MASTER);
}

static void nothing_need_be_lost(void **state)
{
    (void)state;
    take_all(0);
    pci_on_suspend(functions[0], NULL, NULL);
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(pci_suspend(&host), 0);
        has_its_registers(0, PCI_COMMAND_MEMORY);
        assert_int_equal(pci_resume(&host, false), 0);
        for (unsigned i = 0; i < DEVICES; i++)
            has_its_registers(i, MASTER);
    }
    assert_string_equal(order, "d2d1u1u2d2d1u1u2");
}

static void a_driver_refuses(void **state)
{
    (void)state;
    take_all(-EBUSY);
    assert_int_equal(pci_suspend(&host), -EBUSY);
    assert_string_equal(order, "d2d1u2");
    for (unsigned i = 0; i < DEVICES; i++)
        has_its_registers(i, MASTER);
    pci_release(functions[1]); /* and what it does about a suspend has gone */
    order[0] = '\0';
    assert_int_equal(pci_suspend(&host), 0);
    assert_string_equal(order, "d2d0");
    assert_int_equal(pci_suspend(NULL), -EINVAL);
    assert_int_equal(pci_resume(NULL, true), -EINVAL);
}

/* One is pulled out meanwhile, and another one is in the place of a second. */
static void who_is_not_there_is_told(void **state)
{
    int64_t begin;

    (void)state;
    take_all(0);
    assert_int_equal(pci_suspend(&host), 0);
    pci_models_reset();
    models[0]->is_gone = true;
    pci_model_set(models[1], PCI_DEVICE_ID, 2, 0x0011);
    begin = (int64_t)host_now_ns();
    assert_int_equal(pci_resume(&host, true), -ENODEV);
    assert_true((int64_t)host_now_ns() - begin < IN_TIME2); /* one wait for all */
    assert_int_equal(told[0], -ENODEV);
    assert_int_equal(told[1], -ENODEV);
    assert_int_equal(told[2], 0);
    has_its_registers(2, MASTER);
    assert_int_equal(pci_model_get(models[1], PCI_COMMAND, 2), 0);
}

static void without_a_link_all_are_told(void **state)
{
    uint32_t word = 0;
    int64_t begin;

    (void)state;
    take_all(0);
    assert_int_equal(pci_suspend(&host), 0);
    pci_lose(&host);
    begin = (int64_t)host_now_ns();
    assert_int_equal(pci_resume(&host, true), -ENODEV);
    assert_true((int64_t)host_now_ns() - begin < IN_TIME2);
    for (unsigned i = 0; i < DEVICES; i++)
        assert_int_equal(told[i], -ENODEV);
    assert_int_equal(pci_read32(functions[0], 0, &word), -ENODEV);
    assert_int_equal(pci_write16(functions[0], PCI_COMMAND, 0), -ENODEV);
    assert_int_equal(pci_update16(functions[0], PCI_COMMAND, 0, 1), -ENODEV);
    assert_int_equal(pci_enable(functions[0], true), -ENODEV);
    pci_models_reset();
    pci_regain(&host);
    assert_int_equal(pci_restore(&host), 0);
    for (unsigned i = 0; i < DEVICES; i++)
        has_its_registers(i, 0);
}

static void one_that_is_asleep_stays_so(void **state)
{
    (void)state;
    take_all(0);
    assert_int_equal(pci_sleep(functions[1]), 0);
    assert_int_equal(pci_suspend(&host), 0);
    pci_models_reset();
    assert_int_equal(pci_resume(&host, true), 0);
    assert_true(functions[1]->is_asleep);
    has_its_registers(1, 0);
    assert_int_equal(pci_wake(functions[1]), 0);
    has_its_registers(1, MASTER);
}

/* ---- drivers that go while they are told ---- */

#define TELLS_US 1000u
#define LATE_US  1000000u

static int unhook_error;
static bool has_gone, gone_while_told;

static void go(void *context)
{
    unhook_error = pci_on_suspend(context, NULL, NULL);
    has_gone = true;
}

/* Another core has the driver go, which frees what this has in hand. */
static void take_long(void *context, int error)
{
    (void)error;
    assert_int_equal(pci_on_suspend(context, NULL, NULL), -EDEADLK); /* from here it can't */
    assert_int_equal(smp_start(1, go, context), 0);
    delay_us(TELLS_US);
    gone_while_told = has_gone;
}

static void a_driver_goes_when_it_has_been_told(void **state)
{
    static const struct pci_suspend does = {.resume = take_long};

    (void)state;
    has_gone = gone_while_told = false;
    assert_int_equal(pci_take(functions[0], "test"), 0);
    assert_int_equal(pci_on_suspend(functions[0], &does, functions[0]), 0);
    pci_lose(&host);
    pci_tell_lost(&host);
    assert_int_equal(smp_join(1, LATE_US), 0);
    assert_false(gone_while_told);
    assert_true(has_gone);
    assert_int_equal(unhook_error, 0);
    pci_tell_lost(&host); /* nobody is there */
    pci_regain(&host);
}

/* ---- resets of a bus ---- */

static unsigned restored;

static int restore_messages(struct pci_function *function)
{
    restored++;
    return pci_read16(function, PCI_COMMAND, &command_then);
}

static void resets_a_bus(void **state)
{
    struct pci_function *function = functions[2];

    (void)state;
    assert_int_equal(pci_take(function, "test"), 0);
    assert_int_equal(pci_enable(function, true), 0);
    function->restore_messages = restore_messages;
    restored = 0;
    models[2]->not_ready_us = 300000;
    assert_int_equal(pci_reset(function), -ENOTSUP);
    assert_int_equal(pci_reset_bus(function), 0);
    assert_true(models[2]->resets >= 1);
    assert_int_equal(models[2]->early, 0);
    assert_int_equal(models[0]->resets, 0);
    assert_true(restored >= 1);
    assert_int_equal(command_then, PCI_COMMAND_MEMORY);
    has_its_registers(2, MASTER);
    assert_string_equal(function->owner, "test");
}

/* All behind the root port: bridges lose their buses, and have them again. */
static void resets_the_link(void **state)
{
    struct pci_function *top = pci_model_found(&host, up);

    (void)state;
    assert_int_equal(pci_take(top, "test"), 0);
    assert_int_equal(pci_enable(functions[0], true), 0);
    assert_int_equal(pci_reset_bus(top), 0);
    for (unsigned i = 0; i < DEVICES; i++) {
        assert_true(models[i]->resets >= 1);
        assert_int_equal(models[i]->early, 0);
        has_its_registers(i, 0);
        assert_null(functions[i]->owner);
    }
    assert_string_equal(top->owner, "test");
}

static void resets_nothing_that_others_have(void **state)
{
    struct pci_function *top = pci_model_found(&host, up);

    (void)state;
    assert_int_equal(pci_take(functions[1], "other"), 0);
    assert_int_equal(pci_reset_bus(top), -EBUSY);
    assert_null(functions[0]->owner);
    assert_null(functions[2]->owner);
    assert_string_equal(functions[1]->owner, "other");
    for (unsigned i = 0; i < DEVICES; i++)
        assert_int_equal(models[i]->resets, 0);
    assert_int_equal(pci_sleep(functions[2]), 0);
    assert_int_equal(pci_reset_bus(functions[2]), -EBUSY);
    assert_int_equal(pci_reset_bus(pci_model_found(&host, port)), -ENOTSUP);
    assert_int_equal(pci_reset_bus(NULL), -EINVAL);
}

static void tells_of_what_does_not_come_back(void **state)
{
    int64_t begin = (int64_t)host_now_ns();

    (void)state;
    models[2]->reset_us = 5000000;
    assert_int_equal(pci_reset_bus(functions[2]), -ENODEV);
    assert_true((int64_t)host_now_ns() - begin < IN_TIME);
    models[0]->not_ready_us = 5000000;
    assert_int_equal(pci_reset_bus(functions[0]), -ETIMEDOUT);
    models[1]->is_gone = true;
    assert_int_equal(pci_reset_bus(functions[1]), -ENODEV);
}

/* Conventional PCI has a second to come out of a reset. */
static void waits_for_conventional_pci(void **state)
{
    struct pci_model *bridge, *model;
    struct pci_function *function;

    (void)state;
    pci_models_stop(&host);
    pci_models_start(&host);
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    bridge = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_TO_PCI);
    model = pci_model_add(bridge, 3, 0, 1, NETWORK);
    model->reset_us = 1000000;
    assert_int_equal(pci_enumerate(&host), 0);
    function = pci_model_found(&host, model);
    assert_int_equal(pci_reset_bus(function), 0);
    assert_int_equal(model->early, 0);
    assert_true(model->resets >= 1);
}

static int errors[3];

static void call_in_interrupt(void *function)
{
    errors[0] = pci_reset_bus(function);
    errors[1] = pci_suspend(&host);
    errors[2] = pci_resume(&host, true);
}

static void waits_in_thread_context_only(void **state)
{
    (void)state;
    host_run_in_interrupt(call_in_interrupt, functions[2]);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(errors[i], -EDEADLK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(goes_on_after_a_suspend),
        TEST(nothing_need_be_lost),
        TEST(a_driver_refuses),
        TEST(who_is_not_there_is_told),
        TEST(without_a_link_all_are_told),
        TEST(one_that_is_asleep_stays_so),
        TEST(a_driver_goes_when_it_has_been_told),
        TEST(resets_a_bus),
        TEST(resets_the_link),
        TEST(resets_nothing_that_others_have),
        TEST(tells_of_what_does_not_come_back),
        TEST(waits_for_conventional_pci),
        TEST(waits_in_thread_context_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
