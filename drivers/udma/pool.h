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
    uint64_t last[POOL_LIMIT / 64u];     /* of the free ones: only when no other is left */
    uint64_t reserved[POOL_LIMIT / 64u]; /* taken by udma_pool_reserve() */
    unsigned turn;                       /* of those put last, from here on */
};

/* Adds [first, first + count), free. Numbers from POOL_LIMIT on are left out. */
void udma_pool_add(struct udma_pool *pool, unsigned first, unsigned count);

/* Of pools of which nothing is taken: adds what another owns; keeps only what another owns; leaves
 * out what another owns. */
void udma_pool_join(struct udma_pool *pool, const struct udma_pool *other);
void udma_pool_keep(struct udma_pool *pool, const struct udma_pool *other);
void udma_pool_leave_out(struct udma_pool *pool, const struct udma_pool *other);

bool udma_pool_owns(const struct udma_pool *pool, unsigned number);

/* Takes the lowest free number of those that were not put last; with udma_pool_take(), when there
 * is none, one of those that were, in turn. -ENOSPC. */
int udma_pool_take_first(struct udma_pool *pool, uint16_t *number);
int udma_pool_take(struct udma_pool *pool, uint16_t *number);

/* The same with a number that is free in both, put last in neither; or in either. */
int udma_pool_take_first_of_both(struct udma_pool *one, struct udma_pool *other, uint16_t *number);
int udma_pool_take_of_both(struct udma_pool *one, struct udma_pool *other, uint16_t *number);

/* Takes that one. -ENOSPC: it is not free. */
int udma_pool_take_this(struct udma_pool *pool, uint16_t number);

/* Takes `count` numbers in a row, the lowest that there are. -ENOSPC. */
int udma_pool_take_row(struct udma_pool *pool, unsigned count, uint16_t *first);

/* last: it is put last. A number that is not the pool's is ignored. */
void udma_pool_give_back(struct udma_pool *pool, uint16_t number, bool last);

/* For users outside of this driver: marks a number that was taken as reserved, or gives it back, if
 * it was (else -EINVAL). */
void udma_pool_reserve(struct udma_pool *pool, uint16_t number);
int udma_pool_unreserve(struct udma_pool *pool, uint16_t number);

unsigned udma_pool_count(const struct udma_pool *pool);
unsigned udma_pool_count_free(const struct udma_pool *pool);
unsigned udma_pool_count_of_both(const struct udma_pool *one, const struct udma_pool *other);
unsigned udma_pool_count_free_of_both(const struct udma_pool *one, const struct udma_pool *other);
unsigned udma_pool_count_reserved(const struct udma_pool *pool);

#endif
