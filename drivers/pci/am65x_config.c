// SPDX-License-Identifier: BSD-3-Clause
/*
 * Address translation of the AM65x's PCI Express controllers, and configuration accesses through
 * it: region 0 leads to the configuration space of whoever is accessed, and is turned for each; the
 * root port's own is among the controller's registers. While the link is down no access goes out:
 * on a board it would end as an error of the bus.
 */
#include "drivers/pci/am65x_internal.h"
#include "drivers/pci/am65x_registers.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

#define CONFIG_REGION 0u
#define ALL_ONES      0xffffffffu
#define READS         1000u /* of a register, until a region is on: some 100 us */

static uint32_t ones(unsigned size)
{
    return ALL_ONES >> (32u - 8u * size);
}

static uint32_t read_at(uintptr_t address, unsigned size)
{
    if (size == sizeof(uint8_t))
        return mmio_read8(address);
    return size == sizeof(uint16_t) ? mmio_read16(address) : mmio_read32(address);
}

static void write_at(uintptr_t address, unsigned size, uint32_t value)
{
    if (size == sizeof(uint8_t))
        mmio_write8(address, (uint8_t)value);
    else if (size == sizeof(uint16_t))
        mmio_write16(address, (uint16_t)value);
    else
        mmio_write32(address, value);
}

static uintptr_t region_of(const struct pci_am65x *controller, unsigned region)
{
    return controller->facts->atu + ATU_REGION(region);
}

/* What is written after this goes by the region as it is now. */
static int settle(uintptr_t region)
{
    for (unsigned i = 0; i < READS; i++)
        if ((mmio_read32(region + ATU_CTRL2) & ATU_ENABLE) != 0)
            return 0;
    return -EIO;
}

static int set_region(uintptr_t region, uint32_t type, const struct pci_window *window)
{
    const uint64_t last = window->cpu + window->size - 1;

    mmio_write32(region + ATU_CTRL2, 0);
    mmio_write32(region + ATU_LOWER_BASE, (uint32_t)window->cpu);
    mmio_write32(region + ATU_UPPER_BASE, (uint32_t)(window->cpu >> 32));
    mmio_write32(region + ATU_LIMIT, (uint32_t)last);
    mmio_write32(region + ATU_UPPER_LIMIT, (uint32_t)(last >> 32));
    mmio_write32(region + ATU_LOWER_TARGET, (uint32_t)window->bus);
    mmio_write32(region + ATU_UPPER_TARGET, (uint32_t)(window->bus >> 32));
    mmio_write32(region + ATU_CTRL1, type);
    mmio_write32(region + ATU_CTRL2, ATU_ENABLE);
    return settle(region);
}

/* ---- configuration accesses; with the host's lock ---- */

/* Accesses can go out to it. Asleep, a device has the link in L1, which counts as up. */
static bool link_is_up(const struct pci_am65x *controller)
{
    const uint32_t state = mmio_read32(controller->facts->dbi + DBI_DEBUG1);

    return (state & (DBI_LINK_UP | DBI_LINK_TRAINS)) == DBI_LINK_UP;
}

bool pci_am65x_has_partner(const struct pci_am65x *controller)
{
    return (mmio_read32(controller->facts->dbi + DBI_DEBUG1) & DBI_LINK_UP) != 0;
}

bool pci_am65x_resets_link(const struct pci_am65x *controller)
{
    return (mmio_read32(controller->facts->dbi + (PCI_BRIDGE_CONTROL & ~3u)) >> 16 &
            PCI_BRIDGE_RESET) != 0 ||
           __atomic_load_n(&controller->host->is_resetting, __ATOMIC_RELAXED);
}

/* Region 0 leads to the function. */
static int turn_to(struct pci_am65x *controller, uint16_t address, uint32_t type)
{
    const uintptr_t region = region_of(controller, CONFIG_REGION);
    const uint32_t target = ATU_CONFIG_ADDRESS(address);

    if (controller->config_target == target && controller->config_type == type)
        return 0;
    mmio_write32(region + ATU_LOWER_TARGET, target);
    mmio_write32(region + ATU_CTRL1, type);
    controller->config_target = target;
    controller->config_type = type;
    return settle(region);
}

/* Where the function's registers are; 0: nobody can be there. */
static int find(struct pci_host *host, uint16_t address, uintptr_t *base)
{
    struct pci_am65x *controller = host->context;
    const unsigned behind = PCI_ADDRESS_BUS(address) - host->first_bus;

    *base = 0;
    if (behind == 0) {
        if (address == PCI_ADDRESS(host->first_bus, 0, 0))
            *base = controller->facts->dbi;
        return 0;
    }
    if (!link_is_up(controller))
        return -EIO;
    if (behind == 1 && PCI_ADDRESS_DEVICE(address) != 0)
        return 0;
    *base = controller->facts->config;
    return turn_to(controller, address, behind == 1 ? ATU_CONFIG0 : ATU_CONFIG1);
}

static int config_read(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                       uint32_t *value)
{
    uintptr_t base;
    int error = find(host, address, &base);

    *value = ones(size);
    if (error == 0 && base != 0)
        *value = read_at(base + offset, size);
    return error;
}

static int config_write(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                        uint32_t value)
{
    uintptr_t base;
    int error = find(host, address, &base);

    if (error == 0 && base != 0)
        write_at(base + offset, size, value);
    return error;
}

/* ---- windows ---- */

static bool is_window(const struct pci_window *window)
{
    return (window->cpu | window->bus | window->size) % ATU_STEP == 0 &&
           window->cpu >> 32 == (window->cpu + window->size - 1) >> 32;
}

static int translate_window(const struct pci_am65x *controller, unsigned kind,
                            const struct pci_window *window)
{
    if (window->size == 0)
        return 0;
    if (!is_window(window))
        return -EINVAL;
    return set_region(region_of(controller, CONFIG_REGION + 1u + kind),
                      kind == PCI_WINDOW_IO ? ATU_IO : ATU_MEMORY, window);
}

int pci_am65x_translate(struct pci_am65x *controller, struct pci_host *host)
{
    const struct pci_window config = {.cpu = controller->facts->config, .size = ATU_STEP};
    int error = config.cpu % ATU_STEP == 0 ? 0 : -EINVAL;

    controller->config_type = ATU_CONFIG0;
    controller->config_target = 0;
    if (error == 0)
        error = set_region(region_of(controller, CONFIG_REGION), ATU_CONFIG0, &config);
    for (unsigned kind = 0; error == 0 && kind < PCI_WINDOW_KINDS; kind++)
        error = translate_window(controller, kind, &host->windows[kind]);
    host->read = config_read;
    host->write = config_write;
    host->context = controller;
    controller->host = host;
    return error;
}
