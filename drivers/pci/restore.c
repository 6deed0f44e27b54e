// SPDX-License-Identifier: BSD-3-Clause
/*
 * What functions have of this layer, given back after all behind a link was reset: in the order of
 * their addresses, so that a bridge passes on what is behind it before that is looked at.
 */
#include "arch/wait.h"
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

/* A table of messages is in a BAR. */
static int restore_messages(struct pci_function *function)
{
    int error;

    if (function->restore_messages == NULL)
        return 0;
    error = pci_write16(function, PCI_COMMAND, PCI_COMMAND_MEMORY);
    if (error == 0)
        error = function->restore_messages(function);
    (void)pci_update16(function, PCI_COMMAND, PCI_COMMAND_MEMORY, 0); /* a line's mask stays */
    return error;
}

/* Another one may have been plugged in meanwhile. */
static int check_identity(const struct pci_function *function, deadline_t deadline)
{
    uint16_t id = 0;
    int error = pci_wait_until_ready(function, deadline);

    if (error == 0)
        error = pci_read16(function, PCI_DEVICE_ID, &id);
    return error == 0 && id != function->device_id ? -ENODEV : error;
}

int pci_restore_function(struct pci_function *function, deadline_t deadline)
{
    int error = check_identity(function, deadline);

    if (error == 0)
        error = pci_write16(function, PCI_COMMAND, 0);
    if (error == 0 && function->layout == PCI_HEADER_BRIDGE)
        error = pci_write_buses(function, function->secondary, function->subordinate);
    if (error == 0)
        error = pci_write_addresses(function);
    if (error == 0 && function->express != 0)
        error = pci_set_up_express(function);
    return error != 0 ? error : restore_messages(function);
}

int pci_restore(struct pci_host *host)
{
    deadline_t deadline;
    int first_error = 0;

    if (host == NULL)
        return -EINVAL;
    if (!wait_is_allowed())
        return -EDEADLK;
    deadline = deadline_after_us(PCI_READY_US);
    for (struct pci_function *f = pci_next(host, NULL); f != NULL; f = pci_next(host, f)) {
        int error = pci_restore_function(f, deadline);

        f->is_asleep = false;
        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}
