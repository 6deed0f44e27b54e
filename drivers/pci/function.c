// SPDX-License-Identifier: BSD-3-Clause
/*
 * Functions that were found: one by one, who has them, their BARs, and whether they answer.
 */
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

#define CLASS_DIGITS 16u /* of a class code without programming interface */

struct pci_function *pci_next(const struct pci_host *host, const struct pci_function *previous)
{
    if (previous != NULL)
        return previous->next;
    return host != NULL ? host->functions : NULL;
}

struct pci_function *pci_find_id(const struct pci_host *host, uint16_t vendor_id,
                                 uint16_t device_id, const struct pci_function *previous)
{
    struct pci_function *function = pci_next(host, previous);

    while (function != NULL &&
           (function->vendor_id != vendor_id || function->device_id != device_id))
        function = function->next;
    return function;
}

struct pci_function *pci_find_class(const struct pci_host *host, uint32_t class_code,
                                    const struct pci_function *previous)
{
    const unsigned shift = class_code >> CLASS_DIGITS != 0 ? 0 : 8;
    struct pci_function *function = pci_next(host, previous);

    while (function != NULL && function->class_code >> shift != class_code)
        function = function->next;
    return function;
}

int pci_take(struct pci_function *function, const char *owner)
{
    const char *nobody = NULL;

    if (function == NULL || owner == NULL)
        return -EINVAL;
    if (!__atomic_compare_exchange_n(&function->owner, &nobody, owner, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        return -EBUSY;
    return 0;
}

void pci_release(struct pci_function *function)
{
    if (function == NULL)
        return;
    (void)pci_disable(function);
    (void)pci_on_suspend(function, NULL, NULL);
    __atomic_store_n(&function->owner, NULL, __ATOMIC_RELEASE);
}

int pci_on_suspend(struct pci_function *function, const struct pci_suspend *suspend, void *context)
{
    int error = mutex_lock(&function->host->suspend_mutex);

    if (error != 0)
        return error;
    function->suspend_context = context;
    function->suspend = suspend;
    mutex_unlock(&function->host->suspend_mutex);
    return 0;
}

int pci_map_bar(const struct pci_function *function, unsigned bar, uintptr_t *base, uint64_t *size)
{
    const struct pci_bar *found;

    if (function == NULL || bar >= PCI_BARS)
        return -EINVAL;
    found = &function->bars[bar];
    if (found->size == 0 || found->is_io)
        return -ENOENT;
    if (!found->is_assigned)
        return -ENOSPC;
    *base = (uintptr_t)found->cpu;
    if (size != NULL)
        *size = found->size;
    return 0;
}

static int set_command(const struct pci_function *function, uint16_t set)
{
    const uint16_t all = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    int error = pci_check_present(function);

    return error != 0 ? error : pci_update16(function, PCI_COMMAND, all, set);
}

int pci_enable(struct pci_function *function, bool master)
{
    if (function == NULL)
        return -EINVAL;
    for (unsigned i = 0; i < PCI_BARS; i++)
        if (function->bars[i].size != 0 && !function->bars[i].is_io &&
            !function->bars[i].is_assigned)
            return -ENOSPC;
    return set_command(function, PCI_COMMAND_MEMORY | (master ? PCI_COMMAND_MASTER : 0));
}

int pci_disable(struct pci_function *function)
{
    return set_command(function, 0);
}
