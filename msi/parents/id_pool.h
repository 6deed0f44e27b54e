// SPDX-License-Identifier: BSD-3-Clause
/*
 * A pool of numbers to hand out: VINTs, global events, router outputs. Taking and giving cost the
 * same however many are in use. First in, first out: a number that was given back rests as long as
 * possible, so a message that is still under way for its last owner finds nobody, not somebody
 * else. The caller locks.
 */
#ifndef MSI_PARENTS_ID_POOL_H
#define MSI_PARENTS_ID_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct irq_id_pool {
    uint16_t *ids; /* a queue: `free` of them, from `head` */
    uint32_t capacity, head, free;
};

int irq_id_pool_init(struct irq_id_pool *pool, uint32_t capacity); /* empty; -ENOMEM */
bool irq_id_pool_take(struct irq_id_pool *pool, uint16_t *id);     /* false: none left */
void irq_id_pool_give(struct irq_id_pool *pool, uint16_t id);      /* adds at most `capacity` */

/* Gives [first, first + count), before anything is taken. */
void irq_id_pool_fill(struct irq_id_pool *pool, uint32_t first, uint32_t count);

#endif
