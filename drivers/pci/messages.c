// SPDX-License-Identifier: BSD-3-Clause
/*
 * Functions of PCI as devices of the ITS.
 *
 * The ITS tells devices apart by an id that comes with each message; the host's map leads from the
 * requester id to it. A function joins when its messages are enabled, and leaves when they are
 * disabled. Functions that share an id (behind a bridge to conventional PCI) share the ITS's
 * device: each has events of its own there, as many as it could ever want, in the order of the
 * functions' addresses. So where they are does not depend on who comes first.
 */
#include "drivers/pci/messages.h"

#include "arch/wait.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/msi_registers.h"
#include "drivers/pci/pci_registers.h"
#include "msi/binding.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

#define ALL_ONES_16    0xffffu
#define ALL_ONES_32    0xffffffffu
#define EVENT_BITS_MAX 16u

int pci_messages_check(const struct pci_function *function, unsigned least, unsigned most)
{
    if (function == NULL || least == 0 || least > most)
        return -EINVAL;
    if (!irq_is_allowed())
        return -EDEADLK;
    return function->messages == NULL ? 0 : -EBUSY;
}

int pci_messages_check_read(const struct pci_messages *messages, uint32_t value)
{
    return value == ALL_ONES_32 ? pci_check_present(messages->function) : 0;
}

int pci_messages_find(const struct pci_function *function, uint8_t id, unsigned *capability,
                      uint16_t *control)
{
    int error = pci_find_capability(function, id, capability);

    if (error == 0) /* both kinds have it in the same place */
        error = pci_read16(function, *capability + PCI_MSIX_CONTROL, control);
    if (error == 0 && *control == ALL_ONES_16) {
        error = pci_check_present(function);
        error = error != 0 ? error : -EPROTO;
    }
    return error;
}

/* ---- its place among those with the same id ---- */

struct place {
    uint32_t device_id, first;
    unsigned event_bits;
};

static unsigned bits_for(uint32_t count)
{
    unsigned bits = 0;

    while (UINT32_C(1) << bits < count)
        bits++;
    return bits;
}

static uint32_t ask_for_sources(const struct pci_function *function)
{
    unsigned capability;
    uint16_t control;
    uint32_t count = 0;

    if (pci_messages_find(function, PCI_CAPABILITY_MSI, &capability, &control) == 0)
        count = PCI_MSI_CAPABLE(control);
    if (pci_messages_find(function, PCI_CAPABILITY_MSIX, &capability, &control) == 0 &&
        PCI_MSIX_COUNT(control) > count)
        count = PCI_MSIX_COUNT(control);
    return count;
}

/* As many as it has had when it was asked for the first time: it may be gone by now. */
static uint32_t sources_of(struct pci_function *function)
{
    uint32_t count = __atomic_load_n(&function->message_sources, __ATOMIC_RELAXED);

    if (count == 0) {
        count = ask_for_sources(function);
        __atomic_store_n(&function->message_sources, (uint16_t)count, __ATOMIC_RELAXED);
    }
    return count;
}

static bool is_known_as(const struct pci_function *function, uint32_t device_id)
{
    uint32_t id;

    return pci_message_device_id(function, &id) == 0 && id == device_id;
}

static bool is_alone(const struct pci_function *function, uint32_t device_id)
{
    const struct pci_function *other = NULL;

    while ((other = pci_next(function->host, other)) != NULL) {
        if (other != function && is_known_as(other, device_id))
            return false;
    }
    return true;
}

/* Side by side, each one's aligned to its size. -EPROTO: the function has more than it had when it
 * was asked, and no place for them. */
static int find_among_others(const struct pci_messages *messages, struct place *place)
{
    const struct pci_function *function = messages->function;
    struct pci_function *each = NULL;
    uint32_t end = 0;

    while ((each = pci_next(function->host, each)) != NULL) {
        if (!is_known_as(each, place->device_id))
            continue;

        const uint32_t size = UINT32_C(1) << bits_for(sources_of(each));

        end = (end + size - 1) & ~(size - 1);
        if (each == function)
            place->first = end;
        if (each == function && messages->count > size)
            return -EPROTO;
        end += size;
    }
    place->event_bits = bits_for(end);
    return place->event_bits <= EVENT_BITS_MAX ? 0 : -ENOSPC;
}

static int find_place(const struct pci_messages *messages, struct place *place)
{
    const struct pci_function *function = messages->function;

    if (function->host->message_parent == NULL)
        return -ENXIO;
    if (pci_message_device_id(function, &place->device_id) != 0)
        return -ENXIO;
    place->first = 0;
    place->event_bits = bits_for(messages->count);
    return is_alone(function, place->device_id) ? 0 : find_among_others(messages, place);
}

/* ---- joining and leaving ---- */

/* The function's line is off, but if that is its interrupt and is not masked. */
static int restore(struct pci_function *function)
{
    int error = pci_update16(function, PCI_COMMAND, 0, PCI_COMMAND_INTX_DISABLE);

    return error == 0 ? function->messages->restore(function->messages) : error;
}

void pci_messages_enter(struct pci_function *function, struct pci_messages *messages)
{
    function->messages = messages;
    function->restore_messages = restore;
}

void pci_messages_forget(struct pci_function *function)
{
    struct device *device = &function->device;

    function->restore_messages = NULL;
    function->messages = NULL;
    device->write_message = NULL;
    device->mask_source = NULL;
    device->source_pending = NULL;
    device->has_slot_each = false;
}

int pci_messages_join(struct pci_function *function, struct pci_messages *messages)
{
    struct place place;
    int error = find_place(messages, &place);

    pci_messages_enter(function, messages);
    function->device.has_slot_each = true;
    if (error == 0)
        error = pci_update16(function, PCI_COMMAND, 0, PCI_COMMAND_INTX_DISABLE);
    if (error == 0)
        error = irq_bind_its_part(&function->device, function->host->message_parent,
                                  place.device_id, place.event_bits, place.first, messages->count);
    if (error != 0)
        pci_messages_forget(function);
    return error;
}

int pci_interrupts_disable(struct pci_function *function)
{
    struct pci_messages *messages;
    int error;

    if (function == NULL)
        return -EINVAL;
    if (!irq_is_allowed())
        return -EDEADLK;
    messages = function->messages;
    if (messages == NULL)
        return 0;
    error = irq_unbind(&function->device);
    if (error != 0)
        return error;
    messages->stop(messages);
    pci_messages_forget(function);
    free(messages);
    return 0;
}

uint64_t pci_messages_dropped(const struct pci_function *function)
{
    const struct pci_messages *messages = function->messages;

    return messages != NULL ? __atomic_load_n(&messages->dropped, __ATOMIC_RELAXED) : 0;
}
