// SPDX-License-Identifier: BSD-3-Clause
/*
 * A PCI device that nobody here wrote, QEMU's `edu`: its one message (MSI) on each core, masked,
 * joining and leaving the ITS, and with faults. Where it is not plugged in, the tests are skipped
 * (tests/system/pci-messages plugs it in). Devices with many messages: test_pci_firing.c.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/pci/msi.h"
#include "msi/irq.h"
#include "platform/pci.h"
#include "tests/target/counting.h"
#include "tests/target/example_pci.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/pci_firing.h"
#include "tests/target/pci_hosts.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"
#include "twin/service.h"

#include <stdio.h>

#define FIRES      4u
#define JOINS      300u
#define MANY_JOINS 10000u
#define LONG_US    (UINT64_C(50) * 1000000) /* the tests have a minute at least */

static struct example_pci edu;

static int wait_count(const uint64_t *counter, uint64_t count)
{
    return wait_for_count(counter, count, LONG_US);
}

/* The body runs with it open; afterwards all is as it was. */
static void with_edu(void (*body)(void))
{
    struct pci_function *function = test_pci_find_id(EXAMPLE_PCI_VENDOR, EXAMPLE_PCI_DEVICE);

    if (function == NULL)
        SKIP("no edu is plugged in");

    struct irq_inventory before = take_inventory(), after;

    CHECK_EQUAL(example_pci_open(&edu, function), 0);
    body();
    CHECK_EQUAL(example_pci_close(&edu), 0);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

static void body_edu_each_core(void)
{
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++) {
        CHECK_EQUAL(irq_set_affinity(edu.irq, core), 0);
        for (unsigned i = 0; i < FIRES; i++) {
            uint64_t before = edu.calls;

            example_pci_raise(&edu);
            CHECK_EQUAL(wait_count(&edu.calls, before + 1), 0);
        }
    }
    CHECK_EQUAL(edu.calls, core_count() * FIRES);
    CHECK_EQUAL(irq_count(edu.irq), core_count() * FIRES);
}

SELFTEST(pci_msi, message_of_a_device_runs_on_each_core, 120)
{
    with_edu(body_edu_each_core);
}

/* It can't mask: the layer keeps what comes. */
static void body_edu_masked(void)
{
    irq_mask(edu.irq);
    example_pci_raise(&edu);
    delay_us(SETTLE_US);
    CHECK_EQUAL(edu.calls, 0);
    irq_unmask(edu.irq);
    CHECK_EQUAL(wait_count(&edu.calls, 1), 0);
    CHECK_EQUAL(irq_restore_messages(&edu.function->device), 0);
    example_pci_raise(&edu);
    CHECK_EQUAL(wait_count(&edu.calls, 2), 0);
}

SELFTEST(pci_msi, message_is_kept_while_masked, 60)
{
    with_edu(body_edu_masked);
}

