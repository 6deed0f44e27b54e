// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a driver (docs/msi.md): a DMA-like device. Its completion ring sends an event when it
 * stops being empty; the handler takes out all that is there.
 */
#include "tests/selftest/example_dma.h"

#include "arch/mmio.h"
#include "arch/wait.h"

#include <errno.h>

/* The ring's registers (AM65x TRM SPRUID7, ring accelerator): how many entries wait, and the
 * doorbell that takes some out. */
#define RING_DOORBELL       0x10u /* signed number of entries added */
#define RING_DOORBELL_MAX   127u
#define RING_OCCUPANCY      0x18u
#define RING_OCCUPANCY_MASK 0x1fffffu

/* One event may stand for several entries, and an entry may have been taken out by the call before:
 * so the ring says how many there are, not the number of calls. */
static void completion(void *context)
{
    struct example_dma *dma = context;
    uint32_t left = mmio_read32(dma->ring_registers + RING_OCCUPANCY) & RING_OCCUPANCY_MASK;

    __atomic_add_fetch(&dma->completed, left, __ATOMIC_RELEASE);
    while (left != 0) {
        uint32_t count = left < RING_DOORBELL_MAX ? left : RING_DOORBELL_MAX;

        mmio_write32(dma->ring_registers + RING_DOORBELL, 0u - count);
        left -= count;
    }
    wait_notify();
}

int example_dma_open(struct example_dma *dma, struct device *device, uint32_t ring,
                     uintptr_t ring_registers)
{
    const struct irq_request request = {
        .index = ring,
        .handler = completion,
        .context = dma,
        .name = "completion",
        .core = IRQ_CORE_ANY,
    };

    *dma = (struct example_dma){.ring_registers = ring_registers};
    return irq_request(device, &request, &dma->irq);
}

struct wanted {
    struct example_dma *dma;
    uint64_t completed;
};

static bool has_completed(void *argument)
{
    const struct wanted *wanted = argument;

    return __atomic_load_n(&wanted->dma->completed, __ATOMIC_ACQUIRE) >= wanted->completed;
}

int example_dma_wait(struct example_dma *dma, uint64_t completed, uint64_t timeout_us)
{
    struct wanted wanted = {.dma = dma, .completed = completed};

    return wait_for(has_completed, &wanted, timeout_us);
}

int example_dma_close(struct example_dma *dma)
{
    /* When it returns, completion() does not run any more: dma may go. */
    return irq_free(dma->irq);
}
