// SPDX-License-Identifier: BSD-3-Clause
/*
 * A PCI Express controller in the device tree (lib/device_tree_pci.h).
 */
#include "lib/device_tree_pci.h"

#include <errno.h>
#include <libfdt.h>
#include <stddef.h>
#include <string.h>

#define COMPATIBLE       "ti,am654-pcie-rc"
#define PHY              "ti,phy-am654-serdes"
#define CELL             ((int)sizeof(fdt32_t))
#define REG_CELLS        4 /* two of address, two of size */
#define RANGE_CELLS      7 /* three of the bus, two of the CPU, two of size */
#define MAP_CELLS        4
#define INTERRUPT_CELLS  3 /* of the GIC's: kind, number, trigger */
#define INTERRUPT_SPI    0u
#define INTERRUPT_RISING 1u
#define SPI_FIRST        32u
#define SPIS             988u
#define PHY_CELLS        3
#define RESET_CELLS      3
#define SPACE(word)      ((word) >> 24 & 3u)
#define SPACE_IO         1u
#define PREFETCHABLE     0x40000000u
#define ACTIVE_LOW       1u
#define SPEED_MAX        3u
#define SPEED_DEFAULT    2u
#define CLOCK_CELLS_MAX  2
#define BUSES            0x100u

/* A phandle and what goes with it. */
struct reference {
    int node;
    int count; /* of arguments */
    uint32_t handle, arguments[CLOCK_CELLS_MAX];
};

static uint32_t cell(const fdt32_t *cells, int index)
{
    return fdt32_ld(&cells[index]);
}

static uint64_t pair(const fdt32_t *cells, int index)
{
    return (uint64_t)cell(cells, index) << 32 | cell(cells, index + 1);
}

/* A property of whole groups of so many cells; *groups 0: there is none. */
static const fdt32_t *read_groups(const void *tree, int node, const char *name, int cells,
                                  int *groups)
{
    int length;
    const fdt32_t *property = fdt_getprop(tree, node, name, &length);

    *groups = property != NULL && length % (cells * CELL) == 0 ? length / (cells * CELL) : 0;
    return property;
}

static uint32_t read_cell(const void *tree, int node, const char *name, uint32_t otherwise)
{
    int count;
    const fdt32_t *property = read_groups(tree, node, name, 1, &count);

    return count == 1 ? cell(property, 0) : otherwise;
}

