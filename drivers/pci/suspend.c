// SPDX-License-Identifier: BSD-3-Clause
/*
 * A suspend of the SoC: devices come to a rest, the last first, and go on, the first first. Their
 * BARs answer until the power goes, since interrupts are masked there on the way down.
 */
#include "arch/wait.h"
#include "drivers/pci/internal.h"
#include "drivers/pci/pci_registers.h"

#include <errno.h>

static int check(const struct pci_host *host)
{
    if (host == NULL)
        return -EINVAL;
    return wait_is_allowed() ? 0 : -EDEADLK;
}

/* ---- down ---- */

/* The function before this one, or the last for NULL. */
static struct pci_function *before(const struct pci_host *host, const struct pci_function *next)
{
    struct pci_function *function = NULL;

    for (struct pci_function *f = pci_next(host, NULL); f != next; f = pci_next(host, f))
        function = f;
    return function;
}

/* It notes what it had enabled, and masters the bus no more. One that is gone has nothing. */
static void stop(struct pci_function *function)
{
    function->suspend_command = 0;
    if (pci_check_present(function) != 0 ||
        pci_read16(function, PCI_COMMAND, &function->suspend_command) != 0)
        return;
    if (function->layout == PCI_HEADER_DEVICE)
        (void)pci_update16(function, PCI_COMMAND, PCI_COMMAND_MASTER, 0);
}

/* ---- up ---- */

/* One that is asleep stays so for its driver: pci_wake() gives it all that it has. */
static int put_back(struct pci_function *function, bool lost, deadline_t deadline)
{
    int error = lost ? pci_restore_function(function, deadline) : pci_check_present(function);

    if (error == 0 && function->layout == PCI_HEADER_DEVICE && !function->is_asleep)
        error = pci_write16(function, PCI_COMMAND, function->suspend_command);
    return error;
}

/* With the mutex: its driver frees nothing meanwhile. */
static void tell(struct pci_function *function, int error)
{
    struct mutex *mutex = &function->host->suspend_mutex;

    if (mutex_lock(mutex) != 0)
        return;
    if (function->suspend != NULL)
        function->suspend->resume(function->suspend_context, error);
    mutex_unlock(mutex);
}

static int resume_from(struct pci_function *first, bool lost)
{
    const deadline_t deadline = deadline_after_us(PCI_READY_US);
    int first_error = 0;

    for (struct pci_function *f = first; f != NULL; f = pci_next(f->host, f)) {
        int error = put_back(f, lost, deadline);

        tell(f, error);
        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

void pci_tell_lost(struct pci_host *host)
{
    for (struct pci_function *f = pci_next(host, NULL); f != NULL; f = pci_next(host, f))
        tell(f, -ENODEV);
}

/* ---- both ---- */

static int ask(struct pci_function *function)
{
    struct mutex *mutex = &function->host->suspend_mutex;
    int error = mutex_lock(mutex);

    if (error != 0)
        return error;
    if (function->suspend != NULL)
        error = function->suspend->suspend(function->suspend_context);
    mutex_unlock(mutex);
    return error;
}

int pci_suspend(struct pci_host *host)
{
    struct pci_function *function = NULL, *refused = NULL;
    int error = check(host);

    while (error == 0 && (function = before(host, function)) != NULL) {
        error = ask(function);
        if (error == 0)
            stop(function);
        else
            refused = function;
    }
    if (refused != NULL)
        (void)resume_from(pci_next(host, refused), false);
    return error;
}

int pci_resume(struct pci_host *host, bool lost)
{
    int error = check(host);

    return error == 0 ? resume_from(pci_next(host, NULL), lost) : error;
}