static void join_and_leave(unsigned count)
{
    struct pci_function *function = test_pci_find_id(EXAMPLE_PCI_VENDOR, EXAMPLE_PCI_DEVICE);

    if (function == NULL)
        SKIP("no edu is plugged in");

    struct irq_inventory before = take_inventory(), after;

    for (unsigned i = 0; i < count && !selftest_failed(); i++) {
        CHECK_EQUAL(example_pci_open(&edu, function), 0);
        if (i % 16 == 0) {
            example_pci_raise(&edu);
            CHECK_EQUAL(wait_count(&edu.calls, 1), 0);
        }
        CHECK_EQUAL(example_pci_close(&edu), 0);
    }
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

SELFTEST(pci_msi, joins_and_leaves_lose_nothing, 120)
{
    join_and_leave(JOINS);
}

SELFTEST(soak, pci_function_joins_and_leaves_ten_thousand_times, 1800)
{
    join_and_leave(MANY_JOINS);
}

/* ---- faults ---- */

#define STEPS_MAX       100u
#define EDU_ACKNOWLEDGE 0x64u

struct edu_life {
    int error; /* the first */
    bool is_clean;
};

static void note_error(struct edu_life *life, int error)
{
    if (life->error == 0 && error < 0)
        life->error = error;
}

/* Has its interrupt, on two cores, and gives it back; a message need not have come. */
static void use_edu(struct edu_life *life, struct pci_function *function, bool comes)
{
    struct record record = {0};
    const struct irq_request request = {.handler = note_call, .context = &record, .core = 0};
    const struct example_pci raised = {.registers = edu.registers};
    struct irq *irq;
    int error = irq_request(&function->device, &request, &irq);

    note_error(life, error);
    if (error != 0)
        return;
    note_error(life, irq_set_affinity(irq, core_count() - 1));
    example_pci_raise(&raised);
    if (comes)
        note_error(life, wait_count(&record.calls, 1));
    note_error(life, irq_free(irq));
    mmio_write32(edu.registers + EDU_ACKNOWLEDGE, UINT32_MAX); /* as it was */
}

/* A whole life. What could not be given back is given back at the next try. */
static struct edu_life live(struct pci_function *function, bool comes)
{
    struct edu_life life = {0};
    int error = pci_take(function, "test");

    note_error(&life, error);
    if (error != 0)
        return life;
    note_error(&life, pci_enable(function, true));
    note_error(&life, pci_map_bar(function, 0, &edu.registers, NULL));
    error = pci_interrupts_enable(function, 1, 1);
    note_error(&life, error);
    if (error == 1) {
        use_edu(&life, function, comes);
        error = pci_interrupts_disable(function);
        note_error(&life, error);
        if (error != 0)
            (void)pci_interrupts_disable(function);
    }
    life.is_clean = function->messages == NULL;
    pci_release(function);
    return life;
}

/* The n-th command is refused. Whether there was one; what it brought is told, and undone. */
static bool refuse(struct pci_function *function, unsigned n, unsigned *told)
{
    uint64_t before = 0, after = 0;

    (void)twin_counter(TWIN_COUNTER_ITS_STALLS, &before);
    (void)twin_inject_after(TWIN_FAULT_ITS_STALL, 0, n - 1, 1);

    const struct edu_life life = live(function, false);

    (void)twin_counter(TWIN_COUNTER_ITS_STALLS, &after);
    (void)twin_inject(TWIN_FAULT_ITS_STALL, 0, 0);
    irq_service();
    if (!life.is_clean)
        selftest_fail(__FILE__, __LINE__, "n = %u: error %d, and it can't leave", n, life.error);
    *told += life.error != 0;
    return after != before;
}

SELFTEST(pci_msi, its_that_refuses_any_command_is_told_and_undone, 120)
{
    struct pci_function *function = test_pci_find_id(EXAMPLE_PCI_VENDOR, EXAMPLE_PCI_DEVICE);
    unsigned told = 0, n = 1;

    if (function == NULL)
        SKIP("no edu is plugged in");
    if (!twin_present())
        SKIP("only the twin can be asked for faults");
    CHECK_EQUAL(live(function, true).error, 0);

    struct irq_inventory before = take_inventory(), after;

    for (; n < STEPS_MAX && refuse(function, n, &told) && !selftest_failed(); n++) {
        CHECK_EQUAL(live(function, true).error, 0);
        after = take_inventory();
        CHECK(inventories_equal(&before, &after));
    }
    printf("# %u commands, %u refusals told\n", n - 1, told);
    CHECK(n > 4 && n < STEPS_MAX && told > 0);
}

/* Pulled out while it has an interrupt: masks do no harm, the free works, and nothing is lost. */
static void body_pulled_out(void)
{
    const struct irq_request request = {.index = 1, .handler = note_call, .core = 0};
    struct irq *irq;

    irq_mask(edu.irq);
    CHECK(twin_inject(AM65X_FAULT_PCIE_GONE, 0, 1));
    irq_unmask(edu.irq);
    CHECK(irq_request(&edu.function->device, &request, &irq) != 0);
    CHECK_EQUAL(irq_free(edu.irq), 0);
    CHECK_EQUAL(pci_interrupts_disable(edu.function), 0);
    CHECK(pci_interrupts_enable(edu.function, 1, 1) < 0);
    CHECK(twin_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    CHECK(test_pci_open_all() > 0);
    pci_release(edu.function);
}

SELFTEST(pci_msi, device_that_is_pulled_out_loses_nothing, 60)
{
    struct pci_function *function = test_pci_find_id(EXAMPLE_PCI_VENDOR, EXAMPLE_PCI_DEVICE);

    if (function == NULL)
        SKIP("no edu is plugged in");
    if (!twin_present())
        SKIP("nobody pulls it out on a board");

    struct irq_inventory before = take_inventory(), after;

    CHECK_EQUAL(example_pci_open(&edu, function), 0);
    body_pulled_out();
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(live(function, true).error, 0);
}
