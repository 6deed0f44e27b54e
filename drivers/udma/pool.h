// SPDX-License-Identifier: BSD-3-Clause
/*
 * A pool of numbered resources (channels, rings) that the system firmware granted this host.
 *
 * No locks of its own: the caller serialises all calls.
 */
#ifndef DRIVERS_UDMA_POOL_H
#define DRIVERS_UDMA_POOL_H

#include <stdbool.h>
#include <stdint.h>

/* One more than the highest number a pool can hold: the AM65x has 818 rings. */
#define POOL_LIMIT 1024u

struct udma_pool {
    uint64_t owned[POOL_LIMIT / 64u];
    uint64_t free[POOL_LIMIT / 64u];
    uint64_t reserved[POOL_LIMIT / 64u]; /* taken by udma_pool_reserve() */
};

/* Adds [first, first + count), free. Numbers from POOL_LIMIT on are left out. */
void udma_pool_add(struct udma_pool *pool, unsigned first, unsigned count);
bool udma_pool_owns(const struct udma_pool *pool, unsigned number);

/* Takes the lowest free number. -ENOSPC. */
int udma_pool_take(struct udma_pool *pool, uint16_t *number);
void udma_pool_give_back(struct udma_pool *pool, uint16_t number);

/* The same for users outside of this driver: gives back only what was reserved (else -EINVAL). */
int udma_pool_reserve(struct udma_pool *pool, uint16_t *number);
int udma_pool_unreserve(struct udma_pool *pool, uint16_t number);

unsigned udma_pool_count(const struct udma_pool *pool);
unsigned udma_pool_count_free(const struct udma_pool *pool);

#endif
