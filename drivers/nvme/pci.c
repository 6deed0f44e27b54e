// SPDX-License-Identifier: BSD-3-Clause
/*
 * A controller that is a PCI function (NVM Express Base Specification 1.4, chapter 2 "System Bus
 * (PCI Express) Registers"): its registers in BAR 0, its vectors MSI-X or MSI.
 */
#include "drivers/pci/pci.h"
#include "arch/core.h"
#include "drivers/nvme/internal.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/msi.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>

LOG_USE(nvme);

/* Messages and all come back with it. */
static int reset(void *context)
{
    int error = pci_reset(context);

    return error == -ENOTSUP ? pci_reset_bus(context) : error;
}

static void quiet(void *context)
{
    (void)pci_disable(context);
}

static bool is_gone(void *context)
{
    const struct pci_function *function = context;

    return pci_is_lost(function->host);
}

static int suspend(void *context)
{
    return nvme_suspend(context);
}

static void resume(void *context, int error)
{
    nvme_resume(context, error);
}

static const struct pci_suspend at_suspend = {.suspend = suspend, .resume = resume};

/* Registers and vectors, in the port. */
static int prepare(struct pci_function *function, struct nvme_port *port)
{
    uint64_t size;
    int count, error = pci_enable(function, true);

    if (error == 0)
        error = pci_map_bar(function, 0, &port->registers, &size);
    if (error != 0)
        return error;
    count = pci_interrupts_enable(function, 1, core_count() + 1);
    if (count < 0)
        return count;
    port->size = (size_t)size;
    port->device = &function->device;
    port->vectors = (unsigned)count;
    return 0;
}

static int open_taken(struct pci_function *function, const struct nvme_config *config,
                      struct nvme **nvme)
{
    struct nvme_port port = {
        .reset = reset, .quiet = quiet, .is_gone = is_gone, .context = function};
    int error = function->host->is_coherent ? prepare(function, &port) : -ENOTSUP;

    if (error != 0) {
        log_error(nvme, "%s: %s: no registers or vectors: error %d", config->name, function->name,
                  error);
        return error;
    }
    error = nvme_open(&port, config, nvme);
    if (error != 0)
        (void)pci_interrupts_disable(function);
    return error;
}

int nvme_attach(struct pci_function *function, const struct nvme_config *config, struct nvme **nvme)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (function == NULL || config == NULL || config->name == NULL || nvme == NULL)
        return -EINVAL;
    error = pci_take(function, config->name);
    if (error != 0)
        return error;
    error = open_taken(function, config, nvme);
    if (error == 0) /* here it can wait */
        (void)pci_on_suspend(function, &at_suspend, *nvme);
    else
        pci_release(function);
    return error;
}

int nvme_detach(struct nvme *nvme)
{
    struct pci_function *function;
    int error, disabled;

    if (nvme == NULL)
        return -EINVAL;
    function = nvme->port.context;
    error = pci_on_suspend(function, NULL, NULL); /* what it calls must not be freed */
    if (error != 0)
        return error;
    error = nvme_close(nvme); /* not in a suspend: its caller has thread context */
    if (error == -EAGAIN || error == -EDEADLK) {
        (void)pci_on_suspend(function, &at_suspend, nvme);
        return error;
    }
    disabled = pci_interrupts_disable(function);
    pci_release(function);
    return error != 0 ? error : disabled;
}
