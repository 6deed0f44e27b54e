// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the loader's device tree says of an AM65x's PCI Express controller as a root complex, of its
 * SERDES, and of the slot's reset (Linux's bindings ti,am65-pci-host.yaml, ti,phy-am654-serdes.yaml
 * and pci.txt; clocks as in clock-bindings). Buses of these trees do not translate addresses.
 */
#ifndef LIB_DEVICE_TREE_PCI_H
#define LIB_DEVICE_TREE_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_TREE_PCI_WINDOWS 4u
#define DEVICE_TREE_PCI_MAPS    4u
#define DEVICE_TREE_PCI_LANES   2u
#define DEVICE_TREE_PCI_CLOCKS  2u
#define DEVICE_TREE_PCI_OUTPUTS 3u

/* An entry of `ranges`. */
struct device_tree_pci_window {
    bool is_io, is_prefetchable;
    uint64_t bus, cpu, size;
};

/* An entry of `msi-map`. */
struct device_tree_pci_map {
    uint32_t first_requester, first_device, count;
};

/* The SERDES of a lane. */
struct device_tree_serdes {
    uint64_t base;
    uint32_t function;    /* of its lane: the second cell of `phys` */
    unsigned clock_count; /* of the system firmware's, whose parents are assigned */
    struct {
        uint32_t device, clock, parent;
    } clocks[DEVICE_TREE_PCI_CLOCKS];
    /* Which of its inputs an output is assigned: 1 left, 2 external, 3 right; 0: none is. */
    uint8_t sources[DEVICE_TREE_PCI_OUTPUTS];
};

struct device_tree_pci {
    uint64_t app, dbi, config, atu;
    unsigned window_count;
    struct device_tree_pci_window windows[DEVICE_TREE_PCI_WINDOWS];
    uint32_t first_bus, last_bus;
    unsigned map_count;
    struct device_tree_pci_map maps[DEVICE_TREE_PCI_MAPS];
    bool is_coherent;
    uint32_t max_speed; /* 1 to 3; 2 if it is not told */
    unsigned lane_count;
    struct device_tree_serdes lanes[DEVICE_TREE_PCI_LANES];
    uint64_t reset_gpio; /* 0: none is told */
    uint32_t reset_pin;
    bool is_reset_active_low;   /* the pin's flag */
    uint16_t error_intid;       /* of its interrupt for errors, an edge; 0: none is told */
    uint32_t reset_gpio_device; /* of the system firmware's; 0: not told */
};

/* Reads the controller whose application registers are at `app`, from a tree that
 * device_tree_read() has read without a problem. Any context. -ENOENT: the tree has none, or has it
 * disabled; -EINVAL: something of it can't be, and *problem says what. */
int device_tree_read_pci(const void *tree, uint64_t app, struct device_tree_pci *pci,
                         const char **problem);

#endif
