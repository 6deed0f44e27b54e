// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory that DMA engines and cores share.
 *
 * The NAVSS's accesses go through the compute cluster's coherent interconnect (AM65x TRM SPRUID7,
 * 10.2.1), so ordinary cacheable memory will do. A block still owns its cache lines whole: what a
 * device writes never shares a line with what a core writes.
 */
#include "drivers/udma/udma.h"

#include <stdlib.h>
#include <string.h>

/* The Cortex-A53's line is 64 bytes (DDI 0500, 6.1); the interconnect moves up to two at a time. */
#define DMA_ALIGNMENT 128u

void *dma_alloc(size_t size)
{
    size_t rounded = (size + DMA_ALIGNMENT - 1u) & ~(size_t)(DMA_ALIGNMENT - 1u);
    void *memory;

    if (size == 0 || rounded < size)
        return NULL;
    memory = aligned_alloc(DMA_ALIGNMENT, rounded);
    if (memory != NULL)
        memset(memory, 0, rounded);
    return memory;
}

void dma_free(void *memory)
{
    free(memory);
}
