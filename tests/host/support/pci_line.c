// SPDX-License-Identifier: BSD-3-Clause
/*
 * See pci_line.h.
 */
#include "tests/host/support/pci_line.h"
#include "drivers/pci/pci_registers.h"
#include "tests/host/support/arch_host.h"

static struct {
    struct pci_model *const *models;
    unsigned count, intid;
} line;

static bool holds(const struct pci_model *model)
{
    return (pci_model_get(model, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT) != 0;
}

static bool has_it_off(const struct pci_model *model)
{
    return (pci_model_get(model, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE) != 0;
}

/* With the host's lock, as all accesses to configuration registers. */
static void drive(void)
{
    bool high = false;

    for (unsigned i = 0; i < line.count; i++)
        high |= holds(line.models[i]) && !has_it_off(line.models[i]);
    host_line(line.intid, high);
}

static void command_written(struct pci_model *model, unsigned offset, unsigned size)
{
    (void)model;
    (void)size;
    if (offset == PCI_COMMAND)
        drive();
}

void pci_line_begin(struct pci_model *const *models, unsigned count, unsigned intid)
{
    line.models = models;
    line.count = count;
    line.intid = intid;
    for (unsigned i = 0; i < count; i++)
        models[i]->written = command_written;
}

bool pci_line_raise(struct pci_model *model, bool up)
{
    const uint32_t status = pci_model_get(model, PCI_STATUS, 2) & ~PCI_STATUS_INTERRUPT;
    const bool was = holds(model);

    pci_model_set(model, PCI_STATUS, 2, status | (up ? PCI_STATUS_INTERRUPT : 0));
    drive();
    return was;
}
