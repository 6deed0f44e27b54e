// SPDX-License-Identifier: BSD-3-Clause
/*
 * MSI (PCI Express Base Specification 4.0, 6.1.4.1 and 7.7.1).
 *
 * The function has one address and one word of data, and puts the number of the message into the
 * low bits of that: so its events lie side by side, aligned. It is told when the first of them is
 * requested, and sends none any more when the last one is freed. What it sends meanwhile for those
 * that nobody has, the ITS drops, or the function keeps, if it can mask each alone. If it can't, a
 * mask is the interrupt layer's.
 */
#include "drivers/pci/msi.h"
#include "drivers/pci/messages.h"
#include "drivers/pci/msi_registers.h"
#include "drivers/pci/pci_registers.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

#define ALL_ONES_16 0xffffu

struct msi {
    struct pci_messages messages; /* first member */
    uint16_t control;             /* what it is while it is enabled */
    bool is_64_bit, is_maskable;
    uint32_t in_use; /* a bit each; with the parent's mutex */
    uint32_t masked; /* the mask register; with the lock */
};

static struct msi *msi_of(struct device *device)
{
    return (struct msi *)pci_function_of(device)->messages;
}

static unsigned at(const struct msi *msi, unsigned offset)
{
    return msi->messages.capability + offset;
}

static int write_mask(const struct msi *msi)
{
    if (!msi->is_maskable)
        return 0;
    return pci_write32(msi->messages.function, at(msi, PCI_MSI_MASK(msi->is_64_bit)), msi->masked);
}

/* Other cores may mask others: the register is written as it is to be by now. */
static int mask(struct msi *msi, uint32_t index, bool masked)
{
    const uint32_t bit = UINT32_C(1) << index;
    unsigned long state = spin_lock(&msi->messages.lock);

    msi->masked = masked ? msi->masked | bit : msi->masked & ~bit;

    int error = write_mask(msi);

    spin_unlock(&msi->messages.lock, state);
    return error;
}

/* ---- for the interrupt layer (msi/device.h) ---- */

static void mask_source(struct device *device, uint32_t index, bool masked)
{
    (void)mask(msi_of(device), index, masked); /* one that can't be reached sends nothing */
}

static bool source_pending(struct device *device, uint32_t index)
{
    const struct msi *msi = msi_of(device);
    const struct pci_function *function = msi->messages.function;
    uint32_t word;

    return pci_read32(function, at(msi, PCI_MSI_PENDING(msi->is_64_bit)), &word) == 0 &&
           (word >> index & 1u) != 0 && pci_messages_check_read(&msi->messages, word) == 0;
}

static int set_control(const struct msi *msi, uint16_t control)
{
    return pci_write16(msi->messages.function, at(msi, PCI_MSI_CONTROL), control);
}

static int get_control(const struct msi *msi, uint16_t *control)
{
    int error = pci_read16(msi->messages.function, at(msi, PCI_MSI_CONTROL), control);

    return error == 0 && *control == ALL_ONES_16 ? -ENODEV : error;
}

/* The message of the first, and from here on the function sends them. */
static int begin(const struct msi *msi, const struct irq_message *first)
{
    const struct pci_function *function = msi->messages.function;
    const uint32_t upper = (uint32_t)(first->address >> 32);
    uint16_t control;
    int error = pci_write32(function, at(msi, PCI_MSI_ADDRESS), (uint32_t)first->address);

    if (error == 0 && msi->is_64_bit)
        error = pci_write32(function, at(msi, PCI_MSI_ADDRESS_UPPER), upper);
    if (error == 0)
        error = pci_write16(function, at(msi, PCI_MSI_DATA(msi->is_64_bit)), (uint16_t)first->data);
    if (error == 0)
        error = set_control(msi, msi->control | PCI_MSI_ENABLE);
    if (error == 0)
        error = get_control(msi, &control);
    if (error == 0 && control != (msi->control | PCI_MSI_ENABLE))
        error = -EIO;
    return error;
}

