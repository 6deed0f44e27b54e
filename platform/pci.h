// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's PCI Express controllers, for drivers of what is plugged in (drivers/pci/pci.h). In an
 * object of its own: who has no use for them, has nothing of the drivers in the image, and the
 * controllers are never touched.
 */
#ifndef PLATFORM_PCI_H
#define PLATFORM_PCI_H

#include <stdint.h>

struct pci_am65x_errors;
struct pci_function;
struct pci_host;

#define PLATFORM_PCIS 2u

/* The controller, with its link up and its functions found: at the first call by bringing it up,
 * which takes up to 2 s. Thread context; of several callers at once one comes after the other.
 * -EINVAL: no such controller; -ENOENT: the loader's device tree has none, or has it disabled;
 * -ENODEV: there is no link, for nothing is plugged in: the next call tries again;
 * -EPROTO: what the device tree says of it can't be (logged); -EDEADLK; the errors of
 * pci_am65x_open() (drivers/pci/am65x.h). A link that was lost is brought up again; functions are
 * those that were found, and disabled: their drivers attach them anew. When it returns 0, *host is
 * set for good: what was wrong with single functions has been logged, and a link that is lost later
 * is told by accesses. */
int platform_pci_open(unsigned number, struct pci_host **host);

/* What an open controller has told of errors (drivers/pci/am65x.h). When it tells, and the link is
 * down, all accesses to functions are -ENODEV, until the controller is opened again. Any context.
 * -EINVAL: no such controller; -ENOENT: it is not open, or the device tree has no interrupt. */
int platform_pci_get_errors(unsigned number, struct pci_am65x_errors *errors);

/* The first function with this class (pci_find_class()), behind whichever controller; both are
 * brought up for it. NULL: there is none. Thread context. */
struct pci_function *platform_pci_find_class(uint32_t class_code);

#endif
