// SPDX-License-Identifier: BSD-3-Clause
/*
 * Resetting a function alone (PCI Express Base Specification 4.0, 6.6.2), putting it to sleep and
 * waking it (PCI Bus Power Management Interface Specification 1.2, 5.4): what it loses of this
 * layer, it gets back.
 */
#include "arch/wait.h"
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

#define RESET_US    100000u /* in which a function that is reset need not answer */
#define WAKE_US     10000u  /* the same after D3hot */
#define PENDING_US  100000u /* for what it has asked for to be answered */
#define POLL_US     1000u
#define ALL_ONES_16 0xffffu

static const unsigned express_controls[PCI_SAVED_CONTROLS] = {PCI_EXPRESS_DEVICE_CONTROL,
                                                              PCI_EXPRESS_LINK_CONTROL};

int pci_save(const struct pci_function *function, struct pci_saved *saved)
{
    int error = pci_check_present(function);

    if (error == 0)
        error = pci_read16(function, PCI_COMMAND, &saved->command);
    if (error == 0)
        error = pci_read8(function, PCI_CACHE_LINE_SIZE, &saved->cache_line_size);
    if (error == 0)
        error = pci_read8(function, PCI_INTERRUPT_LINE, &saved->interrupt_line);
    for (unsigned i = 0; error == 0 && i < PCI_BARS; i++)
        error = pci_read32(function, PCI_BAR(i), &saved->bars[i]);
    for (unsigned i = 0; error == 0 && function->express != 0 && i < PCI_SAVED_CONTROLS; i++)
        error = pci_read16(function, function->express + express_controls[i], &saved->express[i]);
    return error;
}

/* It answers and masters the bus when all else is there. */
int pci_put_back(struct pci_function *function, const struct pci_saved *saved)
{
    int error = pci_write8(function, PCI_CACHE_LINE_SIZE, saved->cache_line_size);

    if (error == 0)
        error = pci_write8(function, PCI_INTERRUPT_LINE, saved->interrupt_line);
    for (unsigned i = 0; error == 0 && i < PCI_BARS; i++)
        error = pci_write32(function, PCI_BAR(i), saved->bars[i]);
    for (unsigned i = 0; error == 0 && function->express != 0 && i < PCI_SAVED_CONTROLS; i++)
        error = pci_write16(function, function->express + express_controls[i], saved->express[i]);
    if (error == 0) /* a table of messages is in a BAR */
        error = pci_write16(function, PCI_COMMAND, saved->command & (uint16_t)~PCI_COMMAND_MASTER);
    if (error == 0 && function->restore_messages != NULL)
        error = function->restore_messages(function);
    if (error == 0)
        error = pci_update16(function, PCI_COMMAND, 0, saved->command & PCI_COMMAND_MASTER);
    return error;
}

/* Whether it can be asked to do something, and the caller may wait for it. */
static int check(const struct pci_function *function)
{
    if (function == NULL)
        return -EINVAL;
    if (!wait_is_allowed())
        return -EDEADLK;
    return function->layout == PCI_HEADER_DEVICE ? 0 : -ENOTSUP;
}

/* ---- reset ---- */

/* The registers of a reset, in either of two capabilities. */
struct way {
    unsigned control, status;
    uint8_t pending;
    bool is_express;
};

static int find_way(const struct pci_function *function, struct way *way)
{
    unsigned af;
    uint8_t af_caps = 0;
    uint32_t caps = 0;
    int error;

    if (function->express != 0) {
        error = pci_read32(function, function->express + PCI_EXPRESS_DEVICE_CAPS, &caps);
        *way =
            (struct way){function->express + PCI_EXPRESS_DEVICE_CONTROL,
                         function->express + PCI_EXPRESS_DEVICE_STATUS, PCI_EXPRESS_PENDING, true};
        if (error != 0 || (caps & PCI_EXPRESS_DEVICE_CAPS_FLR) != 0)
            return error;
    }
    error = pci_find_capability(function, PCI_CAPABILITY_AF, &af);
    if (error == 0)
        error = pci_read8(function, af + PCI_AF_CAPS, &af_caps);
    if (error == -ENOENT || (error == 0 && (af_caps & PCI_AF_CAPS_FLR) == 0))
        error = -ENOTSUP;
    if (error == 0)
        *way = (struct way){af + PCI_AF_CONTROL, af + PCI_AF_STATUS, PCI_AF_STATUS_PENDING, false};
    return error;
}

