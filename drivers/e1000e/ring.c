// SPDX-License-Identifier: BSD-3-Clause
/*
 * A ring's memory, and its end.
 */
#include "drivers/e1000e/internal.h"

#include <errno.h>
#include <stdlib.h>

#define ALIGNMENT 128u /* of a ring, which is a multiple of it (10.2.5.5, 10.2.6.5) */

int e1000e_ring_allocate(struct e1000e_ring *ring, uint32_t limit, uint32_t descriptors)
{
    const uint32_t size = 2 * limit * descriptors;

    *ring = (struct e1000e_ring){
        .descriptors = aligned_alloc(ALIGNMENT, size * sizeof(*ring->descriptors)),
        .slots = calloc(size, sizeof(*ring->slots)),
        .mask = size - 1,
        .limit = limit,
    };
    return ring->descriptors != NULL && ring->slots != NULL ? 0 : -ENOMEM;
}

void e1000e_ring_release(struct e1000e_ring *ring)
{
    free(ring->descriptors);
    free(ring->slots);
    ring->descriptors = NULL;
    ring->slots = NULL;
}

void e1000e_ring_stop(struct e1000e_ring *ring, int error)
{
    unsigned long state = spin_lock(&ring->lock);

    ring->stopped = error;
    spin_unlock(&ring->lock, state);
}
