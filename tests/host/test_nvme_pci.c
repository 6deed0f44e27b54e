// SPDX-License-Identifier: BSD-3-Clause
/*
 * An NVMe drive as a PCI function, on the host: the driver, MSI-X and MSI, and enumeration, on
 * configuration spaces and a controller in memory.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/wait.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/msi.h"
#include "msi/irq.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/nvme_controller.h"
#include "tests/host/support/pci_functions.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK   512u
#define BLOCKS  256u
#define VECTORS 8u
#define CORES   4u

static uint8_t disk[BLOCKS * BLOCK];
static struct pci_host host;
static struct pci_model *model;
static struct pci_function *function;
static struct irq_inventory before;
static struct nvme *nvme;
static const struct nvme_config config = {.name = "nvme0", .timeout_us = 1000000};

/* ---- BAR 0 ---- */

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);
void __real_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);

/* Where in it an address is; at its end: nowhere. */
static uintptr_t offset_of(uintptr_t address)
{
    const uint32_t wanted = PCI_COMMAND_MEMORY;
    uintptr_t base;

    if (function == NULL || pci_map_bar(function, 0, &base, NULL) != 0 || address < base ||
        address - base >= NVME_CONTROLLER_SIZE ||
        (pci_model_get(model, PCI_COMMAND, 2) & wanted) == 0)
        return NVME_CONTROLLER_SIZE;
    return address - base;
}

static void look_at_bus(void)
{
    nvme_controller.on_bus = (pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_MASTER) != 0;
}

uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    const uintptr_t offset = offset_of(address);
    uint64_t value;

    if (offset == NVME_CONTROLLER_SIZE)
        return __real_host_mmio_read(address, size);
    if (model->is_gone)
        return UINT32_MAX;
    look_at_bus();
    (void)nvme_controller_read(NVME_CONTROLLER_BASE + offset, size, &value);
    return value;
}

void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    const uintptr_t offset = offset_of(address);

    if (offset == NVME_CONTROLLER_SIZE) {
        __real_host_mmio_write(address, size, value);
        return;
    }
    if (model->is_gone)
        return;
    look_at_bus();
    (void)nvme_controller_write(NVME_CONTROLLER_BASE + offset, size, value);
}

/* ---- handlers ---- */

static bool never_returns, was_hooked;

int __real_irq_synchronize(struct irq *irq);
int __wrap_irq_synchronize(struct irq *irq);

int __wrap_irq_synchronize(struct irq *irq)
{
    was_hooked |= function->suspend != NULL;
    return never_returns ? -EAGAIN : __real_irq_synchronize(irq);
}

static void raise_message(unsigned vector)
{
    (void)pci_model_raise(model, vector);
}

static void was_reset(struct pci_model *reset)
{
    (void)reset;
    nvme_controller_bus_reset();
}

/* ---- fixture ---- */

enum kind {
    MSIX,
    MSI,
    NEITHER,
};

static void start(enum kind kind)
{
    struct pci_model *port;

    pci_models_start(&host);
    host.message_parent = msi_case.its;
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    model = pci_model_add(port, 0, 0, 0x0010, NVME_PCI_CLASS);
    model->was_reset = was_reset;
    pci_model_add_bar(model, 0, NVME_CONTROLLER_SIZE, 4); /* 64 bits */
    pci_model_add_bar(model, 4, 0x1000, 0);
    pci_model_add_express(model, PCI_EXPRESS_TYPE_ENDPOINT, true);
    if (kind == MSIX)
        pci_model_add_msix(model, VECTORS, 4, 0, 0x800);
    if (kind == MSI)
        pci_model_add_msi(model, 1, 0x180);
    assert_int_equal(pci_enumerate(&host), 0);
    function = pci_find_class(&host, NVME_PCI_CLASS, NULL);
    assert_non_null(function);
    nvme_controller_reset(disk, BLOCKS);
    nvme_controller.raise = raise_message;
    for (uint32_t i = 0; i < sizeof(disk); i++)
        disk[i] = (uint8_t)(i * 7 + (i >> 9));
    before = msi_in_use();
}

static void stop(void)
{
    assert_true(msi_in_use_equal(&before));
    assert_null(function->owner);
    assert_null(nvme_controller_violation());
    assert_int_equal(pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_MASTER, 0);
    function = NULL;
    pci_models_stop(&host);
}

