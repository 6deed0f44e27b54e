// SPDX-License-Identifier: BSD-3-Clause
/*
 * A ring of the ring accelerator: a circular list of 64-bit descriptor addresses in memory, whose
 * occupancy the hardware keeps (AM65x TRM SPRUID7, 10.2.3 Ring Accelerator; exposed-ring mode).
 *
 * A ring is used from one side only: the transfer ring is pushed here and popped by the UDMAP, the
 * completion ring the other way round. The owner serialises the calls on one ring.
 */
#ifndef DRIVERS_UDMA_RING_H
#define DRIVERS_UDMA_RING_H

#include <stdint.h>

/* The doorbell counts in a signed byte (TRM, RINGACC_RT_RING_DB, ENTRY_CNT). */
#define RING_DOORBELL_MAX 127u

struct ring {
    uintptr_t registers; /* real-time registers */
    uint64_t *elements;
    uint16_t accelerator; /* TI-SCI device id */
    uint16_t index;
    uint16_t count;
    uint16_t position; /* the element that is written, or read, next */
};

/* Allocates the elements and has the system firmware configure ring `index` of the accelerator.
 * real_time: ring 0's real-time registers. Thread context. -ENOMEM, or TI-SCI's error. */
int ring_open(struct ring *ring, uint16_t accelerator, uintptr_t real_time, uint16_t index,
              uint16_t count);

/* Takes the configuration back and frees the elements. If the system firmware refuses, the
 * hardware may still use the memory: it is kept, and the error returned. Thread context. */
int ring_close(struct ring *ring);

/* For a transfer ring whose channel is stopped, on silicon where the UDMAP then forgets nothing of
 * the elements left in it (AM65x errata SPRZ452, i2023; SR1.0): makes its count of them wrap to
 * zero. Some 33000 register writes; none if the ring is empty. Thread context. TI-SCI's error. */
int ring_wrap_occupancy(struct ring *ring);

/* Writes the next element; ring_submit() makes `count` of them known to the hardware. The owner
 * sees to it that the ring never overflows. Any context. */
void ring_put(struct ring *ring, uint64_t element);
void ring_submit(struct ring *ring, unsigned count);

/* How many elements the hardware has put; ring_get() reads the next, ring_release() gives the
 * places of `count` of them back. Any context. */
unsigned ring_occupancy(const struct ring *ring);
uint64_t ring_get(struct ring *ring);
void ring_release(struct ring *ring, unsigned count);

#endif
