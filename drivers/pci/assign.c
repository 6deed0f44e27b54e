// SPDX-License-Identifier: BSD-3-Clause
/*
 * Addresses for BARs. What is behind a bridge lies together, so that one range of the bridge's
 * covers it. The whole tree is laid out one after the other from the start of the host's window:
 * within a bus by rising alignment, which suits a window that begins at no round address; if that
 * is too long, by falling alignment. If that does not fit either, the largest BAR goes without.
 */
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"
#include "lib/log.h"

LOG_USE(pci);

#define SHIFTS      64u
#define RANGE_TYPE  0xfu /* what a base and a limit have in their low bits */
#define UPPER       32u
#define MEMORY_BITS 16u /* a bridge's base and limit have the address bits from 20 on */
#define IO_BITS     8u  /* the same of I/O, from 12 on */

/* In what steps a bridge's ranges begin and end. */
static const uint64_t granules[PCI_WINDOW_KINDS] = {
    [PCI_WINDOW_MEMORY] = 0x100000,
    [PCI_WINDOW_PREFETCHABLE] = 0x100000,
    [PCI_WINDOW_IO] = 0x1000,
};

/* One attempt at a kind. */
struct layout {
    struct pci_host *host;
    enum pci_window_kind kind;
    bool falls; /* by falling alignment */
};

static uint64_t round_up(uint64_t address, uint64_t granule)
{
    return (address + granule - 1) & ~(granule - 1);
}

/* Of which kind a BAR's window is. */
static enum pci_window_kind kind_of(const struct pci_function *function, const struct pci_bar *bar)
{
    if (bar->is_io)
        return PCI_WINDOW_IO;
    if (bar->is_64_bit && bar->is_prefetchable &&
        function->host->windows[PCI_WINDOW_PREFETCHABLE].size != 0)
        return PCI_WINDOW_PREFETCHABLE;
    return PCI_WINDOW_MEMORY;
}

static bool takes_part(const struct pci_function *function, const struct pci_bar *bar,
                       enum pci_window_kind kind)
{
    return bar->size != 0 && bar->is_assigned && kind_of(function, bar) == kind;
}

/* ---- laying out ---- */

/* Whether `inner` is on a bus behind the bridge. */
static bool is_behind(const struct pci_function *inner, const struct pci_function *bridge)
{
    const uint8_t bus = PCI_ADDRESS_BUS(inner->address);

    return bridge->secondary != 0 && bus >= bridge->secondary && bus <= bridge->subordinate;
}

/* The largest alignment that something behind the bridge wants; 0: nothing is there. */
static uint64_t alignment_behind(const struct layout *layout, const struct pci_function *bridge)
{
    uint64_t alignment = 0;

    for (const struct pci_function *f = pci_next(layout->host, NULL); f != NULL; f = f->next)
        for (unsigned i = 0; i < PCI_BARS && is_behind(f, bridge); i++)
            if (takes_part(f, &f->bars[i], layout->kind) && f->bars[i].size > alignment)
                alignment = f->bars[i].size;
    return alignment != 0 && alignment < granules[layout->kind] ? granules[layout->kind]
                                                                : alignment;
}

static uint64_t place_bus(const struct layout *layout, const struct pci_function *bridge,
                          uint64_t address);

/* Those of a function's things that want just this alignment. */
static uint64_t place_function(const struct layout *layout, struct pci_function *function,
                               uint64_t alignment, uint64_t address)
{
    struct pci_window *window = &function->windows[layout->kind];

    for (unsigned i = 0; i < PCI_BARS; i++)
        if (takes_part(function, &function->bars[i], layout->kind) &&
            function->bars[i].size == alignment) {
            function->bars[i].bus = round_up(address, alignment);
            address = function->bars[i].bus + alignment;
        }
    if (function->layout != PCI_HEADER_BRIDGE || alignment_behind(layout, function) != alignment)
        return address;
    window->bus = round_up(address, granules[layout->kind]);
    address = round_up(place_bus(layout, function, window->bus), granules[layout->kind]);
    window->size = address - window->bus;
    return address;
}

/* Lays out a bus from the address on; returns the end. Of a bridge as deep as PCI_DEPTH_MAX nothing
 * is behind. */
static uint64_t place_bus(const struct layout *layout, const struct pci_function *bridge,
                          uint64_t address)
{
    for (unsigned n = 1; n < SHIFTS; n++) {
        const uint64_t alignment = UINT64_C(1) << (layout->falls ? SHIFTS - n : n);

        for (struct pci_function *f = pci_next(layout->host, NULL); f != NULL; f = f->next)
            if (f->bridge == bridge)
                address = place_function(layout, f, alignment, address);
    }
    return address;
}

static void forget_ranges(const struct layout *layout)
{
    for (struct pci_function *f = pci_next(layout->host, NULL); f != NULL; f = f->next)
        f->windows[layout->kind] = (struct pci_window){0};
}

/* Nothing is at 0, which means no address. No BAR that takes part is larger than the window, and
 * there are not so many that the sum would go round. */
static bool fits(struct layout *layout, bool falls)
{
    const struct pci_window *window = &layout->host->windows[layout->kind];
    const uint64_t start = window->bus != 0 ? window->bus : granules[layout->kind];

    layout->falls = falls;
    forget_ranges(layout);
    return place_bus(layout, NULL, start) <= window->bus + window->size || window->size == 0;
}