static bool is_enabled(const void *tree, int node)
{
    const char *status = fdt_stringlist_get(tree, node, "status", 0, NULL);

    return status == NULL || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

/* The address of the part of reg that has that name; 0: there is none. */
static uint64_t read_part(const void *tree, int node, const char *name)
{
    int groups, index = fdt_stringlist_search(tree, node, "reg-names", name);
    const fdt32_t *reg = read_groups(tree, node, "reg", REG_CELLS, &groups);

    return index >= 0 && index < groups ? pair(reg, index * REG_CELLS) : 0;
}

static uint64_t number(const fdt32_t *cells, int count)
{
    return count == 2 ? pair(cells, 0) : cell(cells, 0);
}

/* One step up: an address on the bus to one on the bus that it is on. 0: it leads nowhere. */
static uint64_t leave_bus(const void *tree, int bus, uint64_t address)
{
    int length, own = fdt_address_cells(tree, bus), sizes = fdt_size_cells(tree, bus);
    int outer = fdt_address_cells(tree, fdt_parent_offset(tree, bus));
    const fdt32_t *ranges = fdt_getprop(tree, bus, "ranges", &length);

    if (ranges == NULL || length == 0)
        return ranges != NULL ? address : 0;
    if (own < 1 || own > 2 || outer < 1 || outer > 2 || sizes < 1 || sizes > 2)
        return 0;
    for (int left = length / CELL; left >= own + outer + sizes; left -= own + outer + sizes) {
        const uint64_t offset = address - number(ranges, own);

        if (offset < number(ranges + own + outer, sizes))
            return number(ranges + own, outer) + offset;
        ranges += own + outer + sizes;
    }
    return 0;
}

/* The first address of reg, as the cores see it: a node of the wakeup domain lies on a bus with
 * addresses of one cell. 0: there is none. */
static uint64_t read_base(const void *tree, int node)
{
    int length, bus = fdt_parent_offset(tree, node), cells = fdt_address_cells(tree, bus);
    const fdt32_t *reg = fdt_getprop(tree, node, "reg", &length);
    uint64_t address;

    if (reg == NULL || cells < 1 || cells > 2 || length < cells * CELL)
        return 0;
    address = number(reg, cells);
    for (; bus > 0 && address != 0; bus = fdt_parent_offset(tree, bus))
        address = leave_bus(tree, bus, address);
    return bus == 0 ? address : 0;
}

/* ---- the controller's own ---- */

static const char *read_windows(const void *tree, int node, struct device_tree_pci *pci)
{
    int groups;
    const fdt32_t *ranges = read_groups(tree, node, "ranges", RANGE_CELLS, &groups);

    if (groups == 0 || groups > (int)DEVICE_TREE_PCI_WINDOWS)
        return "its ranges";
    for (; pci->window_count < (unsigned)groups; pci->window_count++, ranges += RANGE_CELLS) {
        struct device_tree_pci_window *window = &pci->windows[pci->window_count];

        if (SPACE(cell(ranges, 0)) == 0)
            return "its ranges";
        window->is_io = SPACE(cell(ranges, 0)) == SPACE_IO;
        window->is_prefetchable = (cell(ranges, 0) & PREFETCHABLE) != 0;
        window->bus = pair(ranges, 1);
        window->cpu = pair(ranges, 3);
        window->size = pair(ranges, 5);
        if (window->size == 0 || window->cpu + window->size < window->cpu ||
            window->bus + window->size < window->bus)
            return "its ranges";
    }
    return NULL;
}

static const char *read_buses(const void *tree, int node, struct device_tree_pci *pci)
{
    int count;
    const fdt32_t *range = read_groups(tree, node, "bus-range", 2, &count);

    pci->last_bus = BUSES - 1u;
    if (count != 0) {
        pci->first_bus = cell(range, 0);
        pci->last_bus = cell(range, 1);
    }
    return pci->first_bus <= pci->last_bus && pci->last_bus < BUSES ? NULL : "its bus-range";
}

static const char *read_interrupt(const void *tree, int node, struct device_tree_pci *pci)
{
    int groups;
    const fdt32_t *interrupt = read_groups(tree, node, "interrupts", INTERRUPT_CELLS, &groups);

    if (groups == 0)
        return NULL;
    if (cell(interrupt, 0) != INTERRUPT_SPI || cell(interrupt, 1) >= SPIS ||
        cell(interrupt, 2) != INTERRUPT_RISING)
        return "its interrupt";
    pci->error_intid = (uint16_t)(cell(interrupt, 1) + SPI_FIRST);
    return NULL;
}

/* Without a map, messages go nowhere. */
static const char *read_maps(const void *tree, int node, struct device_tree_pci *pci)
{
    int groups;
    const fdt32_t *maps = read_groups(tree, node, "msi-map", MAP_CELLS, &groups);

    if (groups > (int)DEVICE_TREE_PCI_MAPS)
        return "its msi-map";
    for (; pci->map_count < (unsigned)groups; pci->map_count++, maps += MAP_CELLS)
        pci->maps[pci->map_count] =
            (struct device_tree_pci_map){cell(maps, 0), cell(maps, 2), cell(maps, 3)};
    return NULL;
}

static const char *read_reset(const void *tree, int node, struct device_tree_pci *pci)
{
    int groups, gpio;
    const fdt32_t *reset = read_groups(tree, node, "reset-gpios", RESET_CELLS, &groups);

    if (reset == NULL)
        return NULL;
    gpio = groups == 1 ? fdt_node_offset_by_phandle(tree, cell(reset, 0)) : -1;
    if (gpio < 0 || fdt_node_check_compatible(tree, gpio, "ti,am654-gpio") != 0)
        return "its reset-gpios";
    pci->reset_gpio = read_base(tree, gpio);
    pci->reset_pin = cell(reset, 1);
    pci->is_reset_active_low = (cell(reset, 2) & ACTIVE_LOW) != 0;
    reset = read_groups(tree, gpio, "power-domains", RESET_CELLS, &groups);
    if (groups == 1)
        pci->reset_gpio_device = cell(reset, 1);
    return pci->reset_gpio != 0 ? NULL : "its reset-gpios";
}

/* ---- SERDES ---- */

/* The next reference of a list of clocks, from *cells on. */
static bool next_clock(const void *tree, const fdt32_t **cells, const fdt32_t *end,
                       struct reference *clock)
{
    if (*cells >= end)
        return false;
    clock->handle = cell((*cells)++, 0);
    clock->node = fdt_node_offset_by_phandle(tree, clock->handle);
    if (clock->node < 0)
        return false;
    clock->count = (int)read_cell(tree, clock->node, "#clock-cells", CLOCK_CELLS_MAX + 1u);
    if (clock->count < 1 || clock->count > CLOCK_CELLS_MAX || end - *cells < clock->count)
        return false;
    for (int i = 0; i < clock->count; i++)
        clock->arguments[i] = cell((*cells)++, 0);
    return true;
}

static bool is_same(const struct reference *one, const struct reference *other)
{
    return one->handle == other->handle && one->count == other->count &&
           memcmp(one->arguments, other->arguments, (size_t)one->count * sizeof(uint32_t)) == 0;
}

/* A list of clocks, and its end; NULL: there is none. */
static const fdt32_t *read_list(const void *tree, int node, const char *name, const fdt32_t **end)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree, node, name, &length);

    if (cells != NULL)
        *end = cells + length / CELL;
    return cells;
}

