// SPDX-License-Identifier: BSD-3-Clause
/*
 * Functions of PCI with many messages, each of which they send when a register is written: QEMU's
 * `ivshmem-doorbell` (MSI-X), and an xHCI controller with multi-message MSI and no mask bits, as
 * QEMU's `nec-usb-xhci,msi=on,msix=off` is.
 */
#ifndef TESTS_TARGET_PCI_FIRING_H
#define TESTS_TARGET_PCI_FIRING_H

#include "drivers/pci/pci.h"

struct pci_firing {
    const char *absent; /* what is said where there is none */
    uint16_t vendor, device;
    unsigned vectors;
    bool is_maskable; /* messages can be held back in the function, each alone */
    int (*set_up)(uintptr_t registers, unsigned vectors);
    void (*fire)(uintptr_t registers, unsigned vector); /* one message; any context */
    void (*quiet)(uintptr_t registers);
};

extern const struct pci_firing firing_doorbell, firing_xhci;

#endif
