// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which functions there are. A bus is looked through, then the buses behind its bridges, so that
 * what is behind a bridge has numbers one after the other (PCI-to-PCI Bridge Architecture 1.2,
 * 3.2.5.3). Nothing of what a device tells is a reason to look on for ever: numbers, functions and
 * depth have an end.
 */
#include "arch/wait.h"
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"
#include "lib/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

LOG_USE(pci);

#define DEVICES           32u
#define FUNCTIONS         8u
#define ALL_ONES_16       0xffffu
#define ALL_ONES_32       0xffffffffu
#define READY_POLL_US     1000u
#define CLASS_SHIFT       8u
#define CLASS_BRIDGE      0x06u
#define SUBCLASS_PCI      0x04u
#define SUBCLASS_SEMI     0x09u /* semi-transparent */
#define READ_REQUEST_MIN  128u
#define READ_REQUEST_STEP 12u
#define BUS_LIMIT         0x100000000u

struct scan {
    struct pci_host *host;
    unsigned next_bus;      /* that no bridge has yet */
    deadline_t ready_until; /* until then, who is not ready is waited for */
    bool is_full;
};

/* ---- one function ---- */

static int read_ids(struct pci_function *function)
{
    uint32_t class_code;
    uint8_t layout;
    int error = pci_read16(function, PCI_DEVICE_ID, &function->device_id);

    if (error == 0)
        error = pci_read32(function, PCI_REVISION_ID, &class_code);
    if (error == 0)
        error = pci_read8(function, PCI_HEADER_TYPE, &layout);
    if (error == 0)
        error = pci_read8(function, PCI_INTERRUPT_PIN, &function->interrupt_pin);
    if (error != 0)
        return error;
    function->class_code = class_code >> CLASS_SHIFT;
    function->revision = (uint8_t)class_code;
    function->layout = layout & PCI_HEADER_LAYOUT;
    if (function->layout != PCI_HEADER_DEVICE)
        return 0;
    error = pci_read16(function, PCI_SUBSYSTEM_VENDOR_ID, &function->subsystem_vendor_id);
    return error != 0 ? error : pci_read16(function, PCI_SUBSYSTEM_ID, &function->subsystem_id);
}

/* The layout says which registers there are, and must be the class's. */
static bool makes_sense(const struct pci_function *function)
{
    const unsigned class = function->class_code >> 16, subclass = function->class_code >> 8 & 0xffu;
    const bool is_bridge =
        class == CLASS_BRIDGE && (subclass == SUBCLASS_PCI || subclass == SUBCLASS_SEMI);

    return function->layout == (is_bridge ? PCI_HEADER_BRIDGE : PCI_HEADER_DEVICE);
}

/* Without the list of capabilities it is a conventional device. Payloads are what every device can
 * take, whatever a loader has left. */
int pci_set_up_express(struct pci_function *function)
{
    uint16_t flags, control, limit = function->host->read_request_max;
    unsigned offset, reads = 0;
    int error = pci_find_capability(function, PCI_CAPABILITY_EXPRESS, &offset);

    if (error == -EPROTO)
        PCI_PROBLEM(function, "%s", "its list of capabilities is broken");
    if (error == -ENOENT || error == -EPROTO)
        return 0;
    if (error == 0)
        error = pci_read16(function, offset + PCI_EXPRESS_FLAGS, &flags);
    if (error == 0)
        error = pci_read16(function, offset + PCI_EXPRESS_DEVICE_CONTROL, &control);
    if (error != 0)
        return error;
    function->express = (uint16_t)offset;
    function->express_type = PCI_EXPRESS_FLAGS_TYPE(flags);
    while (limit > READ_REQUEST_MIN << reads)
        reads++;
    if (limit == 0 || (control & PCI_EXPRESS_READ_REQUEST) >> READ_REQUEST_STEP < reads)
        reads = (control & PCI_EXPRESS_READ_REQUEST) >> READ_REQUEST_STEP;
    return pci_update16(function, offset + PCI_EXPRESS_DEVICE_CONTROL,
                        PCI_EXPRESS_PAYLOAD | PCI_EXPRESS_READ_REQUEST,
                        (uint16_t)(reads << READ_REQUEST_STEP));
}

