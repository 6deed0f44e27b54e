// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's root complex on the host: the driver on the twin's models of controller, SERDES and
 * system firmware, with functions in memory behind the link.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/pci/am65x.h"
#include "drivers/pci/am65x_registers.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"
#include "drivers/ti_sci/ti_sci.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/pci_functions.h"
#include "twin/models/am65x.h"
#include "twin/models/models.h"
#include "twin/models/pcie.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NVME        0x010802u
#define PCIE_DEVICE 120u
#define GPIO        0x00601000u
#define GPIO_SIZE   0x100u
#define PERST       15u
#define REQUESTS    7u
#define IDS         0xb00c104cu
#define ERRORS      372u /* SPI 340 */
#define TRAINING_US 100000u

#define GPIO_DEVICE 58u
#define MSI_64      0x80u
#define MSI_ENABLE  1u

static struct pci_host host;
static struct pci_am65x controller;
static struct pci_am65x_facts facts;
static struct pci_model *port;

static const struct pci_am65x_facts good = {
    .app = 0x05500000,
    .dbi = 0x05501000,
    .atu = 0x05506000,
    .config = 0x10000000,
    .mode = 0x00104060,
    .ids = IDS,
    .device = PCIE_DEVICE,
    .max_speed = 2,
    .lane_count = 1,
    .serdes = {{
        .base = 0x00900000,
        .control = 0x00104080,
        .device = 153,
        .function = 1,
        .clock_count = 1,
        .clocks = {{153, 4, 8}},
        .sources = {[PCI_AM65X_OUTPUT_PLL] = PCI_AM65X_CLOCK_LEFT},
    }},
    .reset = {.gpio = GPIO, .device = GPIO_DEVICE, .pin = PERST},
};

/* ---- a link that recovers: the model's has been up before it trains ---- */

static bool recovers;

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);

uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    const uint64_t value = __real_host_mmio_read(address, size);

    return recovers && address == good.dbi + DBI_DEBUG1 ? value | DBI_LINK_TRAINS : value;
}

/* ---- fixture ---- */

static int start(bool plugged)
{
    static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;

    pci_models_start_behind(&host);
    port = pci_model_add_bridge(NULL, 0, PCI_EXPRESS_TYPE_ROOT_PORT);
    host_plug_in(plugged ? pci_models_request : NULL, pci_models_port);
    host_reset();
    facts = good;
    recovers = false;
    memset(&controller, 0, sizeof(controller));
    host.windows[PCI_WINDOW_MEMORY] = (struct pci_window){0x10030000, 0x10030000, 0x07fd0000};
    host.windows[PCI_WINDOW_IO] = (struct pci_window){0x10020000, 0, 0x10000};
    return ti_sci_init(&config);
}

static int plugged(void **state)
{
    (void)state;
    return start(true);
}

static int empty(void **state)
{
    (void)state;
    return start(false);
}

static int tear_down(void **state)
{
    (void)state;
    pci_models_stop(&host);
    return 0;
}

static bool is_on(uint16_t device)
{
    struct ti_sci_device_state state;

    assert_int_equal(ti_sci_device_get_state(device, &state), 0);
    return state.current == TI_SCI_DEVICE_ON;
}

static void everything_is_off(void)
{
    assert_false(is_on(PCIE_DEVICE));
    assert_false(is_on(153));
}

static struct pci_model *add_device(struct pci_model *bridge)
{
    struct pci_model *model = pci_model_add(bridge, 0, 0, 0x0010, NVME);

    pci_model_add_bar(model, 0, 0x4000, PCI_BAR_MEMORY_64);
    pci_model_add_bar(model, 4, 0x20, PCI_BAR_IO);
    pci_model_add_express(model, PCI_EXPRESS_TYPE_ENDPOINT, true);
    return model;
}

