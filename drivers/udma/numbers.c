// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the channels share: the instances of UDMA, and of each the numbers of channels and rings
 * that the system firmware granted this host (TI-SCI documentation, "AM65x Board Configuration
 * Resource Assignment Type Descriptions").
 *
 * All under one spin lock, which can't fail to be taken: no number is lost for that.
 */
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/pool.h"
#include "drivers/udma/udma.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>

LOG_SUBJECT(udma);

static struct spinlock lock = SPINLOCK_INIT; /* for all of every instance but its facts */
static struct udma *first;                   /* of a list that only grows, at its end; atomic */

/* ---- instances ---- */

struct udma *udma_or_main(struct udma *udma)
{
    return udma != NULL ? udma : __atomic_load_n(&first, __ATOMIC_ACQUIRE);
}

struct udma *udma_find(uint16_t udmap_device)
{
    struct udma *udma = udma_or_main(NULL);

    while (udma != NULL && udma->facts.udmap_device != udmap_device)
        udma = __atomic_load_n(&udma->next, __ATOMIC_ACQUIRE);
    return udma;
}

/* With the lock: at the list's end. Release: it is seen with its facts. */
static void add(struct udma *udma)
{
    struct udma **place = &first;

    while (*place != NULL)
        place = &(*place)->next;
    __atomic_store_n(place, udma, __ATOMIC_RELEASE);
}

unsigned long udma_numbers_lock(void)
{
    return spin_lock(&lock);
}

void udma_numbers_unlock(unsigned long state)
{
    spin_unlock(&lock, state);
}

static bool in_use(const struct udma *udma)
{
    const struct udma_pools *pools = &udma->pools;

    return udma->open != 0 || udma->held != 0 || udma->packet_users != 0 ||
           udma_pool_count_reserved(&pools->transmit[UDMA_CAPACITY_NORMAL]) != 0 ||
           udma_pool_count_reserved(&pools->transmit[UDMA_CAPACITY_HIGH]) != 0 ||
           udma_pool_count_reserved(&pools->rings) != 0;
}

/* With the lock. NULL: it is to be the new one, which has been taken then. */
static int begin(struct udma **udma, struct udma **made, const struct udma_facts *facts)
{
    *udma = udma_find(facts->udmap_device);
    if (*udma == NULL) {
        if (*made == NULL)
            return -ENOMEM;
        *udma = *made;
        *made = NULL;
        (*udma)->facts = *facts;
        add(*udma);
    }
    if ((*udma)->starting || in_use(*udma))
        return -EBUSY;
    (*udma)->starting = true;
    (*udma)->ready = false;
    (*udma)->facts = *facts;
    return 0;
}

int udma_numbers_begin(const struct udma_facts *facts, struct udma **udma)
{
    struct udma *made = udma_find(facts->udmap_device) == NULL ? calloc(1, sizeof(*made)) : NULL;
    unsigned long state = spin_lock(&lock);
    int error = begin(udma, &made, facts);

    spin_unlock(&lock, state);
    free(made); /* another core was faster */
    return error;
}

void udma_numbers_finish(struct udma *udma, const struct udma_pools *pools, bool ready)
{
    unsigned long state = spin_lock(&lock);

    udma->pools = *pools;
    udma->packet.known = false;
    udma->ready = ready;
    udma->starting = false;
    spin_unlock(&lock, state);
}

/* ---- numbers for channels ---- */

static int take_pair(struct udma_pools *pools, uint16_t *number, bool *last)
{
    struct udma_pool *transmit = pools->transmit, *receive = pools->receive;

    *last = false;
    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        if (udma_pool_take_first_of_both(&transmit[kind], &receive[kind], number) == 0)
            return 0;
    *last = true;
    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        if (udma_pool_take_of_both(&transmit[kind], &receive[kind], number) == 0)
            return 0;
    return -ENOSPC;
}

/* A number belongs to one of the kinds, and the other ignores it. */
static void give_back_pair(struct udma_pools *pools, uint16_t number, bool last)
{
    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++) {
        udma_pool_give_back(&pools->transmit[kind], number, last);
        udma_pool_give_back(&pools->receive[kind], number, last);
    }
}

static int take(struct udma_numbers *numbers)
{
    struct udma *udma = numbers->udma;
    int error = udma->ready ? take_pair(&udma->pools, &numbers->channel, &numbers->last) : -ENODEV;

    if (error != 0)
        return error;
    error = udma_pool_take(&udma->pools.rings, &numbers->completion_ring);
    if (error != 0)
        give_back_pair(&udma->pools, numbers->channel, numbers->last);
    else
        udma->open++;
    return error;
}

int udma_numbers_take(struct udma_numbers *numbers)
{
    unsigned long state = spin_lock(&lock);
    int error = take(numbers);

    spin_unlock(&lock, state);
    return error;
}

void udma_numbers_give_back(const struct udma_numbers *numbers, bool last)
{
    unsigned long state = spin_lock(&lock);

    give_back_pair(&numbers->udma->pools, numbers->channel, last);
    udma_pool_give_back(&numbers->udma->pools.rings, numbers->completion_ring, last);
    spin_unlock(&lock, state);
}

void udma_numbers_count(struct udma *udma, int open, int held)
{
    unsigned long state = spin_lock(&lock);

    udma->open += (unsigned)open;
    udma->held += (unsigned)held;
    spin_unlock(&lock, state);
}

