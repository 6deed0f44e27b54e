// SPDX-License-Identifier: BSD-3-Clause
#include "tests/target/example_pci.h"

#include "arch/mmio.h"
#include "arch/wait.h"

#define STATUS      0x24u
#define RAISE       0x60u
#define ACKNOWLEDGE 0x64u
#define SOME_REASON 0x1u

static enum irq_return arrived(void *context)
{
    struct example_pci *pci = context;
    const uint32_t reasons = mmio_read32(pci->registers + STATUS);

    if (reasons == 0)
        return IRQ_NONE;
    mmio_write32(pci->registers + ACKNOWLEDGE, reasons);
    __atomic_add_fetch(&pci->calls, 1, __ATOMIC_RELEASE);
    wait_notify();
    return IRQ_HANDLED;
}

/* With several messages, here would be a request for each: index 0, 1, ... */
static int request(struct example_pci *pci)
{
    const struct irq_request request = {
        .index = 0,
        .handler = arrived,
        .context = pci,
        .name = "example",
        .core = IRQ_CORE_ANY,
    };
    int count = pci_interrupts_enable(pci->function, 1, 1); /* MSI-X, MSI, or the line */
    int error = count < 0 ? count : irq_request(&pci->function->device, &request, &pci->irq);

    if (error != 0)
        (void)pci_interrupts_disable(pci->function);
    return error;
}

int example_pci_open(struct example_pci *pci, struct pci_function *function)
{
    int error = pci_take(function, "example");

    if (error != 0)
        return error;
    *pci = (struct example_pci){.function = function};
    error = pci_enable(function, true); /* messages are writes: it has to master the bus */
    if (error == 0)
        error = pci_map_bar(function, 0, &pci->registers, NULL);
    if (error == 0)
        error = request(pci);
    if (error != 0)
        pci_release(function);
    return error;
}

void example_pci_raise(const struct example_pci *pci)
{
    mmio_write32(pci->registers + RAISE, SOME_REASON);
}

int example_pci_close(struct example_pci *pci)
{
    int error = irq_free(pci->irq);

    if (error == 0)
        error = pci_interrupts_disable(pci->function);
    if (error == 0)
        pci_release(pci->function);
    return error;
}