static void brings_up_the_link(void **state)
{
    struct pci_model *model = add_device(port);
    struct pci_function *function;
    uintptr_t base;

    (void)state;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(controller.speed, 2);
    assert_int_equal(controller.width, 1);
    assert_int_equal(mmio_read32(0x00104080), 0x41);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 2);
    assert_int_equal(host.problem_count, 0);
    assert_int_equal(host.functions->vendor_id | (uint32_t)host.functions->device_id << 16, IDS);
    assert_int_equal(host.functions->bars[0].size, 0);
    function = pci_model_found(&host, model);
    assert_non_null(function);
    assert_int_equal(pci_enable(function, true), 0);
    assert_int_equal(pci_map_bar(function, 0, &base, NULL), 0);
    mmio_write32(base + 8, 0x12345678);
    assert_int_equal(mmio_read32(base + 8), 0x12345678);
    assert_int_equal(model->bars[0].memory[8], 0x78);
    assert_true(function->bars[4].is_assigned);
    assert_int_equal(pci_models_unanswered(), 0);
    assert_int_equal(pci_reset(function), 0);
    assert_int_equal(model->early, 0);
}

/* Bytes and halves of registers, of the port and of who is behind a switch. */
static void reaches_buses_behind(void **state)
{
    struct pci_model *up = pci_model_add_bridge(port, 0, PCI_EXPRESS_TYPE_UPSTREAM);
    struct pci_model *down = pci_model_add_bridge(up, 2, PCI_EXPRESS_TYPE_DOWNSTREAM);
    struct pci_model *model = add_device(down);
    struct pci_function *function;
    uint16_t half;
    uint8_t byte;

    (void)state;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_int_equal(host.function_count, 4);
    function = pci_model_found(&host, model);
    assert_non_null(function);
    assert_string_equal(function->name, "03:00.0");
    assert_int_equal(pci_read8(function, PCI_BAR(0) + 1, &byte), 0);
    assert_int_equal(byte, (uint8_t)(function->bars[0].bus >> 8));
    assert_int_equal(pci_read16(function, PCI_DEVICE_ID, &half), 0);
    assert_int_equal(half, 0x0010);
    assert_int_equal(pci_read16(host.functions, PCI_DEVICE_ID, &half), 0);
    assert_int_equal(half, IDS >> 16);
}

static void has_no_link_with_an_empty_slot(void **state)
{
    (void)state;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), -ENODEV);
    everything_is_off();
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), -ENODEV);
}

static void releases_the_reset(void **state)
{
    (void)state;
    facts.reset.is_released_low = true; /* on this board it is not: so it stays in reset */
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), -ENODEV);
    everything_is_off();
    facts = good;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
}

static void refuses_windows_it_cant_translate(void **state)
{
    (void)state;
    host.windows[PCI_WINDOW_MEMORY].cpu += 0x1000;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), -EINVAL);
    everything_is_off();
    facts.config += 0x1000;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), -EINVAL);
    facts = good;
    facts.serdes[0].sources[PCI_AM65X_OUTPUT_LEFT] = PCI_AM65X_CLOCK_LEFT; /* no SERDES can */
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), -EINVAL);
    everything_is_off();
}

/* The function of a device that is plugged in, with the link up. */
static struct pci_function *open_with_device(void)
{
    struct pci_model *model = add_device(port);

    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(pci_enumerate(&host), 0);
    pci_am65x_enable_errors(&controller);
    return pci_model_found(&host, model);
}

static void tells_when_the_link_is_gone(void **state)
{
    struct pci_function *function;
    uint32_t word;

    (void)state;
    function = open_with_device();
    pci_am65x_open(&controller, &facts, &host);
    mmio_write32(facts.app + APP_CMD_STATUS, 0); /* training ends, and so does the link */
    assert_int_equal(pci_read32(function, 0, &word), -EIO);
    assert_int_equal(pci_check_present(function), -EIO);
    assert_int_equal(pci_check_present(host.functions), 0);
}

