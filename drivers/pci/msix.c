// SPDX-License-Identifier: BSD-3-Clause
/*
 * MSI-X (PCI Express Base Specification 4.0, 6.1.4.2 and 7.7.2).
 *
 * A message has an entry in a table, which is in one of the function's BARs: address, data, and a
 * mask. An entry is written while it is masked. What happens to a masked one, the function keeps in
 * a bit of another array, and sends it when the mask goes.
 *
 * An entry that nobody has is masked. What is pending there when somebody requests it, is not
 * for him: the entry is given an event that can't be at any ITS, let go, and masked again.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/pci/messages.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/msi_registers.h"
#include "drivers/pci/pci_registers.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

#define WORD_BITS   32u
#define NO_EVENT    0xffffffffu /* the ITS drops it: an id has 2^16 events at most */
#define LEAVES_US   1000u /* in which a message leaves the function, if it may master the bus */
#define ALL_ONES_32 0xffffffffu

struct msix {
    struct pci_messages messages; /* first member */
    uintptr_t table, pending;
    unsigned entries;  /* of the table; messages.count may be fewer */
    uint32_t in_use[]; /* a bit each; with the parent's mutex */
};

static struct msix *msix_of(struct device *device)
{
    return (struct msix *)pci_function_of(device)->messages;
}

static uintptr_t entry_of(const struct msix *msix, uint32_t index)
{
    return msix->table + (uintptr_t)index * PCI_MSIX_ENTRY_SIZE;
}

static bool is_in_use(const struct msix *msix, uint32_t index)
{
    return (msix->in_use[index / WORD_BITS] >> index % WORD_BITS & 1u) != 0;
}

static bool is_pending(const struct msix *msix, uint32_t index)
{
    uint32_t word;

    if (pci_messages_are_gone(&msix->messages))
        return false;
    word = mmio_read32(msix->pending + index / WORD_BITS * sizeof(word));
    return (word >> index % WORD_BITS & 1u) != 0 &&
           pci_messages_check_read(&msix->messages, word) == 0;
}

/* ---- for the interrupt layer (msi/device.h) ---- */

static void mask_source(struct device *device, uint32_t index, bool mask)
{
    struct msix *msix = msix_of(device);
    unsigned long state;

    if (pci_messages_are_gone(&msix->messages))
        return;
    state = spin_lock(&msix->messages.lock); /* against write_entry() */
    mmio_write32(entry_of(msix, index) + PCI_MSIX_ENTRY_CONTROL, mask ? PCI_MSIX_ENTRY_MASK : 0);
    spin_unlock(&msix->messages.lock, state);
}

static bool source_pending(struct device *device, uint32_t index)
{
    return is_pending(msix_of(device), index);
}

/* Masked from its first step to its last, whatever others do to the mask. */
static void write_entry(struct msix *msix, uint32_t index, const struct irq_message *message)
{
    const uintptr_t entry = entry_of(msix, index);
    unsigned long state = spin_lock(&msix->messages.lock);

    mmio_write32(entry + PCI_MSIX_ENTRY_CONTROL, PCI_MSIX_ENTRY_MASK);
    mmio_write32(entry + PCI_MSIX_ENTRY_ADDRESS, (uint32_t)message->address);
    mmio_write32(entry + PCI_MSIX_ENTRY_UPPER, (uint32_t)(message->address >> 32));
    mmio_write32(entry + PCI_MSIX_ENTRY_DATA, message->data);
    spin_unlock(&msix->messages.lock, state);
}

static int check_entry(const struct msix *msix, uint32_t index, const struct irq_message *message)
{
    const uintptr_t entry = entry_of(msix, index);
    const uint32_t address = mmio_read32(entry + PCI_MSIX_ENTRY_ADDRESS);
    const uint32_t data = mmio_read32(entry + PCI_MSIX_ENTRY_DATA);

    if (address == (uint32_t)message->address && data == message->data)
        return 0;

    int error = pci_messages_check_read(&msix->messages, address);

    return error != 0 ? error : -EIO;
}

static void drop_pending(struct msix *msix, uint32_t index, const struct irq_message *message)
{
    const struct irq_message nowhere = {.address = message->address, .data = NO_EVENT};
    const uintptr_t control = entry_of(msix, index) + PCI_MSIX_ENTRY_CONTROL;
    const deadline_t deadline = deadline_after_us(LEAVES_US);

    __atomic_add_fetch(&msix->messages.dropped, 1, __ATOMIC_RELAXED);
    write_entry(msix, index, &nowhere);
    mmio_write32(control, 0);
    while (is_pending(msix, index) && !deadline_passed(deadline)) {
    }
    mmio_write32(control, PCI_MSIX_ENTRY_MASK);
}

/* It is masked. What the function has sent before, is at the ITS when this read has its answer. */
static void leave_entry(const struct msix *msix, uint32_t index)
{
    (void)mmio_read32(entry_of(msix, index) + PCI_MSIX_ENTRY_CONTROL);
}

