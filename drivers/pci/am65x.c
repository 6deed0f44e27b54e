// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's PCI Express controllers as root complexes (drivers/pci/am65x.h): power, the root
 * port's own registers, and the link. The order is Linux's and U-Boot's: SERDES, controller, mode,
 * PERST#, registers, link training (docs/hardware.md, "PCI Express").
 */
#include "drivers/pci/am65x.h"

#include "arch/wait.h"
#include "drivers/pci/am65x_internal.h"
#include "drivers/pci/am65x_registers.h"
#include "drivers/pci/pci_registers.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"

#include <errno.h>

LOG_USE(pci);

#define MASKS_US      1000u
#define LINK_US       1000000u
#define CLOCK_US      100u    /* PERST# stays that long when the clock is there (CEM 2.0, 2.6.2) */
#define READY_US      100000u /* after PERST#, until the first access (PCI Express 4.0, 6.6.1) */
#define READ_REQUEST  128u
#define BUSES         0x00ffffffu
#define EXPRESS_SPEED 0xfu
#define REVISION      0x000000ffu /* the class code is above it */
#define CLASS_SHIFT   16u         /* of a class without programming interface */
#define PIN_MASK      0xff00u     /* beside PCI_INTERRUPT_LINE: PCI_INTERRUPT_PIN */
#define PIN_INTA      0x0100u

/* ---- PERST# ---- */

static void drive_reset(const struct pci_am65x_reset *reset, bool asserted)
{
    const uintptr_t pair = reset->gpio + GPIO_PAIR(reset->pin);
    const bool high = asserted == reset->is_released_low;

    if (reset->gpio == 0)
        return;
    mmio_write32(pair + (high ? GPIO_SET_DATA : GPIO_CLR_DATA), GPIO_BIT(reset->pin));
    pci_am65x_change(pair + GPIO_DIR, GPIO_BIT(reset->pin), 0);
}

/* ---- power: a state, not a count; that nobody needs it can be said again ---- */

static void power_off(uint16_t device)
{
    int error = ti_sci_device_put(device);

    if (error == -ETIMEDOUT)
        error = ti_sci_device_put(device);
    if (error != 0)
        log_warning(pci, "device %u: power off: error %d; it may be on", (unsigned)device, error);
}

static int power_on(uint16_t device)
{
    int error = ti_sci_device_get(device);

    if (error == -ETIMEDOUT) /* perhaps it is on */
        error = ti_sci_device_get(device);
    if (error != 0)
        power_off(device);
    return error;
}

/* Before the pin is driven. The GPIO stays on: other pins of it are the board's. */
static int power_reset(const struct pci_am65x_reset *reset)
{
    return reset->device != 0 ? ti_sci_device_get(reset->device) : 0;
}

/* ---- SERDES ---- */

static void stop_serdes(const struct pci_am65x_facts *facts, unsigned count)
{
    while (count-- != 0) {
        pci_am65x_serdes_stop(&facts->serdes[count]);
        power_off(facts->serdes[count].device);
    }
}

static int start_one_serdes(const struct pci_am65x_serdes *serdes)
{
    int error = power_on(serdes->device);

    if (error != 0)
        return error;
    error = pci_am65x_serdes_start(serdes);
    if (error != 0)
        power_off(serdes->device);
    return error;
}

static int start_serdes(const struct pci_am65x_facts *facts)
{
    for (unsigned i = 0; i < facts->lane_count; i++) {
        int error = start_one_serdes(&facts->serdes[i]);

        if (error == -EIO)
            log_error(pci, "SERDES of device %u does not wake", facts->serdes[i].device);
        if (error != 0) {
            stop_serdes(facts, i);
            return error;
        }
    }
    return 0;
}

/* ---- the root port ---- */

/* The port's own BARs would take requests of devices for themselves. */
static int disable_bars(const struct pci_am65x_facts *facts)
{
    const uintptr_t command = facts->app + APP_CMD_STATUS;
    int error;

    pci_am65x_change(command, 0, APP_DBI_CS2);
    error = pci_am65x_wait(command, APP_DBI_CS2, APP_DBI_CS2, MASKS_US);
    if (error == 0) {
        mmio_write32(facts->dbi + PCI_BAR(0), 0);
        mmio_write32(facts->dbi + PCI_BAR(1), 0);
    }
    pci_am65x_change(command, APP_DBI_CS2, 0);
    return error != 0 ? error : pci_am65x_wait(command, APP_DBI_CS2, 0, MASKS_US);
}

/* How fast and wide the link may become. */
static int limit_link(const struct pci_am65x_facts *facts, const struct pci_function *port)
{
    unsigned express;
    int error = pci_find_capability(port, PCI_CAPABILITY_EXPRESS, &express);

    if (error != 0)
        return -EIO;
    pci_am65x_change(facts->dbi + express + PCI_EXPRESS_LINK_CAPS, EXPRESS_SPEED, facts->max_speed);
    pci_am65x_change(facts->dbi + express + PCI_EXPRESS_LINK_CONTROL2, EXPRESS_SPEED,
                     facts->max_speed);
    pci_am65x_change(facts->dbi + DBI_LINK_CONTROL, DBI_FAST_LINK | DBI_LANES_MASK,
                     DBI_DLL_ENABLE | DBI_LANES(facts->lane_count));
    pci_am65x_change(facts->dbi + DBI_SPEED_CONTROL, DBI_WIDTH_MASK,
                     DBI_WIDTH(facts->lane_count) | DBI_SPEED_CHANGE);
    return 0;
}

