// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the channels share: the numbers of channels and rings that the system firmware granted this
 * host (TI-SCI documentation, "AM65x Board Configuration Resource Assignment Type Descriptions").
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

LOG_SUBJECT(udma);

static struct {
    struct udma_facts facts; /* written while nothing is in use */

    struct spinlock lock; /* for what follows */
    bool starting;        /* udma_init() is at work */
    bool ready;
    struct udma_pools pools;
    unsigned open, held; /* channels */
} udma;

/* ---- start ---- */

static bool in_use(void)
{
    return udma.open != 0 || udma.held != 0 ||
           udma_pool_count_reserved(&udma.pools.channels[UDMA_CAPACITY_NORMAL]) != 0 ||
           udma_pool_count_reserved(&udma.pools.channels[UDMA_CAPACITY_HIGH]) != 0 ||
           udma_pool_count_reserved(&udma.pools.rings) != 0;
}

int udma_numbers_begin(const struct udma_facts *facts)
{
    unsigned long state = spin_lock(&udma.lock);
    int error = udma.starting || in_use() ? -EBUSY : 0;

    if (error == 0) {
        udma.starting = true;
        udma.ready = false;
        udma.facts = *facts;
    }
    spin_unlock(&udma.lock, state);
    return error;
}

void udma_numbers_finish(const struct udma_pools *pools, bool ready)
{
    unsigned long state = spin_lock(&udma.lock);

    udma.pools = *pools;
    udma.ready = ready;
    udma.starting = false;
    spin_unlock(&udma.lock, state);
}

const struct udma_facts *udma_get_facts(void)
{
    return &udma.facts;
}

/* ---- numbers for channels ---- */

static int take_channel(struct udma_numbers *numbers)
{
    struct udma_pool *normal = &udma.pools.channels[UDMA_CAPACITY_NORMAL];
    struct udma_pool *high = &udma.pools.channels[UDMA_CAPACITY_HIGH];

    numbers->last = false;
    if (udma_pool_take_first(normal, &numbers->channel) == 0 ||
        udma_pool_take_first(high, &numbers->channel) == 0)
        return 0;
    numbers->last = true;
    return udma_pool_take(normal, &numbers->channel) == 0 ? 0
                                                          : udma_pool_take(high, &numbers->channel);
}

/* A number belongs to one of the two pools, and the other ignores it. */
static void give_back_channel(uint16_t number, bool last)
{
    udma_pool_give_back(&udma.pools.channels[UDMA_CAPACITY_NORMAL], number, last);
    udma_pool_give_back(&udma.pools.channels[UDMA_CAPACITY_HIGH], number, last);
}

static int take(struct udma_numbers *numbers)
{
    int error = udma.ready ? take_channel(numbers) : -ENODEV;

    if (error != 0)
        return error;
    error = udma_pool_take(&udma.pools.rings, &numbers->completion_ring);
    if (error != 0)
        give_back_channel(numbers->channel, numbers->last);
    else
        udma.open++;
    return error;
}

int udma_numbers_take(struct udma_numbers *numbers)
{
    unsigned long state = spin_lock(&udma.lock);
    int error = take(numbers);

    spin_unlock(&udma.lock, state);
    return error;
}

static void give_back(const struct udma_numbers *numbers, bool last)
{
    give_back_channel(numbers->channel, last);
    udma_pool_give_back(&udma.pools.rings, numbers->completion_ring, last);
}

void udma_numbers_give_back(const struct udma_numbers *numbers, bool last)
{
    unsigned long state = spin_lock(&udma.lock);

    give_back(numbers, last);
    udma.open--;
    spin_unlock(&udma.lock, state);
}

void udma_numbers_hold(void)
{
    unsigned long state = spin_lock(&udma.lock);

    udma.open--;
    udma.held++;
    spin_unlock(&udma.lock, state);
}

void udma_numbers_give_back_held(const struct udma_numbers *numbers)
{
    unsigned long state = spin_lock(&udma.lock);

    give_back(numbers, true);
    udma.held--;
    spin_unlock(&udma.lock, state);
}

/* ---- numbers for other drivers ---- */

int udma_ring_reserve(uint16_t *index)
{
    unsigned long state;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    state = spin_lock(&udma.lock);
    error = udma.ready ? udma_pool_reserve(&udma.pools.rings, index) : -ENODEV;
    spin_unlock(&udma.lock, state);
    return error;
}

int udma_ring_unreserve(uint16_t index)
{
    unsigned long state;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    state = spin_lock(&udma.lock);
    error = udma.ready ? udma_pool_unreserve(&udma.pools.rings, index) : -ENODEV;
    spin_unlock(&udma.lock, state);
    return error;
}

int udma_channel_reserve(uint16_t *number)
{
    unsigned long state;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    state = spin_lock(&udma.lock);
    error = udma.ready ? udma_pool_reserve(&udma.pools.channels[UDMA_CAPACITY_NORMAL], number)
                       : -ENODEV;
    if (error == -ENOSPC)
        error = udma_pool_reserve(&udma.pools.channels[UDMA_CAPACITY_HIGH], number);
    spin_unlock(&udma.lock, state);
    return error;
}

int udma_channel_unreserve(uint16_t number)
{
    unsigned long state;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    state = spin_lock(&udma.lock);
    error = udma.ready ? udma_pool_unreserve(&udma.pools.channels[UDMA_CAPACITY_NORMAL], number)
                       : -ENODEV;
    if (error == -EINVAL)
        error = udma_pool_unreserve(&udma.pools.channels[UDMA_CAPACITY_HIGH], number);
    spin_unlock(&udma.lock, state);
    return error;
}

/* ---- counts ---- */

unsigned udma_capacity(void)
{
    unsigned long state = spin_lock(&udma.lock);
    unsigned channels = udma_pool_count(&udma.pools.channels[UDMA_CAPACITY_NORMAL]) +
                        udma_pool_count(&udma.pools.channels[UDMA_CAPACITY_HIGH]);
    unsigned rings = udma_pool_count(&udma.pools.rings);

    spin_unlock(&udma.lock, state);
    return channels < rings ? channels : rings;
}

unsigned udma_open_count(void)
{
    unsigned long state = spin_lock(&udma.lock);
    unsigned count = udma.open;

    spin_unlock(&udma.lock, state);
    return count;
}

void udma_get_inventory(struct udma_inventory *inventory)
{
    unsigned long state = spin_lock(&udma.lock);

    inventory->channels_free = udma_pool_count_free(&udma.pools.channels[UDMA_CAPACITY_NORMAL]) +
                               udma_pool_count_free(&udma.pools.channels[UDMA_CAPACITY_HIGH]);
    inventory->rings_free = udma_pool_count_free(&udma.pools.rings);
    inventory->held = udma.held;
    spin_unlock(&udma.lock, state);
}