static int write_message(struct device *device, uint32_t index, const struct irq_message *message)
{
    struct msix *msix = msix_of(device);
    uint32_t *word = &msix->in_use[index / WORD_BITS];
    const uint32_t bit = UINT32_C(1) << index % WORD_BITS;

    if (pci_messages_are_gone(&msix->messages)) {
        *word &= message == NULL ? ~bit : ~0u;
        return -ENODEV;
    }
    if (message == NULL) {
        leave_entry(msix, index);
        *word &= ~bit;
        return 0;
    }
    if (!is_in_use(msix, index) && is_pending(msix, index))
        drop_pending(msix, index, message);
    write_entry(msix, index, message);
    *word |= bit;
    return check_entry(msix, index, message);
}

/* ---- enabling ---- */

static int set_control(const struct msix *msix, uint16_t clear, uint16_t set)
{
    return pci_update16(msix->messages.function, msix->messages.capability + PCI_MSIX_CONTROL,
                        clear, set);
}

static void stop(struct pci_messages *messages)
{
    (void)set_control((struct msix *)messages, PCI_MSIX_ENABLE, PCI_MSIX_MASK_ALL);
}

/* Masks each entry, and the whole function meanwhile. */
static int begin(const struct msix *msix)
{
    int error = set_control(msix, 0, PCI_MSIX_ENABLE | PCI_MSIX_MASK_ALL);

    for (uint32_t i = 0; error == 0 && i < msix->entries; i++)
        mmio_write32(entry_of(msix, i) + PCI_MSIX_ENTRY_CONTROL, PCI_MSIX_ENTRY_MASK);
    if (error == 0)
        error = pci_messages_check_read(&msix->messages,
                                        mmio_read32(entry_of(msix, 0) + PCI_MSIX_ENTRY_CONTROL));
    return error == 0 ? set_control(msix, PCI_MSIX_MASK_ALL, 0) : error;
}

static int restore(struct pci_messages *messages)
{
    const struct msix *msix = (const struct msix *)messages;
    int error = begin(msix);

    return error == 0 ? irq_restore_messages(&messages->function->device) : error;
}

/* An array of the function's, which one of its registers tells to be in a BAR. */
static int find_array(const struct pci_function *function, unsigned offset, uint64_t bytes,
                      uintptr_t *address)
{
    uint32_t word;
    uintptr_t base = 0;
    uint64_t size = 0;
    int error = pci_read32(function, offset, &word);

    if (error == 0)
        error = pci_map_bar(function, PCI_MSIX_BAR(word), &base, &size);
    if (error == -EINVAL || error == -ENOENT)
        return -EPROTO; /* no such BAR */
    if (error != 0)
        return error;
    if (PCI_MSIX_OFFSET(word) > size || bytes > size - PCI_MSIX_OFFSET(word))
        return -EPROTO;
    *address = base + PCI_MSIX_OFFSET(word);
    return 0;
}

static int find_arrays(const struct pci_function *function, struct msix *msix)
{
    const uint64_t table = (uint64_t)msix->entries * PCI_MSIX_ENTRY_SIZE;
    const uint64_t pending = (msix->entries + 63u) / 64u * sizeof(uint64_t);
    const unsigned capability = msix->messages.capability;
    uint16_t command;
    int error = pci_read16(function, PCI_COMMAND, &command);

    if (error == 0 && (command & PCI_COMMAND_MEMORY) == 0)
        error = -EACCES;
    if (error == 0)
        error = find_array(function, capability + PCI_MSIX_TABLE, table, &msix->table);
    if (error == 0)
        error = find_array(function, capability + PCI_MSIX_PENDING, pending, &msix->pending);
    if (error == 0 && msix->table < msix->pending + pending && msix->pending < msix->table + table)
        error = -EPROTO;
    if (error != -EPROTO)
        return error;
    error = pci_check_present(function); /* one that is gone tells nonsense */
    return error != 0 ? error : -EPROTO;
}

static int join(struct pci_function *function, struct msix *msix)
{
    int error = find_arrays(function, msix);

    if (error == 0)
        error = begin(msix);
    if (error != 0)
        return error;
    function->device.write_message = write_message;
    function->device.mask_source = mask_source;
    function->device.source_pending = source_pending;
    return pci_messages_join(function, &msix->messages);
}

static struct msix *make(struct pci_function *function, unsigned capability, unsigned entries,
                         unsigned most)
{
    const size_t words = (entries + WORD_BITS - 1) / WORD_BITS;
    struct msix *msix = calloc(1, sizeof(*msix) + words * sizeof(msix->in_use[0]));

    if (msix == NULL)
        return NULL;
    msix->messages = (struct pci_messages){
        .function = function,
        .capability = capability,
        .count = entries < most ? entries : most,
        .stop = stop,
        .restore = restore,
    };
    msix->entries = entries;
    return msix;
}

int pci_msix_enable(struct pci_function *function, unsigned least, unsigned most)
{
    unsigned capability;
    uint16_t control;
    int error = pci_messages_check(function, least, most);

    if (error == 0)
        error = pci_messages_find(function, PCI_CAPABILITY_MSIX, &capability, &control);
    if (error != 0)
        return error;
    if (PCI_MSIX_COUNT(control) < least)
        return -ENOSPC;

    struct msix *msix = make(function, capability, PCI_MSIX_COUNT(control), most);

    if (msix == NULL)
        return -ENOMEM;
    error = join(function, msix);
    if (error != 0) {
        stop(&msix->messages);
        free(msix);
        return error;
    }
    return (int)msix->messages.count;
}
