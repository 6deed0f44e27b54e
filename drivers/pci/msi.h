// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts of PCI functions: MSI-X, MSI, and lines. A driver enables one of them for its
 * function, and requests from then on: irq_request(&function->device, ...) and the rest of
 * msi/irq.h, where a source's index is the number of the message. docs/msi.md has an example.
 *
 * All in thread context; one core at a time for a function, that is its owner's. Errors of all that
 * enable: -EINVAL: NULL, or `least` is 0 or more than `most`; -EDEADLK: not thread context; -EBUSY:
 * interrupts of the function are enabled already; -ENOENT: the function does not have these;
 * -ENODEV: it is gone; -EPROTO: what its registers say makes no sense; -ENXIO: there is no way from
 * it to a core: the host leads messages to no ITS, or its map has no id for the function, or no
 * line is wired; -ENOSPC: there are fewer than `least`, or not so many LPIs are left; -ENOMEM; -EIO
 * of the host; and irq_bind_its_part()'s. On error nothing is enabled.
 */
#ifndef DRIVERS_PCI_MSI_H
#define DRIVERS_PCI_MSI_H

#include "drivers/pci/pci.h"

#include <stdint.h>

/* Enables MSI-X with as many messages as there are, at most `most`. Returns how many. The function
 * is enabled (pci_enable()), or else this is -EACCES: its table is in a BAR. -ENOSPC also for a
 * BAR that has got no address. */
int pci_msix_enable(struct pci_function *function, unsigned least, unsigned most);

/* Enables MSI with as many messages as the function has and `most` allows, rounded down to a power
 * of two. Returns how many. irq_request() is -ERANGE where the address of the ITS does not fit
 * into the function's registers. */
int pci_msi_enable(struct pci_function *function, unsigned least, unsigned most);

/* Enables the function's line, as source 0. Returns 1. Others may share it: interrupts of a line
 * are on one core and move together, and have one priority (irq_bind_shared() of msi/binding.h).
 * -ENXIO: nothing is known of where the host's lines end, as on the AM65x; -ENOTSUP: the function
 * is older than PCI 2.3, and does not tell whether it has the line up. */
int pci_line_enable(struct pci_function *function);

/* The first of these that there is. The error is the last one's. */
int pci_interrupts_enable(struct pci_function *function, unsigned least, unsigned most);

/* Undoes any of them. 0 if none was enabled. -EBUSY: an interrupt of the function is requested, or
 * could not be released yet; or irq_unbind()'s: it stays enabled. */
int pci_interrupts_disable(struct pci_function *function);

/* How often a message had been waiting in the function for a source that nobody had, and was
 * dropped or, with MSI, came to its new owner, when somebody requested that. Any context. */
uint64_t pci_messages_dropped(const struct pci_function *function);

#endif
