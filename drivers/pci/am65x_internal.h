// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of the AM65x's root complex share.
 */
#ifndef DRIVERS_PCI_AM65X_INTERNAL_H
#define DRIVERS_PCI_AM65X_INTERNAL_H

#include "arch/mmio.h"
#include "drivers/pci/am65x.h"

static inline void pci_am65x_change(uintptr_t address, uint32_t clear, uint32_t set)
{
    mmio_write32(address, (mmio_read32(address) & ~clear) | set);
}

/* ---- am65x_wait.c ---- */

/* Waits until the bits of the register are `value`. Thread context. -EIO: not in that time. */
int pci_am65x_wait(uintptr_t address, uint32_t bits, uint32_t value, uint64_t timeout_us);

/* ---- am65x_serdes.c: thread context, with the SERDES on ---- */

int pci_am65x_serdes_start(const struct pci_am65x_serdes *serdes);
void pci_am65x_serdes_stop(const struct pci_am65x_serdes *serdes);

/* ---- am65x_config.c: with the controller on ---- */

/* The link has not gone down: it is up, or it recovers, which is training too, and what is behind
 * it goes on afterwards as it was (PCI Express Base Specification 4.0, 4.2.5.4). */
bool pci_am65x_has_partner(const struct pci_am65x *controller);

/* The root port holds, or has just held, what is behind it in a reset. */
bool pci_am65x_resets_link(const struct pci_am65x *controller);

/* Windows of memory and I/O, and configuration accesses. -EINVAL: one does not begin and end as
 * the translation wants it; -EIO: it does not take it. */
int pci_am65x_translate(struct pci_am65x *controller, struct pci_host *host);

/* ---- am65x_errors.c: with the controller on ---- */

/* From here on the root port makes errors of what goes wrong. */
void pci_am65x_report_errors(const struct pci_am65x_facts *facts, const struct pci_function *port);

#endif
