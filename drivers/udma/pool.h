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

struct pool {
    uint64_t owned[POOL_LIMIT / 64u];
    uint64_t free[POOL_LIMIT / 64u];
};

/* Adds [first, first + count), free. Numbers from POOL_LIMIT on are left out. */
void pool_add(struct pool *pool, unsigned first, unsigned count);
bool pool_owns(const struct pool *pool, unsigned number);

/* Takes the lowest free number. -ENOSPC. */
int pool_take(struct pool *pool, uint16_t *number);
void pool_give_back(struct pool *pool, uint16_t number);

unsigned pool_count(const struct pool *pool);
unsigned pool_count_free(const struct pool *pool);

#endif
