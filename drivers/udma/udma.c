// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the channels share: the numbers of channels and rings that the system firmware granted this
 * host (AM65x TRM SPRUID7, 10.2.2 UDMAP; TI-SCI documentation, "AM65x Board Configuration Resource
 * Assignment Type Descriptions").
 */
#include "drivers/udma/udma.h"

#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/pool.h"
#include "lib/log.h"

#include <errno.h>

/* The two kinds of channels: handed out in this order, so that the few of high capacity stay free
 * as long as possible. */
enum capacity {
    CAPACITY_NORMAL,
    CAPACITY_HIGH,
    CAPACITY_KINDS
};

LOG_SUBJECT(udma);

static struct {
    struct udma_facts facts;
    bool ready;
    struct mutex mutex; /* for what follows */
    struct udma_pool channels[CAPACITY_KINDS];
    struct udma_pool rings;
    unsigned open;
    struct udma_channel *abandoned; /* a list */
} udma;

static int add_ranges(struct udma_pool *pool, uint16_t device, uint8_t subtype)
{
    struct ti_sci_range range;
    int error = ti_sci_get_range(device, subtype, &range);

    if (error == -ENOENT)
        return 0;
    if (error != 0) {
        log_error(udma, "no range of device %u, subtype 0x%02x (%d)", (unsigned)device,
                  (unsigned)subtype, error);
        return error;
    }
    udma_pool_add(pool, range.first, range.count);
    udma_pool_add(pool, range.second_first, range.second_count);
    return 0;
}

/* A memory-to-memory channel is transmit channel n, receive channel n, and ring n, to which
 * transmit channel n is wired: a number serves if the host owns all three. */
static int find_pairs(enum capacity kind, uint8_t transmit, uint8_t receive, uint8_t ring,
                      unsigned limit)
{
    struct udma_pool transmits = {0}, receives = {0}, rings = {0};
    int error = add_ranges(&transmits, udma.facts.udmap_device, transmit);

    if (error == 0)
        error = add_ranges(&receives, udma.facts.udmap_device, receive);
    if (error == 0)
        error = add_ranges(&rings, udma.facts.ringacc_device, ring);
    if (error != 0)
        return error;
    for (unsigned number = 0; number < limit; number++) {
        if (udma_pool_owns(&transmits, number) && udma_pool_owns(&receives, number) &&
            udma_pool_owns(&rings, number))
            udma_pool_add(&udma.channels[kind], number, 1);
    }
    return 0;
}

int udma_init(const struct udma_facts *facts)
{
    const struct udmap_registers *registers = (const struct udmap_registers *)facts->udmap_gcfg;
    const uint32_t capabilities = mmio_read32((uintptr_t)&registers->cap[2]);
    const unsigned transmits = UDMAP_CAP2_TRANSMITS(capabilities);
    const unsigned receives = UDMAP_CAP2_RECEIVES(capabilities);
    const unsigned limit = transmits < receives ? transmits : receives;
    int error;

    if (udma.open != 0)
        return -EBUSY;
    if (limit == 0) {
        log_error(udma, "capability register 0x%08x tells of no channels", (unsigned)capabilities);
        return -ENODEV;
    }
    udma.ready = false;
    udma.facts = *facts;
    udma.channels[CAPACITY_NORMAL] = udma.channels[CAPACITY_HIGH] = (struct udma_pool){0};
    udma.rings = (struct udma_pool){0};
    error = find_pairs(CAPACITY_NORMAL, TI_SCI_SUBTYPE_UDMAP_TX_CHAN, TI_SCI_SUBTYPE_UDMAP_RX_CHAN,
                       TI_SCI_SUBTYPE_RA_UDMAP_TX, limit);
    if (error == 0)
        error = find_pairs(CAPACITY_HIGH, TI_SCI_SUBTYPE_UDMAP_TX_HCHAN,
                           TI_SCI_SUBTYPE_UDMAP_RX_HCHAN, TI_SCI_SUBTYPE_RA_UDMAP_TX_H, limit);
    if (error == 0)
        error = add_ranges(&udma.rings, facts->ringacc_device, TI_SCI_SUBTYPE_RA_GP);
    if (error == 0)
        udma.ready = true;
    return error;
}

const struct udma_facts *udma_get_facts(void)
{
    return &udma.facts;
}

unsigned udma_capacity(void)
{
    unsigned channels = udma_pool_count(&udma.channels[CAPACITY_NORMAL]) +
                        udma_pool_count(&udma.channels[CAPACITY_HIGH]);
    unsigned rings = udma_pool_count(&udma.rings);

    return channels < rings ? channels : rings;
}

unsigned udma_open_count(void)
{
    return __atomic_load_n(&udma.open, __ATOMIC_RELAXED);
}

static int take(struct udma_numbers *numbers)
{
    enum capacity kind = CAPACITY_NORMAL;
    int error;

    if (!udma.ready)
        return -ENODEV;
    error = udma_pool_take(&udma.channels[kind], &numbers->channel);
    if (error != 0) {
        kind = CAPACITY_HIGH;
        error = udma_pool_take(&udma.channels[kind], &numbers->channel);
    }
    if (error != 0)
        return error;
    error = udma_pool_take(&udma.rings, &numbers->completion_ring);
    if (error != 0)
        udma_pool_give_back(&udma.channels[kind], numbers->channel);
    return error;
}

int udma_numbers_take(struct udma_numbers *numbers)
{
    int error = mutex_lock(&udma.mutex);

    if (error != 0)
        return error;
    error = take(numbers);
    if (error == 0)
        udma.open++;
    mutex_unlock(&udma.mutex);
    return error;
}

/* Thread context is certain here, so the mutex is too. */
void udma_numbers_give_back(const struct udma_numbers *numbers)
{
    if (mutex_lock(&udma.mutex) != 0)
        return;
    /* A number belongs to one of the two pools, and the other ignores it. */
    udma_pool_give_back(&udma.channels[CAPACITY_NORMAL], numbers->channel);
    udma_pool_give_back(&udma.channels[CAPACITY_HIGH], numbers->channel);
    udma_pool_give_back(&udma.rings, numbers->completion_ring);
    udma.open--;
    mutex_unlock(&udma.mutex);
}

void udma_numbers_abandon(const struct udma_numbers *numbers, struct udma_channel *channel)
{
    log_error(udma, "channel %u and ring %u stay out of use", (unsigned)numbers->channel,
              (unsigned)numbers->completion_ring);
    if (mutex_lock(&udma.mutex) != 0)
        return;
    channel->next_abandoned = udma.abandoned;
    udma.abandoned = channel;
    udma.open--;
    mutex_unlock(&udma.mutex);
}

/* ---- numbers for other drivers ---- */

/* Locks the pools; -ENODEV before udma_init(). */
static int lock_pools(void)
{
    int error = mutex_lock(&udma.mutex);

    if (error == 0 && !udma.ready) {
        mutex_unlock(&udma.mutex);
        error = -ENODEV;
    }
    return error;
}

int udma_ring_reserve(uint16_t *index)
{
    int error = lock_pools();

    if (error != 0)
        return error;
    error = udma_pool_reserve(&udma.rings, index);
    mutex_unlock(&udma.mutex);
    return error;
}

int udma_ring_unreserve(uint16_t index)
{
    int error = lock_pools();

    if (error != 0)
        return error;
    error = udma_pool_unreserve(&udma.rings, index);
    mutex_unlock(&udma.mutex);
    return error;
}

int udma_channel_reserve(uint16_t *number)
{
    int error = lock_pools();

    if (error != 0)
        return error;
    error = udma_pool_reserve(&udma.channels[CAPACITY_NORMAL], number);
    if (error != 0)
        error = udma_pool_reserve(&udma.channels[CAPACITY_HIGH], number);
    mutex_unlock(&udma.mutex);
    return error;
}

int udma_channel_unreserve(uint16_t number)
{
    int error = lock_pools();

    if (error != 0)
        return error;
    error = udma_pool_unreserve(&udma.channels[CAPACITY_NORMAL], number);
    if (error != 0)
        error = udma_pool_unreserve(&udma.channels[CAPACITY_HIGH], number);
    mutex_unlock(&udma.mutex);
    return error;
}

void udma_get_inventory(struct udma_inventory *inventory)
{
    inventory->channels_free = udma_pool_count_free(&udma.channels[CAPACITY_NORMAL]) +
                               udma_pool_count_free(&udma.channels[CAPACITY_HIGH]);
    inventory->rings_free = udma_pool_count_free(&udma.rings);
}
