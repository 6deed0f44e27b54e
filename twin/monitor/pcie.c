// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is plugged into the PCI Express controllers: QEMU's devices, behind root ports of QEMU's
 * that the guest does not see. The port that it sees is the model's (twin/models/pcie_port.c); what
 * that one lets through, QEMU's does: bus numbers, windows, command, secondary bus reset. So the
 * devices have the bus numbers, and requester ids, that the guest has given them.
 *
 * Both controllers number their buses from 0, and QEMU has one set of numbers: the second's are its
 * last ones, and what bridges there are told, and tell, of their buses is translated. IO has no
 * second set of addresses either: the second controller has none.
 *
 * Configuration requests go to QEMU's ECAM, requests to memory and IO to its windows, which have
 * the same addresses on the bus. Of the outbound space, stage 2 shows the guest what is
 * memory at its own address, page by page, but for pages with an MSI-X table.
 */
#include <string.h>

#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/pcie.h"

#define ECAM(function, offset)                                                                     \
    (BOARD_ECAM_BASE % (1u << 30) + ECAM_ALIAS + ((uint64_t)(function) << 12) + (offset))

#define VENDOR               0x00u
#define NO_VENDOR            0xffffu
#define COMMAND              0x04u
#define COMMAND_MASK         0x0007u /* IO, memory, bus master */
#define BUSES                0x18u
#define IO_WINDOW            0x1cu
#define IO_WINDOW_CLOSED     0x00f0u /* the base above the limit */
#define BRIDGE_CONTROL       0x3cu
#define BUS_RESET            (1u << 22)
#define BUSES_SECONDARY(w)   ((w) >> 8 & 0xffu)
#define BUSES_SUBORDINATE(w) ((w) >> 16 & 0xffu)
#define BUSES_MASK           0x00ffffffu

#define CONFIG_FUNCTION(a)   ((unsigned)((a) >> 16) & 0xffffu)
#define CONFIG_OFFSET(a)     ((unsigned)(a)&0xfffu)
#define FUNCTION_BUS(id)     ((id) >> 8)
#define FUNCTION_DEVICE(id)  ((id) >> 3 & 0x1fu)
#define HEADER_TYPE          0x0eu
#define HEADER_KIND          0x7fu
#define HEADER               0x40u
#define EXTENDED             0x100u
#define MSI                  0x05u
#define MSI_SIZE             24u
#define MSIX                 0x11u
#define MSIX_SIZE            12u

#define BUS_LAST             0xffu

static uint32_t buses[PCIE_CONTROLLERS]; /* as QEMU's root port has them */
static uint16_t pages[PCIE_GRANULES];

uint32_t ecam_read(unsigned function, unsigned offset, unsigned size)
{
    return (uint32_t)mmio_read(ECAM(function, offset), size);
}

void ecam_write(unsigned function, unsigned offset, unsigned size, uint32_t value)
{
    mmio_write(ECAM(function, offset), size, value);
}

/* ---- buses ---- */

unsigned pcie_controller_of(unsigned bus)
{
    return pcie_is_plugged(1) && bus >= BOARD_SECOND_BUS ? 1 : 0;
}

unsigned pcie_secondary(unsigned controller)
{
    return BUSES_SECONDARY(buses[controller]);
}

unsigned pcie_subordinate(unsigned controller)
{
    return BUSES_SUBORDINATE(buses[controller]);
}

/* The guest's last bus that QEMU has a number for. */
static unsigned last_bus(unsigned controller)
{
    if (controller == 1)
        return BUS_LAST - BOARD_SECOND_BUS;
    return pcie_is_plugged(1) ? BOARD_SECOND_BUS - 1 : BUS_LAST;
}

static unsigned board_bus(unsigned controller, unsigned bus)
{
    if (bus > last_bus(controller))
        bus = last_bus(controller);
    return controller == 1 && bus != 0 ? bus + BOARD_SECOND_BUS : bus;
}

static unsigned guest_bus(unsigned controller, unsigned bus)
{
    return controller == 1 && bus >= BOARD_SECOND_BUS ? bus - BOARD_SECOND_BUS : bus;
}

/* Of a bridge's register: primary, secondary and subordinate bus, and a timer. */
static uint32_t translate_buses(unsigned controller, uint32_t word,
                                unsigned (*translate)(unsigned controller, unsigned bus))
{
    uint32_t translated = word & ~BUSES_MASK;

    for (unsigned shift = 0; shift < 24; shift += 8)
        translated |= translate(controller, word >> shift & 0xffu) << shift;
    return translated;
}

