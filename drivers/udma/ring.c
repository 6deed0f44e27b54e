// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings in memory through the ring accelerator's real-time registers (AM65x TRM SPRUID7, 10.2.3;
 * the configuration itself is the system firmware's: TISCI_MSG_RM_RING_CFG).
 */
#include "drivers/udma/ring.h"

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

void udma_ring_ask(const struct udma_ring *ring, struct ti_sci_ring_config *config)
{
    *config = (struct ti_sci_ring_config){
        .navss_device = ring->udma->facts.ringacc_device,
        .index = ring->index,
        .base = (uintptr_t)ring->elements,
        .count = ring->count,
        .mode = TI_SCI_RING_MODE_RING,
        .element_size = RING_ELEMENT_8_BYTES,
    };
}

static int configure(const struct udma_ring *ring, bool on)
{
    struct ti_sci_ring_config config;

    udma_ring_ask(ring, &config);
    if (!on) {
        config.base = 0;
        config.count = 0;
    }
    return ti_sci_ring_configure(&config);
}

struct ring_rt_registers *udma_ring_registers(const struct udma *udma, uint16_t index)
{
    return (struct ring_rt_registers *)(udma->facts.ring_rt + (uintptr_t)index * RING_RT_STRIDE);
}

void udma_ring_forget(struct udma_ring *ring)
{
    dma_free(ring->elements);
    ring->elements = NULL;
}

/* Takes the configuration back, which does nothing to a ring that has none; so where an answer was
 * lost it is done again. */
static int reset(const struct udma_ring *ring)
{
    int error = configure(ring, false);

    if (udma_outcome_is_unknown(error))
        error = configure(ring, false);
    if (error != 0)
        log_error(udma, "ring %u: reset failed (%d); its memory is kept", (unsigned)ring->index,
                  error);
    return error;
}

int udma_ring_prepare(struct udma *udma, struct udma_ring *ring, uint16_t index, uint16_t count)
{
    *ring = (struct udma_ring){
        .udma = udma,
        .registers = udma_ring_registers(udma, index),
        .elements = dma_alloc(count * sizeof(*ring->elements)),
        .index = index,
        .count = count,
    };
    if (ring->elements != NULL)
        return 0;
    log_error(udma, "ring %u: no memory for %u elements", (unsigned)index, (unsigned)count);
    return -ENOMEM;
}

int udma_ring_settle(struct udma_ring *ring, int error)
{
    if (error == 0)
        return 0;
    log_error(udma, "ring %u: configuration with %u elements failed (%d)", (unsigned)ring->index,
              (unsigned)ring->count, error);
    if (!udma_outcome_is_unknown(error))
        udma_ring_forget(ring);
    return error;
}

int udma_ring_open(struct udma_ring *ring, uint16_t index, uint16_t count)
{
    return udma_ring_open_of(NULL, ring, index, count);
}

int udma_ring_open_of(struct udma *udma, struct udma_ring *ring, uint16_t index, uint16_t count)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (count == 0)
        return -EINVAL;
    udma = udma_or_main(udma);
    error = udma != NULL ? udma_ring_prepare(udma, ring, index, count) : -ENODEV;
    if (error != 0)
        return error;
    error = udma_ring_settle(ring, configure(ring, true));
    if (error != 0 && udma_ring_close(ring) != 0) /* it may be open all the same */
        return -EIO;
    return error;
}

int udma_ring_reset(struct udma_ring *ring)
{
    int error = configure(ring, true);

    if (udma_outcome_is_unknown(error))
        error = configure(ring, true);
    if (error == 0)
        ring->position = 0;
    return error;
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
    udma_ring_forget(ring);
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
    error = configure(ring, true);
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
