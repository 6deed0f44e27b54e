// SPDX-License-Identifier: BSD-3-Clause
/*
 * The best that a function has of interrupts (drivers/pci/msi.h).
 */
#include "drivers/pci/msi.h"

#include <errno.h>

int pci_interrupts_enable(struct pci_function *function, unsigned least, unsigned most)
{
    int count = pci_msix_enable(function, least, most);

    if (count == -ENOENT || count == -ENXIO || count == -ENOSPC || count == -EPROTO)
        count = pci_msi_enable(function, least, most);
    if ((count == -ENOENT || count == -ENXIO) && least == 1)
        count = pci_line_enable(function);
    return count;
}