static void init_port(unsigned controller)
{
    if (ecam_read(BOARD_ROOT_PORT(controller), VENDOR, 2) == NO_VENDOR)
        die("no root port of QEMU's for controller %u", (uint64_t)controller);
    ecam_write(BOARD_ROOT_PORT(controller), BUSES, 4, 0);
    if (controller != 0)
        ecam_write(BOARD_ROOT_PORT(controller), IO_WINDOW, 2, IO_WINDOW_CLOSED);
}

void pcie_init(void)
{
    memset(buses, 0, sizeof(buses));
    memset(pages, 0, sizeof(pages));
    if (!pcie_wanted())
        return;
    for (unsigned n = 0; n < PCIE_CONTROLLERS; n++)
        if (pcie_is_plugged(n))
            init_port(n);
    smmu_init();
}

void pcie_tell(void)
{
    if (pcie_wanted())
        smmu_tell();
}

/* ---- what the guest sees without a trap ---- */

static void show_window(unsigned controller, const struct am65x_pcie_window *window)
{
    uint64_t start = GUEST_PCIE_BASE + (uint64_t)controller * GUEST_PCIE_EACH;
    uint64_t end = start + GUEST_PCIE_EACH;
    uint64_t at = window->base < start ? start : window->base;
    bool shown = window->space == AM65X_PCIE_MEMORY && window->base == window->target;

    for (; at < end && at < window->limit; at += AM65X_PCIE_GRANULE)
        pages[(at - GUEST_PCIE_BASE) / AM65X_PCIE_GRANULE] = shown ? UINT16_MAX : 0;
}

static void hide_page(uint64_t address)
{
    uint64_t offset = address - GUEST_PCIE_BASE;

    if (offset < GUEST_PCIE_SIZE)
        pages[offset / AM65X_PCIE_GRANULE] &=
            (uint16_t) ~(1u << offset % AM65X_PCIE_GRANULE / 4096);
}

static void hide_tables(void)
{
    for (unsigned i = 0; i < pcie_functions_count(); i++) {
        const struct pcie_function *function = pcie_functions_at(i);

        for (uint64_t at = 0; at < function->table_size; at += 16)
            hide_page(function->table + at);
    }
}

/* The first window that has an address counts, so it comes last here. */
static void show_windows(unsigned controller)
{
    struct am65x_pcie_window window;

    for (unsigned i = AM65X_PCIE_WINDOWS; i-- > 0 && am65x_pcie_link(controller);)
        if (am65x_pcie_window(controller, i, &window))
            show_window(controller, &window);
}

static void show(void)
{
    memset(pages, 0, sizeof(pages));
    for (unsigned n = 0; n < PCIE_CONTROLLERS; n++)
        show_windows(n);
    hide_tables();
    stage2_show_pcie(pages);
}

static void find_and_show(void)
{
    pcie_functions_find();
    show();
}

/* Writes what may move, add or take away memory of QEMU's. No core may be at it meanwhile: its MMIO
 * accesses would crash QEMU (7.2 looks their target up in the new map by the number that it had in
 * the old one). So the guest's cores see nothing of the window until find_and_show(), and wait for
 * the models' lock. */
static void write_hidden(unsigned function, unsigned offset, unsigned size, uint32_t value)
{
    memset(pages, 0, sizeof(pages));
    stage2_show_pcie(pages);
    ecam_write(function, offset, size, value);
}

void pcie_windows(void *context, unsigned controller)
{
    (void)context;
    (void)controller;
    show();
}

/* ---- the port and the link ---- */

void pcie_port(void *context, unsigned controller, unsigned offset, uint32_t value)
{
    unsigned port = BOARD_ROOT_PORT(controller);

    (void)context;
    switch (offset) {
    case COMMAND:
        write_hidden(port, COMMAND, 2, value & COMMAND_MASK);
        break;
    case BUSES:
        buses[controller] = translate_buses(controller, value & BUSES_MASK, board_bus);
        write_hidden(port, BUSES, 4, buses[controller]);
        break;
    case IO_WINDOW:
        if (controller == 0)
            write_hidden(port, IO_WINDOW, 2, value & 0xffffu);
        break;
    case BRIDGE_CONTROL:
        write_hidden(port, BRIDGE_CONTROL + 2, 2, value >> 16);
        break;
    default:
        write_hidden(port, offset, 4, value);
    }
    find_and_show();
}

void pcie_link(void *context, unsigned controller, bool up)
{
    unsigned port = BOARD_ROOT_PORT(controller);
    uint32_t control = ecam_read(port, BRIDGE_CONTROL, 4);

    (void)context;
    if (up) {
        write_hidden(port, BRIDGE_CONTROL, 4, control | BUS_RESET);
        write_hidden(port, BRIDGE_CONTROL, 4, control & ~BUS_RESET);
    }
    find_and_show();
}