static int enter(struct msi *msi, uint32_t index, const struct irq_message *message)
{
    const struct irq_message first = {.address = message->address, .data = message->data - index};
    uint16_t control;

    if (!msi->is_64_bit && first.address > UINT32_MAX)
        return -ERANGE;
    if ((first.data & (msi->messages.count - 1)) != 0 || first.data > UINT16_MAX)
        return -ERANGE; /* the function could not add to it */
    if (msi->is_maskable && source_pending(&msi->messages.function->device, index))
        __atomic_add_fetch(&msi->messages.dropped, 1, __ATOMIC_RELAXED);

    int error = get_control(msi, &control);

    /* It is off before the first is requested, and after a reset. */
    return error == 0 && (control & PCI_MSI_ENABLE) == 0 ? begin(msi, &first) : error;
}

static int write_message(struct device *device, uint32_t index, const struct irq_message *message)
{
    struct msi *msi = msi_of(device);
    const uint32_t bit = UINT32_C(1) << index;
    uint16_t control;
    int error = mask(msi, index, true);

    if (message != NULL) {
        if (error == 0)
            error = enter(msi, index, message);
        if (error == 0)
            msi->in_use |= bit;
        return error;
    }
    msi->in_use &= ~bit;
    if (msi->in_use == 0)
        error = set_control(msi, msi->control);
    /* What the function has sent before, is at the ITS when this read has its answer. */
    return error == 0 ? get_control(msi, &control) : error;
}

/* ---- enabling ---- */

static void stop(struct pci_messages *messages)
{
    (void)set_control((struct msi *)messages, 0);
}

static int restore(struct pci_messages *messages)
{
    return irq_restore_messages(&messages->function->device);
}

static int join(struct pci_function *function, struct msi *msi)
{
    int error = set_control(msi, msi->control);

    if (error == 0)
        error = write_mask(msi);
    if (error != 0)
        return error;
    function->device.write_message = write_message;
    if (msi->is_maskable) {
        function->device.mask_source = mask_source;
        function->device.source_pending = source_pending;
    }
    return pci_messages_join(function, &msi->messages);
}

static unsigned logarithm(unsigned number)
{
    return 31u - (unsigned)__builtin_clz(number);
}

static struct msi *make(struct pci_function *function, unsigned capability, uint16_t control,
                        unsigned count)
{
    struct msi *msi = calloc(1, sizeof(*msi));

    if (msi == NULL)
        return NULL;
    msi->messages = (struct pci_messages){
        .function = function,
        .capability = capability,
        .count = count,
        .stop = stop,
        .restore = restore,
    };
    msi->control = (uint16_t)((control & (uint16_t) ~(PCI_MSI_ENABLED | PCI_MSI_ENABLE)) |
                              logarithm(count) << PCI_MSI_ENABLED_SHIFT);
    msi->is_64_bit = (control & PCI_MSI_64_BIT) != 0;
    msi->is_maskable = (control & PCI_MSI_MASKABLE) != 0;
    msi->masked = UINT32_MAX >> (PCI_MSI_MESSAGES_MAX - count);
    return msi;
}

/* Whether the kind of capability that it says it is ends before the extended ones. */
static bool has_room(unsigned capability, uint16_t control)
{
    const bool is_64_bit = (control & PCI_MSI_64_BIT) != 0;
    const unsigned size = (control & PCI_MSI_MASKABLE) != 0 ? PCI_MSI_PENDING(is_64_bit) + 4u
                                                            : PCI_MSI_DATA(is_64_bit) + 2u;

    return capability + size <= PCI_CONFIG_SIZE;
}

int pci_msi_enable(struct pci_function *function, unsigned least, unsigned most)
{
    unsigned capability;
    uint16_t control;
    int error = pci_messages_check(function, least, most);

    if (error == 0)
        error = pci_messages_find(function, PCI_CAPABILITY_MSI, &capability, &control);
    if (error == 0 &&
        (PCI_MSI_CAPABLE(control) > PCI_MSI_MESSAGES_MAX || !has_room(capability, control)))
        error = -EPROTO;
    if (error != 0)
        return error;

    const unsigned wanted = 1u << logarithm(most);
    const unsigned count = PCI_MSI_CAPABLE(control) < wanted ? PCI_MSI_CAPABLE(control) : wanted;

    if (count < least)
        return -ENOSPC;

    struct msi *msi = make(function, capability, control, count);

    if (msi == NULL)
        return -ENOMEM;
    error = join(function, msi);
    if (error != 0) {
        free(msi); /* it sends none before one is requested */
        return error;
    }
    return (int)count;
}