/* What it takes to know it; what a loader had it do ends here. */
static int examine(struct pci_function *function)
{
    int error = pci_write16(function, PCI_COMMAND, 0);

    if (error == 0)
        error = read_ids(function);
    if (error == 0)
        error = pci_check_present(function);
    if (error != 0)
        return error;
    if (!makes_sense(function)) {
        PCI_PROBLEM(function, "header %u with class %06x can't be: left out",
                    (unsigned)function->layout, (unsigned)function->class_code);
        return -EPROTO;
    }
    error = pci_set_up_express(function);
    return error != 0 ? error : pci_size_bars(function);
}

static struct pci_function *make(struct pci_host *host, struct pci_function *bridge,
                                 uint16_t address, uint16_t vendor_id)
{
    struct pci_function *function = calloc(1, sizeof(*function));

    if (function == NULL)
        return NULL;
    function->host = host;
    function->bridge = bridge;
    function->address = address;
    function->vendor_id = vendor_id;
    (void)snprintf(function->name, sizeof(function->name), "%02x:%02x.%x",
                   (unsigned)PCI_ADDRESS_BUS(address), (unsigned)PCI_ADDRESS_DEVICE(address),
                   (unsigned)PCI_ADDRESS_FUNCTION(address));
    function->device.name = function->name;
    return function;
}

static void append(struct pci_host *host, struct pci_function *function)
{
    if (host->last_function != NULL)
        host->last_function->next = function;
    else
        host->functions = function;
    host->last_function = function;
    host->function_count++;
}

/* *vendor_id is all ones where nobody is. Somebody who is not ready after a reset says so (PCI
 * Express Base Specification 4.0, 2.3.2), or has the host wait. */
static int read_vendor(const struct scan *scan, uint16_t address, uint16_t *vendor_id)
{
    uint32_t word = ALL_ONES_32;
    int error = pci_host_read(scan->host, address, PCI_VENDOR_ID, sizeof(word), &word);

    while (error == 0 && (uint16_t)word == PCI_NOT_READY && !deadline_passed(scan->ready_until)) {
        delay_us(READY_POLL_US);
        error = pci_host_read(scan->host, address, PCI_VENDOR_ID, sizeof(word), &word);
    }
    *vendor_id = (uint16_t)word;
    if (*vendor_id == 0 || *vendor_id == PCI_NOT_READY)
        *vendor_id = ALL_ONES_16;
    return error;
}

/* Whether there is something at the address; what is wrong with that alone is no error. */
static int add(struct scan *scan, struct pci_function *bridge, uint16_t address, bool *is_there)
{
    struct pci_host *host = scan->host;
    struct pci_function *function;
    uint16_t vendor_id;
    int error = read_vendor(scan, address, &vendor_id);

    *is_there = error == 0 && vendor_id != ALL_ONES_16;
    if (!*is_there)
        return error;
    if (host->function_count == PCI_FUNCTIONS_MAX) {
        scan->is_full = true;
        return 0;
    }
    function = make(host, bridge, address, vendor_id);
    if (function == NULL)
        return -ENOMEM;
    error = examine(function);
    if (error == 0) {
        append(host, function);
        return 0;
    }
    if (error == -ENODEV)
        PCI_PROBLEM(function, "%s", "has gone while it was looked at");
    free(function);
    return error == -ENODEV || error == -EPROTO ? 0 : error;
}

/* ---- a bus ---- */

static int scan_device(struct scan *scan, struct pci_function *bridge, uint8_t bus, unsigned device)
{
    unsigned count = 1;
    int error = 0;

    for (unsigned i = 0; error == 0 && !scan->is_full && i < count; i++) {
        const uint16_t address = PCI_ADDRESS(bus, device, i);
        uint32_t layout = 0;
        bool is_there;

        error = add(scan, bridge, address, &is_there);
        if (error == 0 && i == 0 && is_there)
            error = pci_host_read(scan->host, address, PCI_HEADER_TYPE, 1, &layout);
        if ((layout & PCI_HEADER_MULTI_FUNCTION) != 0)
            count = FUNCTIONS;
    }
    return error;
}

/* At the other end of a link there is one device, which may not look at its number (PCI Express
 * Base Specification 4.0, 7.3.1). */
static unsigned devices_behind(const struct pci_function *bridge)
{
    if (bridge == NULL || bridge->express == 0)
        return DEVICES;
    return bridge->express_type == PCI_EXPRESS_TYPE_ROOT_PORT ||
                   bridge->express_type == PCI_EXPRESS_TYPE_DOWNSTREAM
               ? 1
               : DEVICES;
}

