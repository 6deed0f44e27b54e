// SPDX-License-Identifier: BSD-3-Clause
/*
 * The functions behind the root ports, as the guest has numbered their buses and set their BARs
 * (PCI Local Bus Specification 3.0, 6.1, 6.7, 6.8.2; PCI Express Base Specification 3.1, 7.8): who
 * speaks for them, and where their MSI-X tables lie. A guest can make loops of buses and lists of
 * capabilities that lead anywhere; each bus is looked at once, each list as long as it may be.
 */
#include <stddef.h>

#include "twin/monitor/pcie.h"

#define VENDOR              0x00u
#define STATUS              0x06u
#define STATUS_LIST         0x10u
#define CLASS               0x0au
#define CLASS_BRIDGE        0x0604u
#define HEADER_TYPE         0x0eu
#define HEADER_MANY         0x80u
#define BAR(n)              (0x10u + 4 * (n))
#define BARS                6u
#define BAR_IO              0x1u
#define BAR_64              0x4u
#define BUSES               0x18u
#define LIST                0x34u
#define LIST_FIRST          0x40u
#define LIST_MAX            48u

#define CAPABILITY_EXPRESS  0x10u
#define EXPRESS_TYPE(flags) ((flags) >> 4 & 0xfu)
#define TYPE_UPSTREAM       5u /* of a switch: behind it is the switch's own bus */
#define TYPE_TO_PCI         7u
#define CAPABILITY_MSIX     0x11u
#define MSIX_SIZE(control)  (((control)&0x7ffu) + 1)
#define MSIX_TABLE          0x4u
#define MSIX_ENTRY          16u

#define BUSES_COUNT         256u
#define DEVICES             32u

static struct pcie_function functions[PCIE_FUNCTIONS_MAX];
static unsigned count;

/* Buses that are to be looked at, in the order in which they were found; each once. */
static struct bus {
    uint8_t number;
    bool single;     /* a link: device 0 alone */
    bool spoken_for; /* by requester */
    uint16_t requester;
} buses[BUSES_COUNT];
static unsigned bus_count;
static bool seen[BUSES_COUNT];

unsigned pcie_capability(unsigned function, unsigned id)
{
    unsigned at;

    if ((ecam_read(function, STATUS, 2) & STATUS_LIST) == 0)
        return 0;
    at = ecam_read(function, LIST, 1) & ~3u;
    for (unsigned i = 0; i < LIST_MAX && at >= LIST_FIRST; i++) {
        uint32_t head = ecam_read(function, at, 2);

        if ((head & 0xff) == id)
            return at;
        at = head >> 8 & ~3u;
    }
    return 0;
}

static uint64_t bar_address(unsigned function, unsigned n)
{
    uint32_t low = ecam_read(function, BAR(n), 4);
    uint64_t high = 0;

    if ((low & BAR_IO) != 0)
        return 0;
    if ((low & BAR_64) != 0 && n + 1 < BARS)
        high = ecam_read(function, BAR(n + 1), 4);
    return high << 32 | (low & ~0xfu);
}

static void find_table(struct pcie_function *function)
{
    unsigned at = pcie_capability(function->id, CAPABILITY_MSIX);
    uint32_t where;
    uint64_t base;

    if (at == 0)
        return;
    where = ecam_read(function->id, at + MSIX_TABLE, 4);
    base = (where & 7u) < BARS ? bar_address(function->id, where & 7u) : 0;
    if (base == 0)
        return;
    function->table = base + (where & ~7u);
    function->table_size = MSIX_SIZE(ecam_read(function->id, at + 2, 2)) * MSIX_ENTRY;
}

static void add_bus(unsigned number, bool single, bool spoken_for, unsigned requester)
{
    unsigned controller = pcie_controller_of(number);

    if (number <= pcie_secondary(controller) || number > pcie_subordinate(controller) ||
        seen[number])
        return;
    seen[number] = true;
    buses[bus_count++] = (struct bus){(uint8_t)number, single, spoken_for, (uint16_t)requester};
}

/* Whose requests come with the requester id of the bridge's other bus: those of devices of the
 * older kind, which have none of their own on a link. */
static void add_bus_behind(unsigned id, const struct bus *bus)
{
    unsigned secondary = ecam_read(id, BUSES, 4) >> 8 & 0xffu;
    unsigned express = pcie_capability(id, CAPABILITY_EXPRESS);
    unsigned type = express != 0 ? EXPRESS_TYPE(ecam_read(id, express + 2, 2)) : TYPE_TO_PCI;

    if (bus->spoken_for)
        add_bus(secondary, false, true, bus->requester);
    else if (express == 0)
        add_bus(secondary, false, true, id);
    else if (type == TYPE_TO_PCI)
        add_bus(secondary, false, true, secondary << 8);
    else
        add_bus(secondary, type != TYPE_UPSTREAM, false, 0);
}

static void look_at(unsigned id, const struct bus *bus)
{
    struct pcie_function *function;

    if (count == PCIE_FUNCTIONS_MAX)
        return;
    function = &functions[count++];
    *function = (struct pcie_function){.id = (uint16_t)id};
    function->requester = bus->spoken_for ? bus->requester : (uint16_t)id;
    if (ecam_read(id, CLASS, 2) == CLASS_BRIDGE)
        add_bus_behind(id, bus);
    find_table(function);
}

static bool is_there(unsigned id)
{
    return ecam_read(id, VENDOR, 2) != 0xffff;
}

static void look_at_device(unsigned id, const struct bus *bus)
{
    unsigned last = 0;

    if (!is_there(id))
        return;
    if ((ecam_read(id, HEADER_TYPE, 1) & HEADER_MANY) != 0)
        last = 7;
    for (unsigned n = 0; n <= last; n++)
        if (is_there(id | n))
            look_at(id | n, bus);
}

static void add_link(unsigned controller)
{
    unsigned number = pcie_secondary(controller);

    if (!am65x_pcie_link(controller) || number == 0)
        return;
    seen[number] = true;
    buses[bus_count++] = (struct bus){.number = (uint8_t)number, .single = true};
}

void pcie_functions_find(void)
{
    count = bus_count = 0;
    for (unsigned i = 0; i < BUSES_COUNT; i++)
        seen[i] = false;
    for (unsigned n = 0; n < PCIE_CONTROLLERS; n++)
        add_link(n);
    for (unsigned i = 0; i < bus_count; i++)
        for (unsigned device = 0; device < (buses[i].single ? 1 : DEVICES); device++)
            look_at_device((unsigned)buses[i].number << 8 | device << 3, &buses[i]);
}

unsigned pcie_functions_count(void)
{
    return count;
}

const struct pcie_function *pcie_functions_at(unsigned index)
{
    return &functions[index];
}

const struct pcie_function *pcie_function_of(unsigned id)
{
    for (unsigned i = 0; i < count; i++)
        if (functions[i].id == id)
            return &functions[i];
    return NULL;
}

const struct pcie_function *pcie_function_with_table(uint64_t address)
{
    for (unsigned i = 0; i < count; i++)
        if (address - functions[i].table < functions[i].table_size)
            return &functions[i];
    return NULL;
}