/* A link that is lost by itself is told by an interrupt, once; one that the port resets is not. */
static void tells_of_errors(void **state)
{
    struct pci_am65x_errors errors;
    struct pci_function *function;
    uint32_t word;

    (void)state;
    function = open_with_device();
    assert_false(am65x_line_level(ERRORS));
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_NONE);
    assert_int_equal(pci_reset_bus(function), 0);
    assert_false(am65x_line_level(ERRORS));
    assert_true(am65x_inject(AM65X_FAULT_PCIE_GONE, 0, 1));
    assert_true(am65x_line_level(ERRORS));
    assert_int_equal(pci_read32(function, 0, &word), -EIO);
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_HANDLED);
    assert_false(am65x_line_level(ERRORS));
    assert_int_equal(pci_read32(function, 0, &word), -ENODEV);
    assert_int_equal(pci_read32(host.functions, 0, &word), -ENODEV);
    pci_am65x_get_errors(&controller, &errors);
    assert_int_equal(errors.fatal, 1);
    assert_int_equal(errors.lost_links, 1);
    assert_int_equal(errors.system + errors.nonfatal + errors.correctable + errors.other, 0);
    assert_true(am65x_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    pci_regain(&host);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(pci_restore(&host), 0);
    pci_am65x_enable_errors(&controller);
    assert_int_equal(pci_read32(function, 0, &word), 0);
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_NONE);
    am65x_lose_pcie();
    assert_int_equal(pci_check_present(function), -EIO);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(pci_restore(&host), 0);
    assert_int_equal(pci_check_present(function), 0);
}

/* A link that goes down and comes up again before anybody looks: what is behind it was reset. */
static void link_that_comes_back_by_itself_is_lost(void **state)
{
    struct pci_am65x_errors errors;
    struct pci_function *function;
    uint32_t word;

    (void)state;
    function = open_with_device();
    assert_true(pci_am65x_link_is_sound(&controller));
    assert_int_equal(pci_reset_bus(function), 0); /* that is no error */
    assert_true(pci_am65x_link_is_sound(&controller));
    assert_true(am65x_inject(AM65X_FAULT_PCIE_GONE, 0, 1));
    assert_true(am65x_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    delay_us(TRAINING_US);
    assert_int_equal(pci_read32(function, 0, &word), 0); /* it is up */
    assert_false(pci_am65x_link_is_sound(&controller));
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_HANDLED);
    assert_int_equal(pci_read32(function, 0, &word), -ENODEV);
    assert_false(pci_am65x_link_is_sound(&controller));
    pci_am65x_get_errors(&controller, &errors);
    assert_int_equal(errors.lost_links, 1);
    pci_regain(&host);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_true(pci_am65x_link_is_sound(&controller));
}

/* One that is told before its interrupt is requested, which forgets edges, makes one afterwards. */
static void error_before_the_interrupt_is_requested_comes_after_it(void **state)
{
    (void)state;
    (void)add_device(port);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    pcie_app_error(0, PCIE_ERROR_CORRECTABLE);
    assert_int_equal(pci_enumerate(&host), 0);
    assert_false(am65x_line_level(ERRORS));
    pci_am65x_enable_errors(&controller);
    assert_true(am65x_line_level(ERRORS));
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_HANDLED);
    assert_false(am65x_line_level(ERRORS));
}

/* It trains when the interrupt comes, and what is behind it goes on as it was. */
static void link_that_recovers_is_not_lost(void **state)
{
    struct pci_am65x_errors errors;
    struct pci_function *function;
    uint32_t word;

    (void)state;
    function = open_with_device();
    recovers = true;
    pcie_app_error(0, PCIE_ERROR_CORRECTABLE);
    assert_true(pci_am65x_link_is_sound(&controller));
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_HANDLED);
    assert_int_equal(pci_read32(function, 0, &word), -EIO); /* not now */
    recovers = false;
    assert_int_equal(pci_read32(function, 0, &word), 0);
    pci_am65x_get_errors(&controller, &errors);
    assert_int_equal(errors.correctable, 1);
    assert_int_equal(errors.lost_links, 0);
}

/* Whether a write of the device's, as a message is one, comes through. */
static bool writes(struct pci_model *model)
{
    const unsigned sent = model->sent;

    (void)pci_model_raise(model, 0);
    return model->sent > sent;
}

static void start_writing(struct pci_function *function, const struct pci_model *model)
{
    assert_int_equal(pci_enable(function, true), 0);
    assert_int_equal(pci_write16(function, model->msi + 2u, MSI_ENABLE), 0);
}

/* A fatal error of the port's own leaves the link up, and the device at work in memory that its
 * driver gives back when it sees that the host is lost. */