static int scan_bus(struct scan *scan, struct pci_function *bridge, uint8_t bus, unsigned depth);

int pci_write_buses(struct pci_function *bridge, uint8_t secondary, uint8_t subordinate)
{
    int error = pci_write8(bridge, PCI_PRIMARY_BUS, PCI_ADDRESS_BUS(bridge->address));

    if (error == 0)
        error = pci_write8(bridge, PCI_SECONDARY_BUS, secondary);
    if (error == 0)
        error = pci_write8(bridge, PCI_SUBORDINATE_BUS, subordinate);
    bridge->secondary = secondary;
    bridge->subordinate = subordinate;
    return error;
}

/* Gives the bridge a bus, and for the time being all that are left behind that. -EPROTO: it does
 * not keep the number. */
static int number_bridge(struct scan *scan, struct pci_function *bridge)
{
    uint8_t secondary = 0;
    int error = pci_write_buses(bridge, (uint8_t)scan->next_bus, scan->host->last_bus);

    if (error == 0)
        error = pci_read8(bridge, PCI_SECONDARY_BUS, &secondary);
    if (error == 0 && secondary != scan->next_bus)
        error = -EPROTO;
    return error;
}

static int scan_behind(struct scan *scan, struct pci_function *bridge, unsigned depth)
{
    int error = pci_write_buses(bridge, 0, 0);

    if (error != 0)
        return error;
    if (depth == PCI_DEPTH_MAX || scan->next_bus > scan->host->last_bus) {
        PCI_PROBLEM(bridge, "%s", "no bus is left for what is behind it");
        return 0;
    }
    error = number_bridge(scan, bridge);
    if (error == -EPROTO) {
        PCI_PROBLEM(bridge, "%s", "does not keep the number of its bus: left closed");
        return pci_write_buses(bridge, 0, 0);
    }
    if (error == 0)
        error = scan_bus(scan, bridge, (uint8_t)scan->next_bus++, depth + 1u);
    if (error == 0)
        error = pci_write_buses(bridge, bridge->secondary, (uint8_t)(scan->next_bus - 1u));
    return error;
}

static int scan_bus(struct scan *scan, struct pci_function *bridge, uint8_t bus, unsigned depth)
{
    struct pci_function *before = scan->host->last_function, *last;
    const unsigned devices = devices_behind(bridge);
    int error = 0;

    for (unsigned device = 0; error == 0 && !scan->is_full && device < devices; device++)
        error = scan_device(scan, bridge, bus, device);
    last = scan->host->last_function;
    while (error == 0 && before != last) {
        before = pci_next(scan->host, before);
        if (before->layout == PCI_HEADER_BRIDGE)
            error = scan_behind(scan, before, depth);
    }
    return error;
}

/* ---- a host ---- */

static bool is_window(const struct pci_window *window)
{
    return window->bus < BUS_LIMIT && window->size <= BUS_LIMIT - window->bus &&
           window->cpu + window->size >= window->cpu;
}

static int check(const struct pci_host *host)
{
    if (host == NULL || host->read == NULL || host->write == NULL ||
        host->first_bus > host->last_bus)
        return -EINVAL;
    for (unsigned kind = 0; kind < PCI_WINDOW_KINDS; kind++)
        if (!is_window(&host->windows[kind]))
            return -EINVAL;
    if (host->is_enumerated)
        return -EALREADY;
    return wait_is_allowed() ? 0 : -EDEADLK;
}

int pci_enumerate(struct pci_host *host)
{
    struct scan scan = {.host = host};
    int error = check(host);

    if (error != 0)
        return error;
    host->is_enumerated = true;
    scan.next_bus = host->first_bus + 1u;
    scan.ready_until = deadline_after_us(PCI_READY_US);
    error = scan_bus(&scan, NULL, host->first_bus, 0);
    if (scan.is_full) {
        host->problem_count++;
        log_warning(pci, "%s: more than %u functions: the rest is left alone", host->name,
                    PCI_FUNCTIONS_MAX);
    }
    if (error != 0)
        log_error(pci, "%s: looking for functions: error %d", host->name, error);
    pci_assign(host);
    return error;
}