static void attach(unsigned vectors)
{
    struct nvme_facts facts;

    assert_int_equal(nvme_attach(function, &config, &nvme), 0);
    nvme_get_facts(nvme, &facts);
    assert_int_equal(facts.queues, CORES);
    assert_int_equal(facts.vectors, vectors);
}

static void check(void)
{
    static uint8_t data[40 * BLOCK] __attribute__((aligned(4)));

    assert_int_equal(block_read(nvme_block(nvme), 3, 40, data), 0);
    assert_memory_equal(data, disk + 3 * BLOCK, sizeof(data));
    assert_int_equal(block_write(nvme_block(nvme), 100, 40, data), 0);
    assert_memory_equal(data, disk + 100 * BLOCK, sizeof(data));
}

/* ---- tests ---- */

static void a_function_is_a_drive(void **state)
{
    (void)state;
    start(MSIX);
    for (unsigned i = 0; i < 3; i++) {
        attach(CORES + 1);
        assert_string_equal(function->owner, "nvme0");
        check();
        assert_int_equal(nvme_attach(function, &config, &nvme), -EBUSY);
        assert_int_equal(nvme_detach(nvme), 0);
    }
    stop();
}

static void msi_will_do_too(void **state)
{
    (void)state;
    start(MSI);
    attach(2);
    check();
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

static void without_messages_it_is_none(void **state)
{
    (void)state;
    start(NEITHER);
    assert_int_equal(nvme_attach(function, &config, &nvme), -ENOENT);
    stop();
}

static void what_can_not_be_attached_is_given_back(void **state)
{
    (void)state;
    start(MSIX);
    host.is_coherent = false;
    assert_int_equal(nvme_attach(function, &config, &nvme), -ENOTSUP);
    host.is_coherent = true;
    nvme_controller.capabilities = 0;
    assert_int_equal(nvme_attach(function, &config, &nvme), -ENOTSUP);
    assert_int_equal(nvme_attach(NULL, &config, &nvme), -EINVAL);
    assert_int_equal(nvme_attach(function, NULL, &nvme), -EINVAL);
    assert_int_equal(nvme_attach(function, &config, NULL), -EINVAL);
    assert_int_equal(nvme_detach(NULL), -EINVAL);
    stop();
}

/* What the controller loses with it comes back: its registers, its vectors. */
static void a_function_reset_is_the_last_resort(void **state)
{
    uint8_t data[BLOCK] __attribute__((aligned(4)));
    struct nvme_counters counters;

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    for (unsigned i = 1; i <= 3; i++) {
        nvme_controller.never_off = true; /* until its function is reset */
        nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
        assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ETIMEDOUT);
        assert_int_equal(model->resets, i);
        nvme_get_counters(nvme, &counters);
        assert_int_equal(counters.resets, i);
        check();
    }
    nvme_controller.never_off = false;
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

static void a_card_that_is_pulled_out_ends_in_errors(void **state)
{
    uint8_t data[BLOCK] __attribute__((aligned(4)));

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    check();
    model->is_gone = true;
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
    assert_int_equal(nvme_detach(nvme), -ENODEV);
    assert_int_equal(nvme_attach(function, &config, &nvme), -ENODEV);
    model->is_gone = false;
    pci_model_set(model, PCI_COMMAND, 2, 0);
    stop();
}

/* ---- suspend ---- */

static void is_going_on(unsigned resets)
{
    struct nvme_counters counters;

    check();
    nvme_get_counters(nvme, &counters);
    assert_int_equal(counters.timeouts + counters.strange, 0);
    assert_int_equal(counters.resets, resets);
}

static unsigned command(void)
{
    return pci_model_get(model, PCI_COMMAND, 2) & (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void note_error(struct block_request *request)
{
    *(int *)request->context = request->error;
}

/* Into one block that nobody looks at. */
static struct block_request one_read(int *result)
{
    static uint8_t data[BLOCK] __attribute__((aligned(4)));

    *result = 1;
    return (struct block_request){
        .operation = BLOCK_READ, .count = 1, .buffer = data, .done = note_error, .context = result};
}

/* With the power lost and kept; who reads by himself meanwhile is refused. */
static void a_drive_goes_on_after_a_suspend(void **state)
{
    int result;
    struct block_request request = one_read(&result);

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    for (unsigned i = 1; i <= 4; i++) {
        check();
        assert_int_equal(pci_suspend(&host), 0);
        assert_int_equal(nvme_controller.shut_downs, i);
        assert_int_equal(command(), PCI_COMMAND_MEMORY);
        assert_int_equal(block_submit(nvme_block(nvme), &request), -EAGAIN);
        if (i % 2 == 0) {
            nvme_controller_bus_reset();
            pci_models_reset();
        }
        assert_int_equal(pci_resume(&host, i % 2 == 0), 0);
        is_going_on(0);
    }
    assert_int_equal(block_submit(nvme_block(nvme), &request), 0);
    delay_us(1000);
    assert_int_equal(result, 0);
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

/* What is under way ends first; if it does not, there is no suspend. */
static void a_drive_finishes_its_commands_first(void **state)
{
    int result;
    struct block_request request = one_read(&result);

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    nvme_controller.hold = true;
    assert_int_equal(block_submit(nvme_block(nvme), &request), 0);
    assert_int_equal(pci_suspend(&host), -EBUSY);
    assert_int_equal(result, 1);
    assert_int_equal(command(), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    nvme_controller.hold = false;
    assert_int_equal(nvme_controller_release(), 1);
    assert_int_equal(pci_suspend(&host), 0);
    assert_int_equal(result, 0);
    assert_int_equal(pci_resume(&host, false), 0);
    is_going_on(0);
    nvme_controller.never_shut_down = true;
    assert_int_equal(pci_suspend(&host), -EIO);
    is_going_on(0);
    nvme_controller.never_shut_down = false;
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

/* Pulled out, and another one plugged in: neither is written to. */
static void a_drive_that_does_not_come_back_ends_in_errors(void **state)
{
    uint8_t data[BLOCK] __attribute__((aligned(4)));

    (void)state;
    for (unsigned other = 0; other < 2; other++) {
        start(MSIX);
        attach(CORES + 1);
        assert_int_equal(pci_suspend(&host), 0);
        nvme_controller_bus_reset();
        pci_models_reset();
        model->is_gone = other == 0;
        nvme_controller.serial = other == 0 ? NULL : "another";
        assert_int_equal(pci_resume(&host, true), other == 0 ? -ENODEV : 0);
        assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
        assert_int_equal(pci_suspend(&host), 0);
        assert_int_equal(pci_resume(&host, false), other == 0 ? -ENODEV : 0);
        assert_int_equal(nvme_detach(nvme), other == 0 ? -ENODEV : -EIO);
        model->is_gone = false;
        stop();
    }
}

/* Or formatted, with blocks of another size, or of another number of these. */
static void a_drive_that_comes_back_as_another_is_not_written_to(void **state)
{
    static uint8_t data[4096];
    const uint64_t half = BLOCKS / 2;

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    assert_int_equal(pci_suspend(&host), 0);
    nvme_controller.blocks = half;
    assert_int_equal(pci_resume(&host, false), 0);
    assert_int_equal(nvme_block(nvme)->blocks, half);
    assert_int_equal(block_write(nvme_block(nvme), half, 1, data), -ERANGE);
    assert_int_equal(block_read(nvme_block(nvme), half - 1, 1, data), 0);
    assert_memory_equal(data, disk + (half - 1) * BLOCK, BLOCK);
    assert_int_equal(pci_suspend(&host), 0);
    nvme_controller.block_shift = 12;
    nvme_controller.blocks = BLOCKS / 8;
    assert_int_equal(pci_resume(&host, false), 0);
    assert_int_equal(block_write(nvme_block(nvme), 1, 1, data), -ENODEV);
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
    assert_int_equal(nvme_detach(nvme), -EIO);
    assert_int_equal(nvme_attach(function, &config, &nvme), 0);
    assert_int_equal(nvme_block(nvme)->block_size, 4096);
    assert_int_equal(block_read(nvme_block(nvme), 1, 1, data), 0);
    assert_memory_equal(data, disk + 4096, 4096);
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

/* The controller is off: whoever accesses its windows would get an error of the bus. */
static void without_a_link_nothing_goes_out(void **state)
{
    uint8_t data[BLOCK] __attribute__((aligned(4)));

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    assert_int_equal(pci_suspend(&host), 0);
    pci_lose(&host);
    pci_models_vanish();
    assert_int_equal(pci_resume(&host, true), -ENODEV);
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
    assert_int_equal(nvme_detach(nvme), -ENODEV);
    assert_false(pci_models_were_accessed());
    pci_regain(&host);
    assert_int_equal(pci_restore(&host), 0);
    attach(CORES + 1);
    check();
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

/* While it is in use: requests end, and it has to be attached anew. */
static void a_link_that_is_lost_ends_requests(void **state)
{
    uint8_t data[BLOCK] __attribute__((aligned(4)));

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    check();
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    pci_lose(&host);
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
    pci_tell_lost(&host);
    nvme_controller_bus_reset();
    pci_models_reset();
    pci_regain(&host);
    assert_int_equal(pci_restore(&host), 0);
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ENODEV);
    assert_int_equal(nvme_detach(nvme), -ENODEV);
    attach(CORES + 1);
    check();
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

static bool never(void *argument)
{
    (void)argument;
    return false;
}

/* When it is told of that, it refuses what is new, and touches nothing. What is under way ends when
 * it is late. */
static void who_is_told_of_a_lost_link_refuses_requests(void **state)
{
    int result, refused;
    struct block_request under_way = one_read(&result), another = one_read(&refused);
    unsigned doorbells;

    (void)state;
    start(MSIX);
    attach(CORES + 1);
    check();
    nvme_controller.hold = true;
    assert_int_equal(block_submit(nvme_block(nvme), &under_way), 0);
    doorbells = nvme_controller.tail_doorbells;
    pci_lose(&host);
    pci_tell_lost(&host);
    assert_int_equal(block_submit(nvme_block(nvme), &another), -ENODEV);
    assert_int_equal(nvme_controller.tail_doorbells, doorbells);
    assert_int_equal(result, 1);
    nvme_controller_bus_reset();
    pci_models_reset();
    pci_regain(&host);
    assert_int_equal(pci_restore(&host), 0);
    assert_int_equal(idle_for(never, NULL, 2 * config.timeout_us), -ETIMEDOUT);
    assert_int_equal(result, -ENODEV);
    assert_int_equal(block_submit(nvme_block(nvme), &another), -ENODEV);
    assert_int_equal(refused, 1);
    nvme_controller.hold = false;
    assert_int_equal(nvme_detach(nvme), -ENODEV);
    attach(CORES + 1);
    check();
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

/* Whom the bus tells must be there: nothing of it is told from when it is taken apart on. Where
 * that can't be, it is as before. */
static void who_goes_is_not_told(void **state)
{
    (void)state;
    start(MSIX);
    attach(CORES + 1);
    assert_non_null(function->suspend);
    was_hooked = false;
    never_returns = true;
    assert_int_equal(nvme_detach(nvme), -EAGAIN);
    never_returns = false;
    assert_false(was_hooked);
    assert_non_null(function->suspend);
    assert_ptr_equal(function->suspend_context, nvme);
    assert_int_equal(nvme_detach(nvme), 0);
    assert_null(function->suspend);
    stop();
}

/* Without a reset of its own it is the bus's. */
static void a_reset_of_the_bus_will_do(void **state)
{
    uint8_t data[BLOCK] __attribute__((aligned(4)));

    (void)state;
    start(MSIX);
    pci_model_set(model, model->express + PCI_EXPRESS_DEVICE_CAPS, 4, 0);
    attach(CORES + 1);
    nvme_controller.never_off = true;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(block_read(nvme_block(nvme), 0, 1, data), -ETIMEDOUT);
    nvme_controller.never_off = false;
    assert_true(model->resets >= 1);
    check();
    assert_int_equal(nvme_detach(nvme), 0);
    stop();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_a_drive),
        cmocka_unit_test(msi_will_do_too),
        cmocka_unit_test(without_messages_it_is_none),
        cmocka_unit_test(what_can_not_be_attached_is_given_back),
        cmocka_unit_test(a_function_reset_is_the_last_resort),
        cmocka_unit_test(a_card_that_is_pulled_out_ends_in_errors),
        cmocka_unit_test(a_drive_goes_on_after_a_suspend),
        cmocka_unit_test(a_drive_finishes_its_commands_first),
        cmocka_unit_test(a_drive_that_does_not_come_back_ends_in_errors),
        cmocka_unit_test(a_drive_that_comes_back_as_another_is_not_written_to),
        cmocka_unit_test(without_a_link_nothing_goes_out),
        cmocka_unit_test(a_link_that_is_lost_ends_requests),
        cmocka_unit_test(who_is_told_of_a_lost_link_refuses_requests),
        cmocka_unit_test(who_goes_is_not_told),
        cmocka_unit_test(a_reset_of_the_bus_will_do),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
