// SPDX-License-Identifier: BSD-3-Clause
/*
 * Lines of functions, INTA to INTD (PCI Local Bus Specification 3.0, 2.2.6, 6.2.2 and 6.2.3; of PCI
 * Express they are messages to the root complex, which has lines). They are levels, which several
 * functions share. The command register has a function let go of its line, and the status register
 * tells whether it has a reason to raise it, whatever the other says.
 */
#include "drivers/pci/messages.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/pci_registers.h"
#include "msi/binding.h"

#include <errno.h>
#include <stdlib.h>

#define ALL_ONES_16 0xffffu

struct line {
    struct pci_messages messages; /* first member */
    bool is_masked;               /* with the lock */
};

static int write_mask(const struct line *line)
{
    const uint16_t off = PCI_COMMAND_INTX_DISABLE;

    return pci_update16(line->messages.function, PCI_COMMAND, line->is_masked ? 0 : off,
                        line->is_masked ? off : 0);
}

static int mask(struct line *line, bool masked)
{
    unsigned long state = spin_lock(&line->messages.lock);

    line->is_masked = masked;

    int error = write_mask(line);

    spin_unlock(&line->messages.lock, state);
    return error;
}

static void mask_source(struct device *device, uint32_t index, bool masked)
{
    (void)index;
    (void)mask((struct line *)pci_function_of(device)->messages, masked);
}

static bool source_pending(struct device *device, uint32_t index)
{
    uint16_t status;

    (void)index;
    return pci_read16(pci_function_of(device), PCI_STATUS, &status) == 0 &&
           (status & PCI_STATUS_INTERRUPT) != 0 && status != ALL_ONES_16;
}

static void stop(struct pci_messages *messages)
{
    (void)mask((struct line *)messages, true);
}

static int restore(struct pci_messages *messages)
{
    struct line *line = (struct line *)messages;
    unsigned long state = spin_lock(&messages->lock);
    int error = write_mask(line);

    spin_unlock(&messages->lock, state);
    return error;
}

/* Before PCI 2.3 there was no such bit, and of such a function nobody can tell whose the line is.
 */
static int check(struct line *line)
{
    uint16_t command = 0;
    int error = mask(line, true);

    if (error == 0)
        error = pci_read16(line->messages.function, PCI_COMMAND, &command);
    if (error == 0 && command == ALL_ONES_16)
        error = -ENODEV;
    if (error == 0 && (command & PCI_COMMAND_INTX_DISABLE) == 0)
        error = -ENOTSUP;
    return error;
}

static int join(struct pci_function *function, struct line *line, uint32_t number)
{
    struct device *device = &function->device;
    int error = check(line);

    if (error != 0)
        return error;
    pci_messages_enter(function, &line->messages);
    device->mask_source = mask_source;
    device->source_pending = source_pending;
    error = irq_bind_shared(device, function->host->lines, number);
    if (error != 0)
        pci_messages_forget(function);
    return error;
}

int pci_line_enable(struct pci_function *function)
{
    uint32_t number;
    int error = pci_messages_check(function, 1, 1);

    if (error != 0)
        return error;
    if (function->interrupt_pin == 0)
        return -ENOENT;
    if (pci_line(function, &number) != 0)
        return -ENXIO;

    struct line *line = calloc(1, sizeof(*line));

    if (line == NULL)
        return -ENOMEM;
    line->messages =
        (struct pci_messages){.function = function, .count = 1, .stop = stop, .restore = restore};
    error = join(function, line, number);
    if (error != 0) {
        free(line);
        return error;
    }
    return 1;
}