static void device_behind_a_lost_link_writes_nothing(void **state)
{
    struct pci_model *model = add_device(port);
    struct pci_function *function;

    (void)state;
    pci_model_add_msi(model, 0, MSI_64);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(pci_enumerate(&host), 0);
    pci_am65x_enable_errors(&controller);
    function = pci_model_found(&host, model);
    start_writing(function, model);
    assert_true(writes(model));
    pcie_app_error(0, PCIE_ERROR_FATAL);
    assert_int_equal(pci_am65x_interrupt(&host), IRQ_HANDLED);
    assert_true(pci_is_lost(&host));
    assert_true(am65x_pcie_link(0));
    assert_false(writes(model));
    pci_regain(&host);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_false(writes(model)); /* not before it was reset */
    assert_int_equal(pci_restore(&host), 0);
    pci_am65x_enable_errors(&controller);
    start_writing(function, model);
    assert_true(writes(model));
    pci_am65x_cut_off(&controller); /* who finds it without an interrupt */
    assert_true(pci_is_lost(&host));
    assert_false(writes(model));
}

/* Whatever request to the system firmware is refused, or gets no answer: all is off again, or on
 * after a second try of the driver's own; and the next open works. */
static void undoes_what_it_has_done(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_DROP};
    int error;

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        for (unsigned request = 0; request < REQUESTS; request++) {
            assert_int_equal(ti_sci_device_put(PCIE_DEVICE), 0);
            assert_true(am65x_inject_after(faults[i], 0, request, 1));
            error = pci_am65x_open(&controller, &facts, &host);
            (void)am65x_inject(faults[i], 0, 0);
            if (error != 0) {
                assert_int_equal(error, i == 0 ? -EACCES : -ETIMEDOUT);
                everything_is_off();
            }
            assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
        }
}

static bool stopped, stopped_first;

static void watch(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    if (address == good.app + APP_CMD_STATUS && (value & APP_LTSSM_EN) == 0)
        stopped = true;
    if (address == good.serdes[0].base + SERDES_CTRL && (value & SERDES_POR_EN) != 0)
        stopped_first = stopped;
}

static void stops_what_a_loader_has_left(void **state)
{
    (void)state;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    stopped = stopped_first = false;
    host_set_write_observer(watch);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_true(stopped_first);
}

static unsigned drives, drives_off;

static void watch_pin(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    (void)value;
    if (address - GPIO >= GPIO_SIZE)
        return;
    drives++;
    drives_off += !sysfw_device_is_on(GPIO_DEVICE);
}

/* Also where a loader has left the controller on, and the GPIO off. */
static void pin_is_driven_with_its_power_on(void **state)
{
    (void)state;
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_int_equal(ti_sci_device_put(GPIO_DEVICE), 0);
    drives = drives_off = 0;
    host_set_write_observer(watch_pin);
    assert_int_equal(pci_am65x_open(&controller, &facts, &host), 0);
    assert_true(drives != 0);
    assert_int_equal(drives_off, 0);
}

static int wait_error;

static void open_in_interrupt(void *argument)
{
    (void)argument;
    wait_error = pci_am65x_open(&controller, &facts, &host);
}

static void waits_in_thread_context_only(void **state)
{
    (void)state;
    host_run_in_interrupt(open_in_interrupt, NULL);
    assert_int_equal(wait_error, -EDEADLK);
}

#define TEST(name, set_up) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(brings_up_the_link, plugged),
        TEST(reaches_buses_behind, plugged),
        TEST(has_no_link_with_an_empty_slot, empty),
        TEST(releases_the_reset, plugged),
        TEST(refuses_windows_it_cant_translate, plugged),
        TEST(tells_when_the_link_is_gone, plugged),
        TEST(tells_of_errors, plugged),
        TEST(link_that_comes_back_by_itself_is_lost, plugged),
        TEST(error_before_the_interrupt_is_requested_comes_after_it, plugged),
        TEST(link_that_recovers_is_not_lost, plugged),
        TEST(device_behind_a_lost_link_writes_nothing, plugged),
        TEST(pin_is_driven_with_its_power_on, plugged),
        TEST(undoes_what_it_has_done, plugged),
        TEST(stops_what_a_loader_has_left, plugged),
        TEST(waits_in_thread_context_only, plugged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
