// SPDX-License-Identifier: BSD-3-Clause
/*
 * A pool of numbers: a queue in an array (msi/parents/id_pool.h).
 */
#include "msi/parents/id_pool.h"

#include <errno.h>
#include <stdlib.h>

int irq_id_pool_init(struct irq_id_pool *pool, uint32_t capacity)
{
    *pool = (struct irq_id_pool){.capacity = capacity};
    pool->ids = calloc(capacity != 0 ? capacity : 1, sizeof(*pool->ids));
    return pool->ids != NULL ? 0 : -ENOMEM;
}

bool irq_id_pool_take(struct irq_id_pool *pool, uint16_t *id)
{
    if (pool->free == 0)
        return false;
    *id = pool->ids[pool->head];
    pool->head = (pool->head + 1) % pool->capacity;
    pool->free--;
    return true;
}

void irq_id_pool_give(struct irq_id_pool *pool, uint16_t id)
{
    pool->ids[(pool->head + pool->free) % pool->capacity] = id;
    pool->free++;
}

void irq_id_pool_fill(struct irq_id_pool *pool, uint32_t first, uint32_t count)
{
    uint16_t *id = pool->ids + pool->free;

    for (uint32_t i = 0; i < count; i++)
        id[i] = (uint16_t)(first + i);
    pool->free += count;
}
