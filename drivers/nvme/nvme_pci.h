// SPDX-License-Identifier: BSD-3-Clause
/*
 * NVMe drives that are PCI functions.
 */
#ifndef DRIVERS_NVME_NVME_PCI_H
#define DRIVERS_NVME_NVME_PCI_H

#include "drivers/nvme/nvme.h"

struct pci_function;

/* Of the functions of a host (pci_find_class()). */
#define NVME_PCI_CLASS 0x010802u

/* Takes the function and opens the drive (nvme_open()), with a vector for each running core and one
 * more, if it has as many. Thread context. Errors of pci_take(), pci_enable(), pci_map_bar(),
 * pci_interrupts_enable() and nvme_open(), and nothing is left; -ENOTSUP also for a host that is
 * not coherent. */
int nvme_attach(struct pci_function *function, const struct nvme_config *config,
                struct nvme **nvme);

/* nvme_close(), and gives the function back, disabled. Thread context. Errors as there; or
 * pci_interrupts_disable()'s, and the drive is gone. */
int nvme_detach(struct nvme *nvme);

#endif