/* Which of the SERDES's inputs a clock is, from 1 on; 0: none. */
static uint8_t input_of(const void *tree, int node, const struct reference *clock)
{
    const fdt32_t *end = NULL, *cells = read_list(tree, node, "clocks", &end);
    struct reference input;

    if (cells == NULL)
        return 0;
    for (uint8_t i = 1; i <= DEVICE_TREE_PCI_OUTPUTS && next_clock(tree, &cells, end, &input); i++)
        if (is_same(&input, clock))
            return i;
    return 0;
}

/* A clock of the system firmware's gets a parent there; an output of the SERDES an input. */
static bool assign(const void *tree, int node, const struct reference *clock,
                   const struct reference *parent, struct device_tree_serdes *serdes)
{
    if (clock->node == node) {
        if (clock->count != 1 || clock->arguments[0] >= DEVICE_TREE_PCI_OUTPUTS)
            return false;
        serdes->sources[clock->arguments[0]] = input_of(tree, node, parent);
        return serdes->sources[clock->arguments[0]] != 0;
    }
    if (clock->count != 2 || parent->count != 2 || clock->handle != parent->handle ||
        clock->arguments[0] != parent->arguments[0] ||
        serdes->clock_count == DEVICE_TREE_PCI_CLOCKS)
        return false;
    serdes->clocks[serdes->clock_count].device = clock->arguments[0];
    serdes->clocks[serdes->clock_count].clock = clock->arguments[1];
    serdes->clocks[serdes->clock_count++].parent = parent->arguments[1];
    return true;
}

static bool read_clocks(const void *tree, int node, struct device_tree_serdes *serdes)
{
    const fdt32_t *end = NULL, *parents_end = NULL;
    const fdt32_t *clocks = read_list(tree, node, "assigned-clocks", &end);
    const fdt32_t *parents = read_list(tree, node, "assigned-clock-parents", &parents_end);
    struct reference clock, parent;

    if (clocks == NULL)
        return true;
    while (clocks < end)
        if (parents == NULL || !next_clock(tree, &clocks, end, &clock) ||
            !next_clock(tree, &parents, parents_end, &parent) ||
            !assign(tree, node, &clock, &parent, serdes))
            return false;
    return true;
}

static const char *read_lanes(const void *tree, int node, struct device_tree_pci *pci)
{
    int groups;
    const fdt32_t *phys = read_groups(tree, node, "phys", PHY_CELLS, &groups);
    const uint32_t lanes = read_cell(tree, node, "num-lanes", 1);

    if (lanes < 1 || lanes > DEVICE_TREE_PCI_LANES || groups != (int)lanes)
        return "its lanes and phys";
    for (; pci->lane_count < lanes; pci->lane_count++, phys += PHY_CELLS) {
        struct device_tree_serdes *serdes = &pci->lanes[pci->lane_count];
        const int phy = fdt_node_offset_by_phandle(tree, cell(phys, 0));

        if (phy < 0 || fdt_node_check_compatible(tree, phy, PHY) != 0)
            return "its phys";
        serdes->base = read_base(tree, phy);
        serdes->function = cell(phys, 2);
        if (!read_clocks(tree, phy, serdes))
            return "the clocks of its SERDES";
    }
    return NULL;
}

/* ---- all of it ---- */

static int find(const void *tree, uint64_t app)
{
    int node = -1;

    while ((node = fdt_node_offset_by_compatible(tree, node, COMPATIBLE)) >= 0)
        if (read_part(tree, node, "app") == app && is_enabled(tree, node))
            break;
    return node;
}

static const char *read_parts(const void *tree, int node, struct device_tree_pci *pci)
{
    pci->app = read_part(tree, node, "app");
    pci->dbi = read_part(tree, node, "dbics");
    pci->config = read_part(tree, node, "config");
    pci->atu = read_part(tree, node, "atu");
    pci->is_coherent = fdt_getprop(tree, node, "dma-coherent", NULL) != NULL;
    pci->max_speed = read_cell(tree, node, "max-link-speed", SPEED_DEFAULT);
    if (pci->dbi == 0 || pci->config == 0 || pci->atu == 0)
        return "its registers";
    return pci->max_speed >= 1 && pci->max_speed <= SPEED_MAX ? NULL : "its max-link-speed";
}

int device_tree_read_pci(const void *tree, uint64_t app, struct device_tree_pci *pci,
                         const char **problem)
{
    const int node = find(tree, app);

    memset(pci, 0, sizeof(*pci));
    *problem = NULL;
    if (node < 0)
        return -ENOENT;
    *problem = read_parts(tree, node, pci);
    if (*problem == NULL)
        *problem = read_windows(tree, node, pci);
    if (*problem == NULL)
        *problem = read_buses(tree, node, pci);
    if (*problem == NULL)
        *problem = read_maps(tree, node, pci);
    if (*problem == NULL)
        *problem = read_interrupt(tree, node, pci);
    if (*problem == NULL)
        *problem = read_lanes(tree, node, pci);
    if (*problem == NULL)
        *problem = read_reset(tree, node, pci);
    return *problem == NULL ? 0 : -EINVAL;
}
