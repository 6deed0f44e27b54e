// SPDX-License-Identifier: BSD-3-Clause
/*
 * A ring of the ring accelerator: a circular list of 64-bit descriptor addresses in memory, whose
 * occupancy the hardware keeps (AM65x TRM SPRUID7, 10.2.3 Ring Accelerator; exposed-ring mode).
 *
 * Software uses one side of a ring: it fills a transfer ring, which the UDMAP empties, or empties a
 * completion ring, which the UDMAP fills. The owner serialises the calls on one ring.
 */
#ifndef DRIVERS_UDMA_RING_H
#define DRIVERS_UDMA_RING_H

#include "arch/barrier.h"
#include "arch/mmio.h"
#include "drivers/udma/ring_registers.h"

#include <stdint.h>

struct udma;

/* An open ring; its fields are for udma_ring_*(), `index` and `registers` for its owner too. */
struct udma_ring {
    uint64_t *elements;
    struct ring_rt_registers *registers;
    uint16_t index;
    uint32_t count;
    uint32_t position; /* the element that is written, or read, next */
    uint32_t stale;    /* udma_ring_wrap_occupancy(): what the UDMAP still counts */
    struct udma *udma; /* whose it is */
};

/* Takes one of the host's general-purpose rings, not yet configured, or gives it back: meanwhile no
 * channel uses it. Thread context. -ENOSPC: none is left; -ENODEV before udma_init(); -EINVAL: not
 * one that was reserved; -EDEADLK. */
int udma_ring_reserve(uint16_t *index);
int udma_ring_unreserve(uint16_t index);
/* The same with any Navigator's; NULL: the main one. */
int udma_ring_reserve_of(struct udma *udma, uint16_t *index);
int udma_ring_unreserve_of(struct udma *udma, uint16_t index);

/* Allocates `count` elements (1-65535) and has the system firmware configure a ring: one that was
 * reserved, or the one that belongs to a reserved channel. That it is one of these is not looked
 * at: who opens a ring that another uses takes its configuration away; one that is not the host's,
 * the system firmware refuses. Thread context, after udma_init(). -EINVAL: count is 0; -EDEADLK:
 * nothing was done. -ENOMEM, or the system firmware's error: the ring is not open, also if an
 * answer was lost. -EIO: answers were lost, and nobody knows whether it is open: its memory is
 * kept, and it is to be closed before its number is given back. */
int udma_ring_open(struct udma_ring *ring, uint16_t index, uint16_t count);
int udma_ring_open_of(struct udma *udma, struct udma_ring *ring, uint16_t index, uint16_t count);

/* Takes the configuration back and frees the elements. If the system firmware refuses or does not
 * answer, the hardware may still use the memory: it is kept, the error is returned, and the call
 * can be repeated. 0 also for a ring that is closed already, or whose udma_ring_open() found it not
 * open. Thread context. -EDEADLK; the system firmware's errors. */
int udma_ring_close(struct udma_ring *ring);

/* For a transfer ring whose channel is stopped, on silicon where the UDMAP keeps its count of the
 * elements left in it (AM65x errata SPRZ452, i2023; SR1.0): makes that count wrap to zero. Some
 * 33000 register writes; none if the ring is empty. Thread context. -EDEADLK; the system firmware's
 * errors: then the call can be repeated. */
int udma_ring_wrap_occupancy(struct udma_ring *ring);

static inline void udma_ring_advance(struct udma_ring *ring)
{
    uint32_t next = ring->position + 1u;

    ring->position = next == ring->count ? 0u : next;
}

/* Writes the next element; udma_ring_submit() makes `count` of them known to the hardware, at most
 * RING_DOORBELL_MAX at once. The owner keeps the ring from overflowing. Any context. */
static inline void udma_ring_put(struct udma_ring *ring, uint64_t element)
{
    /* volatile: the element belongs to the hardware from the doorbell on. */
    *(volatile uint64_t *)&ring->elements[ring->position] = element;
    udma_ring_advance(ring);
}

static inline void udma_ring_submit(struct udma_ring *ring, unsigned count)
{
    /* Descriptors and elements are in memory before the doorbell makes the hardware read them. */
    barrier_before_doorbell();
    mmio_write32((uintptr_t)&ring->registers->doorbell, count);
}

/* How many elements the hardware has put and nobody has released; udma_ring_get() reads the next,
 * udma_ring_release() gives the places of `count` of them back, at most RING_DOORBELL_MAX at once.
 * udma_ring_get() does not look whether there is one. Any context. */
static inline unsigned udma_ring_occupancy(const struct udma_ring *ring)
{
    unsigned occupancy =
        mmio_read32((uintptr_t)&ring->registers->occupancy) & RING_OCCUPANCY_ENTRIES;

    /* Elements, descriptors and data are read after the count that says they are there. */
    if (occupancy != 0)
        barrier_after_status();
    return occupancy;
}

static inline uint64_t udma_ring_get(struct udma_ring *ring)
{
    uint64_t element = *(volatile const uint64_t *)&ring->elements[ring->position];

    udma_ring_advance(ring);
    return element;
}

static inline void udma_ring_release(struct udma_ring *ring, unsigned count)
{
    /* The elements have been read before the doorbell lets the hardware overwrite them. */
    barrier_after_status();
    mmio_write32((uintptr_t)&ring->registers->doorbell, 0u - count); /* negative: elements leave */
}

#endif
