// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory that DMA engines and a core share that is not coherent with them, the Cortex-R5F: cut out
 * of a region that its MPU does not cache (arch/arm/mpu.c), so that there is nothing to maintain
 * and nothing to forget.
 */
#include "arch/memory_map.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"

#include <stdint.h>
#include <string.h>

/* As much as on the A53, where blocks own whole cache lines (dma_memory.c): what is aligned there
 * is here. */
#define DMA_ALIGNMENT 128u
#define UNITS_MAX     1024u

/* How many units the block has that begins here; 0: none does. */
static uint16_t blocks[UNITS_MAX];
static struct mutex mutex = MUTEX_INIT;

/* The region's size is a power of two (r5f.ld). */
static size_t unit_size(void)
{
    size_t size = (size_t)(dma_end - dma_start) / UNITS_MAX;

    return size > DMA_ALIGNMENT ? size : DMA_ALIGNMENT;
}

static size_t units(void)
{
    return (size_t)(dma_end - dma_start) / unit_size();
}

/* The first place with so many free units in a row; all units: there is none. */
static size_t find_place(size_t count)
{
    size_t all = units(), place = 0;

    for (size_t at = 0; at < all && at - place < count;) {
        if (blocks[at] != 0) {
            at += blocks[at];
            place = at;
        } else {
            at++;
        }
        if (at - place >= count)
            return place;
    }
    return all;
}

void *dma_alloc(size_t size)
{
    size_t unit = unit_size(), count = size / unit + (size % unit != 0), place;
    uint8_t *memory = NULL;

    if (count == 0 || count > units() || mutex_lock(&mutex) != 0)
        return NULL;
    place = find_place(count);
    if (place < units()) {
        blocks[place] = (uint16_t)count;
        memory = dma_start + place * unit;
    }
    mutex_unlock(&mutex);
    if (memory != NULL)
        memset(memory, 0, count * unit);
    return memory;
}

/* A store of its own: nobody else has the block, and who looks for a place sees it before or after.
 */
void dma_free(void *memory)
{
    if (memory != NULL)
        __atomic_store_n(&blocks[(size_t)((uint8_t *)memory - dma_start) / unit_size()], 0,
                         __ATOMIC_RELEASE);
}
