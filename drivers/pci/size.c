// SPDX-License-Identifier: BSD-3-Clause
/*
 * How large BARs are: the bits that stay 0 when ones are written (PCI Local Bus Specification 3.0,
 * 6.2.5.1).
 */
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"
#include "lib/log.h"

#include <errno.h>

LOG_USE(pci);

#define ALL_ONES   0xffffffffu
#define UPPER      32u
#define BRIDGE_ROM 0x38u
#define IO_SIZE    0x10000u /* of all I/O addresses */

/* Which bits of a BAR can be written; it holds 0 afterwards. */
static int read_mask(const struct pci_function *function, unsigned index, uint32_t *mask)
{
    int error = pci_write32(function, PCI_BAR(index), ALL_ONES);

    if (error == 0)
        error = pci_read32(function, PCI_BAR(index), mask);
    if (error == 0)
        error = pci_write32(function, PCI_BAR(index), 0);
    return error;
}

/* The address bits of a mask are ones above and zeros below: the lowest is the size. 0: they are
 * not. */
static uint64_t size_of(uint64_t mask)
{
    const uint64_t size = mask & -mask;

    return mask + size == 0 ? size : 0;
}

/* Whether the low bits tell of a BAR that can be, with another one behind it for the upper half. */
static bool is_memory_type(uint32_t low, unsigned index, unsigned count)
{
    const uint32_t type = low & PCI_BAR_MEMORY_TYPE;

    return type == PCI_BAR_MEMORY_32 || (type == PCI_BAR_MEMORY_64 && index + 1u < count);
}

static int size_memory(const struct pci_function *function, unsigned index, uint32_t low,
                       struct pci_bar *bar)
{
    uint64_t mask = low & PCI_BAR_MEMORY_ADDRESS;
    uint32_t upper = ALL_ONES;
    int error = 0;

    bar->is_64_bit = (low & PCI_BAR_MEMORY_TYPE) == PCI_BAR_MEMORY_64;
    bar->is_prefetchable = (low & PCI_BAR_PREFETCHABLE) != 0;
    if (bar->is_64_bit)
        error = read_mask(function, index + 1u, &upper);
    bar->size = size_of(mask | (uint64_t)upper << UPPER);
    return error;
}

/* Some leave out the upper half of an I/O BAR, none all of it. */
static void size_io(uint32_t low, struct pci_bar *bar)
{
    const uint32_t mask = low & PCI_BAR_IO_ADDRESS;

    bar->is_io = true;
    bar->size = mask != 0 ? size_of(mask | ~(uint64_t)(IO_SIZE - 1u)) : 0;
}

/* Sets how many registers it takes. */
static int size_bar(struct pci_function *function, unsigned index, unsigned count, unsigned *step)
{
    struct pci_bar *bar = &function->bars[index];
    uint32_t low;
    int error = read_mask(function, index, &low);

    *step = 1;
    if (error != 0 || low == 0)
        return error;
    if (low == ALL_ONES && pci_check_present(function) != 0)
        return -ENODEV;
    if ((low & PCI_BAR_IO) != 0)
        size_io(low, bar);
    else if (is_memory_type(low, index, count))
        error = size_memory(function, index, low, bar);
    *step += bar->is_64_bit;
    if (error == 0 && bar->size == 0)
        PCI_PROBLEM(function, "BAR %u can't be: left out", index);
    return error;
}

int pci_size_bars(struct pci_function *function)
{
    const bool is_bridge = function->layout == PCI_HEADER_BRIDGE;
    const unsigned count = is_bridge ? PCI_BRIDGE_BARS : PCI_DEVICE_BARS;
    int error = pci_write32(function, is_bridge ? BRIDGE_ROM : PCI_ROM, 0);
    unsigned step;

    for (unsigned index = 0; error == 0 && index < count; index += step)
        error = size_bar(function, index, count, &step);
    return error;
}
