// SPDX-License-Identifier: BSD-3-Clause
/*
 * A peripheral's thread that an earlier user, a boot loader say, has left paired with a channel of
 * another number (TI-SCI documentation, TISCI_MSG_RM_PSIL_PAIR: as long as both threads are
 * unused). Which number nobody can be asked: so it is unpaired from each of the host's that is
 * free. Who asks for that is about to own the peripheral, so that it does no harm either if the
 * system firmware does not look whether the two are paired with each other.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/packet_channels.h"
#include "lib/log.h"

#include <errno.h>

LOG_USE(udma);

/* A refusal is what is asked for: it goes into no log. */
static int ask(const struct udma_link *link, enum ti_sci_kind kind, uint16_t source,
               uint16_t destination)
{
    struct ti_sci_item item = {
        .kind = kind,
        .is_trial = true,
        .psil = {link->udma->facts.navss_device, source, destination},
    };

    ti_sci_batch(&item, 1);
    return item.error;
}

static int pair(const struct udma_link *link)
{
    return ask(link, TI_SCI_PSIL_PAIR, link->source, link->destination);
}

static int unpair_from(const struct udma_link *link, enum udma_direction direction, unsigned number)
{
    const uint16_t thread = (uint16_t)(link->udma->facts.psil_base + number);

    return direction == UDMA_TRANSMIT
               ? ask(link, TI_SCI_PSIL_UNPAIR, thread, link->destination)
               : ask(link, TI_SCI_PSIL_UNPAIR, link->source, (uint16_t)(thread | PSIL_DESTINATION));
}

static struct udma_pool *pools_of(struct udma *udma, enum udma_direction direction)
{
    return direction == UDMA_TRANSMIT ? udma->pools.transmit : udma->pools.receive;
}

/* Nobody else gets the number meanwhile. NULL: it is not free, or not the host's. */
static struct udma_pool *borrow(struct udma *udma, enum udma_direction direction, uint16_t number,
                                bool *last)
{
    struct udma_pool *const pools = pools_of(udma, direction), *pool = NULL;
    unsigned long state = udma_numbers_lock();

    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS && pool == NULL; kind++) {
        *last = (pools[kind].last[number / 64u] >> number % 64u & 1u) != 0;
        if (udma_pool_take_this(&pools[kind], number) == 0)
            pool = &pools[kind];
    }
    udma_numbers_unlock(state);
    return pool;
}

static void put_back(struct udma_pool *pool, uint16_t number, bool last)
{
    unsigned long state = udma_numbers_lock();

    udma_pool_give_back(pool, number, last);
    udma_numbers_unlock(state);
}

/* 0: it was paired with that channel, and is not any more. */
static int release(const struct udma_link *link, enum udma_direction direction, uint16_t number)
{
    struct udma_pool *pool;
    bool last;
    int error;

    pool = borrow(link->udma, direction, number, &last);
    if (pool == NULL)
        return -EACCES;
    error = unpair_from(link, direction, number);
    put_back(pool, number, last && error != 0);
    return error;
}

int udma_endpoint_claim(const struct udma_link *link, enum udma_direction direction, int error)
{
    if (error != -EACCES)
        return error;
    (void)ask(link, TI_SCI_PSIL_UNPAIR, link->source, link->destination);
    error = pair(link);
    for (unsigned i = 0; error == -EACCES && i < UDMAP_CHANNELS_MAX; i++) {
        const int released = release(link, direction, (uint16_t)i);

        if (udma_outcome_is_unknown(released))
            return released;
        if (released == 0) {
            log_warning(udma, "threads 0x%04x and 0x%04x: an earlier user's channel %u is unpaired",
                        (unsigned)link->source, (unsigned)link->destination, i);
            error = pair(link);
        }
    }
    return error;
}
