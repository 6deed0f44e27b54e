// SPDX-License-Identifier: BSD-3-Clause
/*
 * What MSI, MSI-X and lines of a function have in common (drivers/pci/msi.h). Not for drivers.
 */
#ifndef DRIVERS_PCI_MESSAGES_H
#define DRIVERS_PCI_MESSAGES_H

#include "arch/spinlock.h"
#include "drivers/pci/pci.h"

#include <stdint.h>

/* The first member of each one's own structure, which is allocated with calloc(). */
struct pci_messages {
    struct pci_function *function;
    unsigned capability; /* its offset */
    uint32_t count;      /* of messages that may be requested */
    struct spinlock lock;
    uint64_t dropped;                              /* atomic */
    void (*stop)(struct pci_messages *messages);   /* has the function send none */
    int (*restore)(struct pci_messages *messages); /* after a reset */
};

/* Whether interrupts of the function can be enabled here and now. -EINVAL, -EDEADLK, -EBUSY. */
int pci_messages_check(const struct pci_function *function, unsigned least, unsigned most);

/* The function's control register of such a capability, and where that is. -ENOENT, -EPROTO,
 * -ENODEV, -EIO. */
int pci_messages_find(const struct pci_function *function, uint8_t id, unsigned *capability,
                      uint16_t *control);

/* Has the ITS know the function, with messages->count sources; what the function's device does for
 * them, the caller has filled in. From here on it is pci_interrupts_disable()'s. Its line is off.
 * On error the caller's. */
int pci_messages_join(struct pci_function *function, struct pci_messages *messages);

/* Its halves for those that are no devices of the ITS: the function has these from here on, which
 * are restored after a reset; and has none. */
void pci_messages_enter(struct pci_function *function, struct pci_messages *messages);
void pci_messages_forget(struct pci_function *function);

/* Whether nothing of the function can be reached, and its BARs are not to be touched. Any
 * context. */
static inline bool pci_messages_are_gone(const struct pci_messages *messages)
{
    return pci_is_lost(messages->function->host);
}

/* 0, or -ENODEV if what was read is all ones because nobody answers. Any context. */
int pci_messages_check_read(const struct pci_messages *messages, uint32_t value);

#endif