/* It says what it is: ids, and a bridge of PCI. That can be written while DBI_WRITE_READ_ONLY. */
static int set_port_up(const struct pci_am65x_facts *facts, struct pci_host *host)
{
    struct pci_function port = {.host = host, .address = PCI_ADDRESS(host->first_bus, 0, 0)};
    int error = disable_bars(facts);

    if (error != 0)
        return error;
    pci_am65x_change(facts->dbi + DBI_MISC_CONTROL, 0, DBI_WRITE_READ_ONLY);
    mmio_write32(facts->dbi + PCI_VENDOR_ID, facts->ids);
    pci_am65x_change(facts->dbi + PCI_REVISION_ID, ~REVISION, PCI_CLASS_BRIDGE_PCI << CLASS_SHIFT);
    pci_am65x_change(facts->dbi + PCI_INTERRUPT_LINE, PIN_MASK, PIN_INTA);
    pci_am65x_change(facts->dbi + PCI_PRIMARY_BUS, BUSES, host->first_bus);
    error = limit_link(facts, &port);
    pci_am65x_change(facts->dbi + DBI_MISC_CONTROL, DBI_WRITE_READ_ONLY, 0);
    return error;
}

/* ---- the link ---- */

static void stop_link(const struct pci_am65x_facts *facts)
{
    pci_am65x_change(facts->app + APP_CMD_STATUS, APP_LTSSM_EN, 0);
}

static int train(struct pci_am65x *controller)
{
    const struct pci_am65x_facts *facts = controller->facts;
    int error;

    pci_am65x_change(facts->app + APP_CMD_STATUS, 0, APP_LTSSM_EN);
    error = pci_am65x_wait(facts->dbi + DBI_DEBUG0, DBI_LTSSM, DBI_LTSSM_L0, LINK_US);
    return error == 0 ? 0 : -ENODEV;
}

static void tell_link(struct pci_am65x *controller, struct pci_host *host)
{
    struct pci_function port = {.host = host, .address = PCI_ADDRESS(host->first_bus, 0, 0)};
    unsigned express = 0;
    uint16_t status = 0;

    if (pci_find_capability(&port, PCI_CAPABILITY_EXPRESS, &express) == 0)
        (void)pci_read16(&port, express + PCI_EXPRESS_LINK_STATUS, &status);
    controller->speed = PCI_EXPRESS_LINK_SPEED(status);
    controller->width = PCI_EXPRESS_LINK_WIDTH(status);
    pci_am65x_report_errors(controller->facts, &port);
    log_info(pci, "%s: link up, generation %u, %u lane%s", host->name, (unsigned)controller->speed,
             (unsigned)controller->width, controller->width == 1 ? "" : "s");
}

/* A loader may have left the link up, and a device behind it that still accesses memory. The link
 * ends before its SERDES is reset. */
static void stop_left_over(const struct pci_am65x_facts *facts)
{
    struct ti_sci_device_state state;

    if (ti_sci_device_get_state(facts->device, &state) != 0 || state.current != TI_SCI_DEVICE_ON)
        return;
    stop_link(facts);
    if (power_reset(&facts->reset) == 0) /* else the start will tell */
        drive_reset(&facts->reset, true);
}

/* ---- all of it ---- */

/* With the controller on. */
static int bring_up(struct pci_am65x *controller, struct pci_host *host)
{
    const struct pci_am65x_facts *facts = controller->facts;
    int error;

    stop_link(facts);
    pci_am65x_change(facts->mode, CTRL_PCIE_MODE, CTRL_PCIE_ROOT);
    drive_reset(&facts->reset, true);
    delay_us(CLOCK_US);
    error = pci_am65x_translate(controller, host);
    if (error == 0)
        error = set_port_up(facts, host);
    if (error != 0)
        return error;
    drive_reset(&facts->reset, false);
    error = train(controller);
    if (error != 0) {
        stop_link(facts);
        drive_reset(&facts->reset, true);
        return error;
    }
    delay_us(READY_US);
    if (APP_PID_RTL(mmio_read32(facts->app + APP_PID)) == APP_PID_RTL_SR1)
        host->read_request_max = READ_REQUEST;
    return 0;
}

static int start_controller(struct pci_am65x *controller, struct pci_host *host)
{
    const struct pci_am65x_facts *facts = controller->facts;
    int error = power_reset(&facts->reset);

    if (error == 0)
        error = power_on(facts->device);
    if (error != 0)
        return error;
    error = bring_up(controller, host);
    if (error != 0)
        power_off(facts->device);
    return error;
}

int pci_am65x_open(struct pci_am65x *controller, const struct pci_am65x_facts *facts,
                   struct pci_host *host)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    controller->facts = facts;
    stop_left_over(facts);
    error = start_serdes(facts);
    if (error != 0)
        return error;
    error = start_controller(controller, host);
    if (error == 0)
        tell_link(controller, host);
    else
        stop_serdes(facts, facts->lane_count);
    return error;
}
