// SPDX-License-Identifier: BSD-3-Clause
/*
 * Resetting all behind a bridge by its control register (PCI-to-PCI Bridge Architecture 1.2,
 * 3.2.5.18; PCI Express Base Specification 4.0, 6.6.1: a hot reset, if a link is behind it). The
 * link trains anew, and until it is up accesses fail; so the bridge itself is all that is touched
 * before.
 */
#include "arch/wait.h"
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

#define OWNER           "reset"
#define ASSERTED_US     2000u    /* Trst is 1 ms (PCI Local Bus Specification 3.0, 4.3.2) */
#define RESET_US        100000u  /* in which nobody need answer */
#define CONVENTIONAL_US 1010000u /* the same there: Trhfa, 2^25 clocks of 33 MHz */

/* The next function behind the bridge. */
static struct pci_function *next_behind(const struct pci_function *bridge,
                                        const struct pci_function *previous)
{
    struct pci_function *function = pci_next(bridge->host, previous);

    while (function != NULL) {
        const struct pci_function *outer = function->bridge;

        while (outer != NULL && outer != bridge)
            outer = outer->bridge;
        if (outer != NULL)
            break;
        function = pci_next(bridge->host, function);
    }
    return function;
}

/* ---- nobody else has something there ---- */

static void release_until(const struct pci_function *bridge, const struct pci_function *function,
                          const struct pci_function *end)
{
    struct pci_function *other = NULL;

    while ((other = next_behind(bridge, other)) != end)
        if (other != function)
            __atomic_store_n(&other->owner, NULL, __ATOMIC_RELEASE);
}

static int take_others(const struct pci_function *bridge, const struct pci_function *function)
{
    struct pci_function *other = NULL;

    while ((other = next_behind(bridge, other)) != NULL)
        if (other != function && pci_take(other, OWNER) != 0) {
            release_until(bridge, function, other);
            return -EBUSY;
        }
    return 0;
}

/* ---- the reset ---- */

static int check(const struct pci_function *function)
{
    if (function == NULL)
        return -EINVAL;
    if (!wait_is_allowed())
        return -EDEADLK;
    if (function->bridge == NULL)
        return -ENOTSUP;
    return function->is_asleep ? -EBUSY : 0;
}

static uint32_t rest_us(const struct pci_function *bridge)
{
    const struct pci_function *other = NULL;

    while ((other = next_behind(bridge, other)) != NULL)
        if (other->bridge->express == 0 || other->bridge->express_type == PCI_EXPRESS_TYPE_TO_PCI)
            return CONVENTIONAL_US;
    return RESET_US;
}

static int reset(const struct pci_function *bridge)
{
    int error = pci_update16(bridge, PCI_BRIDGE_CONTROL, 0, PCI_BRIDGE_RESET);

    if (error != 0)
        return error;
    delay_us(ASSERTED_US);
    error = pci_update16(bridge, PCI_BRIDGE_CONTROL, PCI_BRIDGE_RESET, 0);
    delay_us(rest_us(bridge));
    return error;
}

/* The others' errors are theirs, who will see them. */
static int restore(const struct pci_function *bridge, struct pci_function *function)
{
    const deadline_t deadline = deadline_after_us(PCI_READY_US);
    struct pci_function *each = NULL;
    int result = 0;

    while ((each = next_behind(bridge, each)) != NULL) {
        int error = pci_restore_function(each, deadline);

        each->is_asleep = false;
        if (each != function)
            continue;
        if (error == 0 && function->layout == PCI_HEADER_DEVICE)
            error = pci_put_back(function, &function->saved);
        result = error;
    }
    return result;
}

static int reset_alone(const struct pci_function *bridge, struct pci_function *function)
{
    int error = 0;

    if (function->layout == PCI_HEADER_DEVICE) {
        error = pci_save(function, &function->saved);
        if (error == 0)
            error = pci_disable(function);
    }
    if (error != 0)
        return error;
    __atomic_store_n(&function->host->is_resetting, true, __ATOMIC_RELAXED);
    error = reset(bridge);
    if (error == 0)
        error = restore(bridge, function);
    __atomic_store_n(&function->host->is_resetting, false, __ATOMIC_RELAXED);
    return error;
}

int pci_reset_bus(struct pci_function *function)
{
    int error = check(function);

    if (error == 0)
        error = take_others(function->bridge, function);
    if (error != 0)
        return error;
    error = reset_alone(function->bridge, function);
    release_until(function->bridge, function, NULL);
    return error;
}