/* ---- requests ---- */

/* The function that answers; a link has one device at its end. */
static bool find_target(const struct am65x_pcie_request *request, unsigned *id)
{
    unsigned n = request->controller, asked = CONFIG_FUNCTION(request->address);
    unsigned bus = board_bus(n, FUNCTION_BUS(asked));

    if (pcie_secondary(n) == 0)
        return false;
    if (request->space == AM65X_PCIE_CONFIG1) {
        *id = bus << 8 | (asked & 0xffu);
        return FUNCTION_BUS(asked) <= last_bus(n) && bus > pcie_secondary(n) &&
               bus <= pcie_subordinate(n);
    }
    *id = pcie_secondary(n) << 8 | (asked & 7u);
    return FUNCTION_DEVICE(asked) == 0;
}

/* The register of a bridge behind the second controller that has its buses. */
static bool buses_access(unsigned id, unsigned offset, struct am65x_pcie_request *request)
{
    unsigned n = request->controller;
    uint32_t word;

    if (n == 0 || offset - BUSES >= 4 || (ecam_read(id, HEADER_TYPE, 1) & HEADER_KIND) != 1)
        return false;
    word = translate_buses(n, ecam_read(id, BUSES, 4), guest_bus);
    if (request->write) {
        word = (uint32_t)merge(word, offset - BUSES, request->size, request->value);
        write_hidden(id, BUSES, 4, translate_buses(n, word, board_bus));
        find_and_show();
    } else {
        request->value = word >> 8 * (offset - BUSES);
    }
    return true;
}

static bool is_of(unsigned id, unsigned capability, unsigned size, unsigned offset)
{
    unsigned at = pcie_capability(id, capability);

    return at != 0 && offset - at < size;
}

/* A BAR, a bus number, a reset of the function, but nothing of its interrupts or behind that. */
static bool may_move(unsigned id, unsigned offset)
{
    return offset < HEADER || (offset < EXTENDED && !is_of(id, MSI, MSI_SIZE, offset) &&
                               !is_of(id, MSIX, MSIX_SIZE, offset));
}

static bool config(struct am65x_pcie_request *request)
{
    unsigned id, offset = CONFIG_OFFSET(request->address);

    if (!find_target(request, &id))
        return false;
    if (offset >= HEADER && offset < EXTENDED && pcie_message_access(id, offset, request))
        return true;
    if (buses_access(id, offset, request))
        return true;
    if (!request->write) {
        request->value = ecam_read(id, offset, request->size);
        return true;
    }
    if (!may_move(id, offset)) {
        ecam_write(id, offset, request->size, request->value);
        return true;
    }
    write_hidden(id, offset, request->size, request->value);
    find_and_show();
    return true;
}

static bool access(uint64_t address, struct am65x_pcie_request *request)
{
    return request->write ? probe_write(address, request->size, request->value)
                          : probe_read(address, request->size, &request->value);
}

/* QEMU has one memory for both buses: what is behind one controller does not answer the other. */
static bool is_others(const struct am65x_pcie_request *request,
                      const struct pcie_function *function)
{
    uint64_t offset = request->address - GUEST_PCIE_BASE;
    unsigned owner = (unsigned)(offset / GUEST_PCIE_EACH);

    if (function != NULL)
        return pcie_controller_of(FUNCTION_BUS(function->id)) != request->controller;
    return offset < GUEST_PCIE_SIZE && owner != request->controller && pcie_is_plugged(owner);
}

static bool memory(struct am65x_pcie_request *request)
{
    const struct pcie_function *function = pcie_function_with_table(request->address);

    if (request->address < BOARD_PCIE_MEMORY_BASE || request->address >= BOARD_PCIE_MEMORY_END ||
        is_others(request, function))
        return false;
    return function != NULL ? pcie_table_access(function, request)
                            : access(request->address, request);
}

bool pcie_request(void *context, struct am65x_pcie_request *request)
{
    (void)context;
    smmu_tell();
    switch (request->space) {
    case AM65X_PCIE_CONFIG0:
    case AM65X_PCIE_CONFIG1:
        return config(request);
    case AM65X_PCIE_MEMORY:
        return memory(request);
    case AM65X_PCIE_IO:
        return request->controller == 0 && request->address < BOARD_PCIE_IO_SIZE &&
               access(BOARD_PCIE_IO_BASE + request->address, request);
    default:
        return false;
    }
}