/* What it has asked for is answered, or time is up: the reset comes all the same. */
static void drain(const struct pci_function *function, const struct way *way)
{
    const deadline_t deadline = deadline_after_us(PENDING_US);
    uint8_t status;

    while (pci_read8(function, way->status, &status) == 0 && (status & way->pending) != 0 &&
           !deadline_passed(deadline))
        delay_us(POLL_US);
}

static int begin(const struct pci_function *function, const struct way *way)
{
    if (way->is_express)
        return pci_update16(function, way->control, 0, PCI_EXPRESS_RESET);
    return pci_write8(function, way->control, PCI_AF_CONTROL_FLR);
}

int pci_wait_until_ready(const struct pci_function *function, deadline_t deadline)
{
    for (;;) {
        const bool is_last = deadline_passed(deadline);
        uint16_t vendor;
        int error = pci_read16(function, PCI_VENDOR_ID, &vendor);

        if (error == 0 && vendor == function->vendor_id)
            return 0;
        if (error != 0 && error != -EIO) /* the link may still be on its way */
            return error;
        if (is_last)
            return error != 0 ? error : vendor == PCI_NOT_READY ? -ETIMEDOUT : -ENODEV;
        delay_us(POLL_US);
    }
}

int pci_reset(struct pci_function *function)
{
    struct way way;
    int error = check(function);

    if (error == 0 && function->is_asleep)
        error = -EBUSY;
    if (error == 0)
        error = pci_save(function, &function->saved);
    if (error == 0)
        error = find_way(function, &way);
    if (error == 0)
        error = pci_disable(function);
    if (error != 0)
        return error;
    drain(function, &way);
    error = begin(function, &way);
    if (error != 0)
        return error;
    delay_us(RESET_US);
    error = pci_wait_until_ready(function, deadline_after_us(PCI_READY_US));
    return error != 0 ? error : pci_put_back(function, &function->saved);
}

/* ---- sleep ---- */

static int find_power(const struct pci_function *function, unsigned *control)
{
    unsigned offset = 0;
    int error = check(function);

    if (error == 0)
        error = pci_find_capability(function, PCI_CAPABILITY_POWER, &offset);
    *control = offset + PCI_POWER_CONTROL;
    return error == -ENOENT ? -ENOTSUP : error;
}

/* Beside the state there is a bit that a write of 1 clears: it is left alone. */
static int set_power(const struct pci_function *function, unsigned control, uint16_t state)
{
    int error = pci_update16(function, control, PCI_POWER_STATE | PCI_POWER_EVENT, state);

    if (error == 0)
        delay_us(WAKE_US);
    return error;
}

int pci_sleep(struct pci_function *function)
{
    unsigned control;
    int error = find_power(function, &control);

    if (error != 0 || function->is_asleep)
        return error;
    error = pci_save(function, &function->saved);
    if (error == 0)
        error = pci_disable(function);
    if (error == 0)
        error = set_power(function, control, PCI_POWER_STATE_D3HOT);
    function->is_asleep = error == 0;
    return error;
}

/* On the way back it may have been reset. */
int pci_wake(struct pci_function *function)
{
    unsigned control;
    int error = find_power(function, &control);

    if (error != 0 || !function->is_asleep)
        return error;
    error = set_power(function, control, 0);
    if (error == 0)
        error = pci_wait_until_ready(function, deadline_after_us(PCI_READY_US));
    if (error == 0)
        error = pci_put_back(function, &function->saved);
    function->is_asleep = error != 0;
    return error;
}
