// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a driver (docs/msi.md): a DMA-like device. Its completion ring sends an event when it
 * stops being empty; the handler takes out all that is there.
 */
#include "tests/target/example_dma.h"

#include "arch/wait.h"

#include <errno.h>

#define RING_ELEMENTS 256u

static unsigned at_most(unsigned count, unsigned limit)
{
    return count < limit ? count : limit;
}

/* One event may stand for several entries, and an entry may have been taken out by the call before:
 * so the ring says how many there are, not the number of calls. */
static enum irq_return completion(void *context)
{
    struct example_dma *dma = context;
    unsigned left = udma_ring_occupancy(&dma->ring);

    __atomic_add_fetch(&dma->completed, left, __ATOMIC_RELEASE);
    while (left != 0) {
        unsigned count = at_most(left, RING_DOORBELL_MAX); /* what one doorbell can say */

        for (unsigned i = 0; i < count; i++)
            (void)udma_ring_get(&dma->ring); /* here a driver looks at its descriptor */
        udma_ring_release(&dma->ring, count);
        left -= count;
    }
    wait_notify();
    return IRQ_HANDLED;
}

static int close_ring(struct udma_ring *ring)
{
    int error = udma_ring_close(ring);

    /* A ring that the hardware may still use is nobody's. */
    return error != 0 ? error : udma_ring_unreserve(ring->index);
}

static int open_ring(struct udma_ring *ring)
{
    uint16_t index;
    int error = udma_ring_reserve(&index);

    if (error != 0)
        return error;
    error = udma_ring_open(ring, index, RING_ELEMENTS);
    if (error != 0)
        (void)close_ring(ring); /* it may be open, if answers were lost */
    return error;
}

int example_dma_open(struct example_dma *dma, struct device *device)
{
    struct irq_request request = {
        .handler = completion,
        .context = dma,
        .name = "completion",
        .core = IRQ_CORE_ANY,
    };
    int error;

    *dma = (struct example_dma){.irq = NULL};
    error = open_ring(&dma->ring);
    if (error != 0)
        return error;
    request.index = dma->ring.index;
    error = irq_request(device, &request, &dma->irq);
    if (error != 0)
        (void)close_ring(&dma->ring);
    return error;
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
    int error = irq_free(dma->irq);
    int ring = close_ring(&dma->ring);

    return error != 0 ? error : ring;
}
