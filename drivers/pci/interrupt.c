// SPDX-License-Identifier: BSD-3-Clause
/*
 * How a function's interrupts leave the bus: by which id its messages go, and at which of the
 * host's lines its own ends.
 */
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

#define LINES 4u

/* Conventional PCI has no requester ids. A bridge from PCI Express to it gives its secondary bus,
 * device 0 (PCI Express to PCI/PCI-X Bridge Specification 1.0, 2.3); a bridge that is conventional
 * on both sides is taken for the device. */
uint16_t pci_requester_id(const struct pci_function *function)
{
    uint16_t id = function->address;

    for (const struct pci_function *bridge = function->bridge; bridge != NULL;
         bridge = bridge->bridge) {
        if (bridge->express == 0)
            id = bridge->address;
        else if (bridge->express_type == PCI_EXPRESS_TYPE_TO_PCI)
            id = PCI_ADDRESS(bridge->secondary, 0, 0);
    }
    return id;
}

int pci_message_device_id(const struct pci_function *function, uint32_t *device_id)
{
    const struct pci_host *host = function->host;
    const uint32_t id = pci_requester_id(function);

    for (unsigned i = 0; i < host->message_map_count; i++) {
        const struct pci_message_map *map = &host->message_maps[i];

        if (id >= map->first_requester && id - map->first_requester < map->count) {
            *device_id = map->first_device + (id - map->first_requester);
            return 0;
        }
    }
    return -ENOENT;
}

/* At each bridge, line n of device d goes on as line n + d (PCI-to-PCI Bridge Architecture 1.2,
 * 9.1). */
int pci_line(const struct pci_function *function, uint32_t *number)
{
    unsigned line;

    if (function->interrupt_pin < 1 || function->interrupt_pin > LINES ||
        function->host->lines == NULL)
        return -ENOENT;
    line = function->interrupt_pin - 1u;
    for (; function->bridge != NULL; function = function->bridge)
        line += PCI_ADDRESS_DEVICE(function->address);
    *number = line % LINES;
    return 0;
}
