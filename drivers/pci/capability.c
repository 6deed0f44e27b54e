// SPDX-License-Identifier: BSD-3-Clause
/*
 * The lists of capabilities (PCI Local Bus Specification 3.0, 6.7; PCI Express Base Specification
 * 4.0, 7.6). A list is followed for as many steps as there is room for capabilities, so that a loop
 * ends.
 */
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

#define FIRST          0x40u /* behind the header */
#define POINTER        0xfcu
#define STEPS          ((PCI_CONFIG_SIZE - FIRST) / 4u)
#define EXTENDED_STEPS ((PCI_CONFIG_SIZE_EXTENDED - PCI_EXTENDED_FIRST) / 8u)
#define ALL_ONES_16    0xffffu
#define ALL_ONES_32    0xffffffffu

/* Something reads as nothing of its kind does: it is gone, or the list is broken. */
static int broken(const struct pci_function *function)
{
    int error = pci_check_present(function);

    return error != 0 ? error : -EPROTO;
}

static int first_pointer(const struct pci_function *function, unsigned *offset)
{
    uint16_t status;
    uint8_t pointer = 0;
    int error = pci_read16(function, PCI_STATUS, &status);

    *offset = 0;
    if (error != 0)
        return error;
    if (status == ALL_ONES_16)
        return broken(function);
    if ((status & PCI_STATUS_CAPABILITIES) != 0)
        error = pci_read8(function, PCI_CAPABILITIES_POINTER, &pointer);
    *offset = pointer & POINTER;
    return error;
}

int pci_for_each_capability(const struct pci_function *function, pci_visit_t visit, void *argument)
{
    unsigned offset;
    int error = first_pointer(function, &offset);

    for (unsigned step = 0; error == 0 && offset != 0; step++) {
        uint16_t word;

        if (offset < FIRST || step == STEPS)
            return broken(function);
        error = pci_read16(function, offset, &word);
        if (error == 0 && word == ALL_ONES_16)
            error = broken(function);
        if (error == 0 && !visit(argument, word & 0xffu, offset))
            break;
        offset = word >> 8 & POINTER;
    }
    return error;
}

int pci_for_each_extended_capability(const struct pci_function *function, pci_visit_t visit,
                                     void *argument)
{
    unsigned offset = PCI_EXTENDED_FIRST;
    int error = 0;

    if (function == NULL)
        return -EINVAL;
    if (function->express == 0)
        return 0;
    for (unsigned step = 0; error == 0 && offset != 0; step++) {
        uint32_t word;

        if (offset < PCI_EXTENDED_FIRST || step == EXTENDED_STEPS)
            return broken(function);
        error = pci_read32(function, offset, &word);
        if (error != 0 || word == 0) /* an empty list has an empty word */
            break;
        if (word == ALL_ONES_32)
            return broken(function);
        if (!visit(argument, PCI_EXTENDED_ID(word), offset))
            break;
        offset = PCI_EXTENDED_NEXT(word);
    }
    return error;
}

/* ---- looking for one ---- */

struct search {
    unsigned id, offset;
    bool is_found;
};

static bool look(void *argument, unsigned id, unsigned offset)
{
    struct search *search = argument;

    search->is_found = id == search->id;
    search->offset = offset;
    return !search->is_found;
}

/* How long one is at least, up to the last register that is used here of it. */
static unsigned size_of(uint8_t id)
{
    switch (id) {
    case PCI_CAPABILITY_POWER:
        return 8;
    case PCI_CAPABILITY_MSI:
        return 10;
    case PCI_CAPABILITY_EXPRESS:
        return PCI_EXPRESS_LINK_STATUS + 2u;
    case PCI_CAPABILITY_MSIX:
        return 12;
    case PCI_CAPABILITY_AF:
        return 6;
    default:
        return 4;
    }
}

static int outcome(int error, const struct search *search, unsigned *offset)
{
    if (error == 0 && !search->is_found)
        error = -ENOENT;
    if (error == 0)
        *offset = search->offset;
    return error;
}

int pci_find_capability(const struct pci_function *function, uint8_t id, unsigned *offset)
{
    struct search search = {.id = id};
    int error = pci_for_each_capability(function, look, &search);

    if (error == 0 && search.is_found && search.offset + size_of(id) > PCI_CONFIG_SIZE)
        error = broken(function); /* behind that are the extended ones */
    return outcome(error, &search, offset);
}

int pci_find_extended_capability(const struct pci_function *function, uint16_t id, unsigned *offset)
{
    struct search search = {.id = id};
    int error = pci_for_each_extended_capability(function, look, &search);

    return outcome(error, &search, offset);
}
