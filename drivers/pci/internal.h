// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of enumeration share; nothing here is for drivers.
 */
#ifndef DRIVERS_PCI_INTERNAL_H
#define DRIVERS_PCI_INTERNAL_H

#include "arch/time.h"
#include "drivers/pci/pci.h"

/* Logs what is wrong with a function, in one line, and counts it. Thread context. */
#define PCI_PROBLEM(function, format, ...)                                                         \
    do {                                                                                           \
        (function)->host->problem_count++;                                                         \
        log_warning(pci, "%s %s: " format, (function)->host->name, (function)->name, __VA_ARGS__); \
    } while (0)

/* ---- enumerate.c: thread context ---- */

/* Payloads and read requests as they are to be, of a function that is PCI Express; what it is. */
int pci_set_up_express(struct pci_function *function);
int pci_write_buses(struct pci_function *bridge, uint8_t secondary, uint8_t subordinate);

/* ---- reset.c: thread context ---- */

/* What a function loses by a reset of it alone, and has again. */
int pci_save(const struct pci_function *function, struct pci_saved *saved);
int pci_put_back(struct pci_function *function, const struct pci_saved *saved);

#define PCI_READY_US  1000000u /* after which one that is not ready is given up */
#define PCI_NOT_READY 0x0001u  /* a vendor id that tells so (PCI Express 4.0, 2.3.2) */

/* After a reset: waits until it answers. -ENODEV: nobody, or somebody else does; -ETIMEDOUT: it
 * says that it is not ready; -EIO: the link has not come up. */
int pci_wait_until_ready(const struct pci_function *function, deadline_t deadline);

/* ---- restore.c: thread context ---- */

/* Gives a function what it has lost by a reset of the bus: buses and windows, BARs, messages. It is
 * disabled afterwards. Of those that are restored together none waits longer than the deadline.
 * pci_restore()'s errors. */
int pci_restore_function(struct pci_function *function, deadline_t deadline);

/* ---- size.c: thread context, with the function disabled ---- */

/* Finds out which BARs it has; of one that makes no sense it has none. They hold 0 afterwards, and
 * so does its ROM's. */
int pci_size_bars(struct pci_function *function);

/* ---- assign.c: thread context ---- */

/* Gives addresses in the host's windows to the BARs of all functions, as many as there is room for,
 * and writes them; opens the bridges for them. */
void pci_assign(struct pci_host *host);

/* Writes the addresses that a function has, of its BARs or of what it passes on. */
int pci_write_addresses(struct pci_function *function);

#endif
