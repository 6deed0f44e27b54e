// SPDX-License-Identifier: BSD-3-Clause
/*
 * docs/msi.md's driver of a PCI device: QEMU's `edu`, which raises an interrupt when it is told to,
 * and has a register that says why until it is acknowledged.
 */
#ifndef TESTS_TARGET_EXAMPLE_PCI_H
#define TESTS_TARGET_EXAMPLE_PCI_H

#include "drivers/pci/msi.h"
#include "msi/irq.h"

#define EXAMPLE_PCI_VENDOR 0x1234u
#define EXAMPLE_PCI_DEVICE 0x11e8u

struct example_pci {
    struct pci_function *function;
    uintptr_t registers;
    struct irq *irq;
    uint64_t calls;
};

/* Thread context. -EBUSY: another driver has the function; errors of pci_enable(), pci_map_bar(),
 * pci_interrupts_enable() and irq_request(), and nothing of what it takes is left. */
int example_pci_open(struct example_pci *pci, struct pci_function *function);

/* Has the device raise its interrupt. Any context. */
void example_pci_raise(const struct example_pci *pci);

/* After pci_reset() or pci_wake() nothing is to be done: messages are back. Thread context. Errors
 * of irq_free() and pci_interrupts_disable(). */
int example_pci_close(struct example_pci *pci);

#endif
