// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings in memory through the ring accelerator's real-time registers (AM65x TRM SPRUID7, 10.2.3;
 * the configuration itself is the system firmware's: TISCI_MSG_RM_RING_CFG).
 */
#include "drivers/udma/ring.h"

#include "arch/barrier.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

/* So many elements added bring the UDMAP's count of a ring's elements back to where it was. */
#define OCCUPANCY_WRAP       (1u << 22)

/* TISCI_MSG_RM_RING_CFG, size: log2 of the element size in bytes, less 2. */
#define RING_ELEMENT_8_BYTES 1u

#define REGISTER(ring, name) ((uintptr_t) & (ring)->registers->name)

static int configure(const struct udma_ring *ring, uint64_t base, uint32_t count)
{
    const struct ti_sci_ring_config config = {
        .navss_device = udma_get_facts()->ringacc_device,
        .index = ring->index,
        .base = base,
        .count = count,
        .mode = TI_SCI_RING_MODE_RING,
        .element_size = RING_ELEMENT_8_BYTES,
    };

    return ti_sci_ring_configure(&config);
}

static struct ring_rt_registers *registers_of(uint16_t index)
{
    return (struct ring_rt_registers *)(udma_get_facts()->ring_rt +
                                        (uintptr_t)index * RING_RT_STRIDE);
}

/* Takes the configuration back, which does nothing to a ring that has none; so where an answer was
 * lost it is done again. */
static int reset(const struct udma_ring *ring)
{
    int error = configure(ring, 0, 0);

    if (udma_outcome_is_unknown(error))
        error = configure(ring, 0, 0);
    if (error != 0)
        log_error(udma, "ring %u: reset failed (%d); its memory is kept", (unsigned)ring->index,
                  error);
    return error;
}

/* After a configuration that failed: makes sure that the ring has none. -EIO: it may have one. */
static int undo(struct udma_ring *ring, int failure)
{
    if (udma_outcome_is_unknown(failure) && reset(ring) != 0)
        return -EIO;
    dma_free(ring->elements);
    ring->elements = NULL;
    return 0;
}

int udma_ring_open(struct udma_ring *ring, uint16_t index, uint16_t count)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (count == 0)
        return -EINVAL;
    *ring = (struct udma_ring){
        .registers = registers_of(index),
        .elements = dma_alloc(count * sizeof(*ring->elements)),
        .index = index,
        .count = count,
    };
    if (ring->elements == NULL) {
        log_error(udma, "ring %u: no memory for %u elements", (unsigned)index, (unsigned)count);
        return -ENOMEM;
    }
    error = configure(ring, (uintptr_t)ring->elements, count);
    if (error == 0)
        return 0;
    log_error(udma, "ring %u: configuration with %u elements failed (%d)", (unsigned)index,
              (unsigned)count, error);
    return undo(ring, error) != 0 ? -EIO : error;
}

int udma_ring_close(struct udma_ring *ring)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (ring->elements == NULL)
        return 0;
    error = reset(ring);
    if (error != 0)
        return error;
    dma_free(ring->elements);
    ring->elements = NULL;
    return 0;
}

int udma_ring_wrap_occupancy(struct udma_ring *ring)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (ring->stale == 0)
        ring->stale = udma_ring_occupancy(ring);
    if (ring->stale == 0)
        return 0;
    /* The ring accelerator's own count goes to zero first; the doorbells are for the UDMAP's. */
    error = configure(ring, (uintptr_t)ring->elements, ring->count);
    if (error != 0)
        return error;
    for (unsigned left = OCCUPANCY_WRAP - ring->stale; left != 0;) {
        unsigned count = left < RING_DOORBELL_MAX ? left : RING_DOORBELL_MAX;

        mmio_write32(REGISTER(ring, doorbell), count);
        left -= count;
    }
    ring->stale = 0;
    return 0;
}

static void advance(struct udma_ring *ring)
{
    ring->position = (uint16_t)(ring->position + 1u == ring->count ? 0u : ring->position + 1u);
}

void udma_ring_put(struct udma_ring *ring, uint64_t element)
{
    /* volatile: the element belongs to the hardware from the doorbell on. */
    *(volatile uint64_t *)&ring->elements[ring->position] = element;
    advance(ring);
}

void udma_ring_submit(struct udma_ring *ring, unsigned count)
{
    /* Descriptors and elements are in memory before the doorbell makes the hardware read them. */
    barrier_before_doorbell();
    mmio_write32(REGISTER(ring, doorbell), count);
}

unsigned udma_ring_occupancy(const struct udma_ring *ring)
{
    unsigned occupancy = mmio_read32(REGISTER(ring, occupancy)) & RING_OCCUPANCY_ENTRIES;

    /* Elements, descriptors and data are read after the count that says they are there. */
    barrier_after_status();
    return occupancy;
}

uint64_t udma_ring_get(struct udma_ring *ring)
{
    uint64_t element = *(volatile const uint64_t *)&ring->elements[ring->position];

    advance(ring);
    return element;
}

void udma_ring_release(struct udma_ring *ring, unsigned count)
{
    /* The elements have been read before the doorbell lets the hardware overwrite them. */
    barrier_after_status();
    mmio_write32(REGISTER(ring, doorbell), 0u - count); /* negative: elements leave */
}