/* ---- numbers for other drivers ---- */

/* Calls what is to be done with the lock. -EDEADLK; -ENODEV. */
static int with_lock(struct udma *udma, int (*function)(struct udma_pools *, uint16_t *),
                     uint16_t *number)
{
    unsigned long state;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    udma = udma_or_main(udma);
    if (udma == NULL)
        return -ENODEV;
    state = spin_lock(&lock);
    error = udma->ready ? function(&udma->pools, number) : -ENODEV;
    spin_unlock(&lock, state);
    return error;
}

static int reserve_ring(struct udma_pools *pools, uint16_t *number)
{
    int error = udma_pool_take(&pools->rings, number);

    if (error == 0)
        udma_pool_reserve(&pools->rings, *number);
    return error;
}

static int unreserve_ring(struct udma_pools *pools, uint16_t *number)
{
    return udma_pool_unreserve(&pools->rings, *number);
}

static int reserve_channel(struct udma_pools *pools, uint16_t *number)
{
    bool last;
    int error = take_pair(pools, number, &last);
    unsigned kind = UDMA_CAPACITY_NORMAL;

    if (error != 0)
        return error;
    if (!udma_pool_owns(&pools->transmit[kind], *number))
        kind = UDMA_CAPACITY_HIGH;
    udma_pool_reserve(&pools->transmit[kind], *number);
    return 0;
}

/* That it is reserved is kept in the transmit channel's pool. */
static int unreserve_channel(struct udma_pools *pools, uint16_t *number)
{
    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        if (udma_pool_unreserve(&pools->transmit[kind], *number) == 0) {
            udma_pool_give_back(&pools->receive[kind], *number, false);
            return 0;
        }
    return -EINVAL;
}

int udma_ring_reserve_of(struct udma *udma, uint16_t *index)
{
    return with_lock(udma, reserve_ring, index);
}

int udma_ring_unreserve_of(struct udma *udma, uint16_t index)
{
    return with_lock(udma, unreserve_ring, &index);
}

int udma_channel_reserve_of(struct udma *udma, uint16_t *number)
{
    return with_lock(udma, reserve_channel, number);
}

int udma_channel_unreserve_of(struct udma *udma, uint16_t number)
{
    return with_lock(udma, unreserve_channel, &number);
}

int udma_ring_reserve(uint16_t *index)
{
    return udma_ring_reserve_of(NULL, index);
}

int udma_ring_unreserve(uint16_t index)
{
    return udma_ring_unreserve_of(NULL, index);
}

int udma_channel_reserve(uint16_t *number)
{
    return udma_channel_reserve_of(NULL, number);
}

int udma_channel_unreserve(uint16_t number)
{
    return udma_channel_unreserve_of(NULL, number);
}

/* ---- counts ---- */

static unsigned both(const struct udma_pools *pools,
                     unsigned (*count)(const struct udma_pool *, const struct udma_pool *))
{
    return count(&pools->transmit[UDMA_CAPACITY_NORMAL], &pools->receive[UDMA_CAPACITY_NORMAL]) +
           count(&pools->transmit[UDMA_CAPACITY_HIGH], &pools->receive[UDMA_CAPACITY_HIGH]);
}

unsigned udma_capacity(void)
{
    const struct udma *udma = udma_or_main(NULL);
    unsigned channels, rings;
    unsigned long state;

    if (udma == NULL)
        return 0;
    state = spin_lock(&lock);
    channels = both(&udma->pools, udma_pool_count_of_both);
    rings = udma_pool_count(&udma->pools.rings);
    spin_unlock(&lock, state);
    return channels < rings ? channels : rings;
}

unsigned udma_open_count(void)
{
    const struct udma *udma = udma_or_main(NULL);
    unsigned long state = spin_lock(&lock);
    unsigned count = udma != NULL ? udma->open : 0;

    spin_unlock(&lock, state);
    return count;
}

static unsigned count_free(const struct udma_pool kinds[UDMA_CAPACITY_KINDS])
{
    return udma_pool_count_free(&kinds[UDMA_CAPACITY_NORMAL]) +
           udma_pool_count_free(&kinds[UDMA_CAPACITY_HIGH]);
}

static unsigned count_used(const struct udma_pool *pool)
{
    return udma_pool_count(pool) - udma_pool_count_free(pool);
}

void udma_get_inventory_of(struct udma *which, struct udma_inventory *inventory)
{
    const struct udma *udma = udma_or_main(which);
    unsigned long state;

    *inventory = (struct udma_inventory){0};
    if (udma == NULL)
        return;
    state = spin_lock(&lock);
    inventory->channels_free = both(&udma->pools, udma_pool_count_free_of_both);
    inventory->rings_free = udma_pool_count_free(&udma->pools.rings);
    inventory->held = udma->held;
    inventory->transmit_free = count_free(udma->pools.transmit);
    inventory->receive_free = count_free(udma->pools.receive);
    inventory->flows_used = count_used(&udma->packet.flows);
    inventory->receive_rings_used = count_used(&udma->packet.receive_rings);
    spin_unlock(&lock, state);
}

void udma_get_inventory(struct udma_inventory *inventory)
{
    udma_get_inventory_of(NULL, inventory);
}
