// SPDX-License-Identifier: BSD-3-Clause
/*
 * A device, as its driver sees it: a name, and whatever the interrupt core keeps for it.
 *
 * The platform fills it in and binds it to its interrupt parent (msi/platform.h), once. What the
 * parent is, and what it allocated for the device, stays behind `interrupts`.
 */
#ifndef MSI_DEVICE_H
#define MSI_DEVICE_H

struct irq_binding;

struct device {
    const char *name;
    struct irq_binding *interrupts; /* the core's; zero until the platform binds the device */
};

#endif
