// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors that the AM65x's root complex tells of by an interrupt (TI's application registers as
 * Linux's pci-keystone.c names them; PCI Express Base Specification 4.0, 6.2.6: which messages of
 * devices, and errors of its own, the root port makes system errors of). They are counted. After
 * a fatal one the link is not to be relied on (6.2.2.2.1): what is behind it may have been reset,
 * by a link that went down and came up again by itself, say. Then, and while it is down, nothing
 * goes out to it any more. Nor does anything come in: the link may as well be up, and who is behind
 * it at work in memory that its driver gives back. A root port whose Bus Master Enable is clear
 * takes no requests from below (7.5.1.1.3).
 */
#include "arch/barrier.h"
#include "arch/relaxed.h"
#include "drivers/pci/am65x_internal.h"
#include "drivers/pci/am65x_registers.h"
#include "drivers/pci/pci_registers.h"

static uint64_t *counter_of(struct pci_am65x_errors *errors, unsigned bit)
{
    switch (UINT32_C(1) << bit) {
    case APP_ERROR_SYSTEM:
        return &errors->system;
    case APP_ERROR_FATAL:
        return &errors->fatal;
    case APP_ERROR_NONFATAL:
        return &errors->nonfatal;
    case APP_ERROR_CORRECTABLE:
        return &errors->correctable;
    default:
        return &errors->other;
    }
}

/* Nobody else counts there meanwhile. */
static void count(uint64_t *counter)
{
    relaxed_store64(counter, *counter + 1);
}

static void count_all(struct pci_am65x_errors *errors, uint32_t status)
{
    for (unsigned bit = 0; bit < APP_ERROR_BITS; bit++)
        if ((status >> bit & 1u) != 0)
            count(counter_of(errors, bit));
}

void pci_am65x_report_errors(const struct pci_am65x_facts *facts, const struct pci_function *port)
{
    unsigned express;

    if (pci_find_capability(port, PCI_CAPABILITY_EXPRESS, &express) == 0) {
        (void)pci_update16(port, express + PCI_EXPRESS_ROOT_CONTROL, 0,
                           PCI_EXPRESS_ROOT_SYSTEM_ERRORS);
        (void)pci_update16(port, express + PCI_EXPRESS_DEVICE_CONTROL, 0,
                           PCI_EXPRESS_REPORT_ERRORS);
    }
    mmio_write32(facts->app + APP_ERROR_STATUS, APP_ERRORS); /* those of the training */
}

void pci_am65x_enable_errors(const struct pci_am65x *controller)
{
    mmio_write32(controller->facts->app + APP_ERROR_ENABLE, APP_ERRORS);
}

/* What is known of the link when the controller tells of these errors. */
static bool is_broken(const struct pci_am65x *controller, uint32_t status)
{
    return ((status & APP_ERROR_FATAL) != 0 || !pci_am65x_has_partner(controller)) &&
           !pci_am65x_resets_link(controller);
}

bool pci_am65x_link_is_sound(const struct pci_am65x *controller)
{
    const uint32_t status = mmio_read32(controller->facts->app + APP_ERROR_STATUS);
    const bool sound = !is_broken(controller, status);

    barrier_after_status(); /* an error that is not there any more: the handler has lost the host */
    return sound && !pci_is_lost(controller->host);
}

/* With the host's lock. Memory writes that have passed the port before are ahead of the answer. */
static void isolate(struct pci_host *host)
{
    const struct pci_am65x *controller = host->context;
    const uintptr_t command = controller->facts->dbi + PCI_COMMAND;

    mmio_write16(command, mmio_read16(command) & (uint16_t)~PCI_COMMAND_MASTER);
    (void)mmio_read16(command);
    barrier_after_status(); /* the port has it before the host is seen to be lost */
}

void pci_am65x_cut_off(struct pci_am65x *controller)
{
    pci_cut_off(controller->host, isolate);
}

/* The edge comes when the first bit is set: it is clear at the end, or this is called again. */
enum irq_return pci_am65x_interrupt(void *context)
{
    struct pci_host *host = context;
    struct pci_am65x *controller = host->context;
    const uintptr_t address = controller->facts->app + APP_ERROR_STATUS;
    const uint32_t status = mmio_read32(address) & APP_ERRORS;

    if (status == 0)
        return IRQ_NONE;
    count_all(&controller->errors, status);
    if (is_broken(controller, status)) {
        count(&controller->errors.lost_links);
        pci_am65x_cut_off(controller);
        barrier_before_doorbell(); /* see pci_am65x_link_is_sound() */
    }
    mmio_write32(address, status);
    return (mmio_read32(address) & APP_ERRORS) != 0 ? IRQ_AGAIN : IRQ_HANDLED;
}

void pci_am65x_get_errors(const struct pci_am65x *controller, struct pci_am65x_errors *errors)
{
    const struct pci_am65x_errors *from = &controller->errors;

    *errors = (struct pci_am65x_errors){
        .system = relaxed_load64(&from->system),
        .fatal = relaxed_load64(&from->fatal),
        .nonfatal = relaxed_load64(&from->nonfatal),
        .correctable = relaxed_load64(&from->correctable),
        .other = relaxed_load64(&from->other),
        .lost_links = relaxed_load64(&from->lost_links),
    };
}