/* ---- what goes without ---- */

static void leave_out(struct pci_function *function, unsigned index)
{
    function->bars[index].is_assigned = false;
    function->bars[index].bus = 0;
    PCI_PROBLEM(function, "BAR %u: no room for its %llu bytes", index,
                (unsigned long long)function->bars[index].size);
}

static bool leave_out_largest(const struct layout *layout)
{
    struct pci_function *owner = NULL;
    unsigned index = 0;

    for (struct pci_function *f = pci_next(layout->host, NULL); f != NULL; f = f->next)
        for (unsigned i = 0; i < PCI_BARS; i++)
            if (takes_part(f, &f->bars[i], layout->kind) &&
                (owner == NULL || f->bars[i].size > owner->bars[index].size)) {
                owner = f;
                index = i;
            }
    if (owner != NULL)
        leave_out(owner, index);
    return owner != NULL;
}

/* I/O without a window for it is not missed: devices have memory BARs that do the same. */
static void choose(const struct layout *layout)
{
    const uint64_t room = layout->host->windows[layout->kind].size;

    for (struct pci_function *f = pci_next(layout->host, NULL); f != NULL; f = f->next)
        for (unsigned i = 0; i < PCI_BARS; i++) {
            struct pci_bar *bar = &f->bars[i];

            if (bar->size == 0 || kind_of(f, bar) != layout->kind)
                continue;
            bar->is_assigned = bar->size <= room;
            if (!bar->is_assigned && !(bar->is_io && room == 0))
                leave_out(f, i);
        }
}

/* ---- writing it ---- */

static int write_bars(struct pci_function *function)
{
    const struct pci_window *windows = function->host->windows;
    int error = 0;

    for (unsigned i = 0; error == 0 && i < PCI_BARS; i++) {
        struct pci_bar *bar = &function->bars[i];
        const struct pci_window *window;

        if (bar->size == 0 || !bar->is_assigned)
            continue;
        window = &windows[kind_of(function, bar)];
        bar->cpu = bar->bus - window->bus + window->cpu;
        error = pci_write32(function, PCI_BAR(i), (uint32_t)bar->bus);
        if (error == 0 && bar->is_64_bit)
            error = pci_write32(function, PCI_BAR(i + 1u), (uint32_t)(bar->bus >> UPPER));
    }
    return error;
}

/* Base and limit of a range, in the bits that the registers have; of none the base is above the
 * limit. */
static uint32_t range_of(const struct pci_window *range, unsigned shift, unsigned bits)
{
    const uint32_t mask = ((1u << bits) - 1u) & ~RANGE_TYPE;
    const uint32_t base = (uint32_t)(range->bus >> shift) & mask;
    const uint32_t limit = (uint32_t)((range->bus + range->size - 1) >> shift) & mask;

    return range->size != 0 ? base | limit << bits : mask;
}

static int write_memory(struct pci_function *bridge)
{
    const struct pci_window *ranges = bridge->windows;
    int error = pci_write32(bridge, PCI_MEMORY_BASE,
                            range_of(&ranges[PCI_WINDOW_MEMORY], MEMORY_BITS, MEMORY_BITS));

    if (error == 0)
        error = pci_write32(bridge, PCI_PREFETCHABLE_BASE,
                            range_of(&ranges[PCI_WINDOW_PREFETCHABLE], MEMORY_BITS, MEMORY_BITS));
    if (error == 0)
        error = pci_write32(bridge, PCI_PREFETCHABLE_BASE_UPPER, 0);
    if (error == 0)
        error = pci_write32(bridge, PCI_PREFETCHABLE_LIMIT_UPPER, 0);
    return error;
}

static int write_io(struct pci_function *bridge)
{
    const struct pci_window *io = &bridge->windows[PCI_WINDOW_IO];
    const uint32_t last = (uint32_t)(io->bus + io->size - (io->size != 0));
    int error = pci_write16(bridge, PCI_IO_BASE, (uint16_t)range_of(io, IO_BITS, IO_BITS));

    return error != 0 ? error
                      : pci_write32(bridge, PCI_IO_BASE_UPPER,
                                    (uint32_t)(io->bus >> 16) | (last & 0xffff0000u));
}

/* Requests go both ways from here on. */
static int open_bridge(struct pci_function *bridge)
{
    uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    int error = write_memory(bridge);

    if (error == 0)
        error = write_io(bridge);
    if (bridge->windows[PCI_WINDOW_IO].size != 0)
        command |= PCI_COMMAND_IO;
    return error != 0 ? error : pci_write16(bridge, PCI_COMMAND, command);
}

int pci_write_addresses(struct pci_function *function)
{
    int error = write_bars(function);

    return error == 0 && function->layout == PCI_HEADER_BRIDGE ? open_bridge(function) : error;
}

void pci_assign(struct pci_host *host)
{
    struct layout layout = {.host = host};

    for (unsigned kind = 0; kind < PCI_WINDOW_KINDS; kind++) {
        layout.kind = (enum pci_window_kind)kind;
        choose(&layout);
        while (!fits(&layout, false) && !fits(&layout, true) && leave_out_largest(&layout))
            ;
    }
    for (struct pci_function *f = pci_next(host, NULL); f != NULL; f = f->next) {
        int error = pci_write_addresses(f);

        if (error != 0)
            PCI_PROBLEM(f, "addresses: error %d", error);
    }
}
