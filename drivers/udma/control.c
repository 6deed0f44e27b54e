// SPDX-License-Identifier: BSD-3-Clause
/*
 * Pausing a channel, and aborting what it does (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Real-time
 * Registers", CTL; "Channel Teardown").
 *
 * An abort is a close that goes on: the same teardown, and then, instead of giving back, the ring
 * is emptied, whatever has not ended is called back, and both halves are turned on again. The
 * pairing stays.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/udma/coalesce.h"
#include "drivers/udma/extra.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>

/* ---- pausing ---- */

static int set_pause(struct udma_channel *channel, uint32_t pause)
{
    unsigned long state;
    int error;

    if (channel == NULL || channel->extra == NULL)
        return -EINVAL;
    /* With the lock: a teardown begins after udma_refuse(), and is not overwritten here. */
    state = spin_lock(&channel->lock);
    error = channel->refusal;
    if (error == 0)
        mmio_write32(UDMA_CTL(udma_lead(&channel->halves)), UDMAP_CTL_ENABLE | pause);
    spin_unlock(&channel->lock, state);
    return error;
}

int udma_channel_pause(struct udma_channel *channel)
{
    return set_pause(channel, UDMAP_CTL_PAUSE);
}

int udma_channel_resume(struct udma_channel *channel)
{
    return set_pause(channel, 0);
}

/* ---- aborting ---- */

/* No handler of the channel runs, and none will until the interrupt is unmasked. */
static int quiesce(struct udma_channel *channel)
{
    if (channel->config.polled)
        return 0;
    irq_mask(channel->irq);
    return irq_synchronize(channel->irq);
}

/* What the hardware has not taken is gone from the ring; it goes on at the ring's beginning. */
static int empty_ring(struct udma_channel *channel)
{
    struct udma_ring *ring = &channel->transfer;
    int error = 0;

    if (channel->numbers.udma->facts.ring_state_erratum && ring->elements != NULL)
        error = udma_ring_wrap_occupancy(ring);
    if (error == 0)
        error = udma_ring_reset(ring);
    if (error != 0)
        return error;
    channel->extra->restarts += -channel->pushed & channel->ring_mask;
    channel->pushed = (channel->pushed + channel->ring_mask) & ~channel->ring_mask;
    channel->submitted = channel->pushed;
    return 0;
}

/* In the order in which they were queued, as far as the ring's memory still has that. */
static void cancel_all(struct udma_channel *channel)
{
    const uint32_t round = channel->ring_mask + 1u, from = channel->pushed;

    for (uint32_t i = 0; i < round; i++)
        udma_transfer_cancel(channel, channel->transfer.elements[(from + i) & channel->ring_mask]);
}

/* Nobody is at it, and it is off: as after an open. */
static int restart(struct udma_channel *channel)
{
    const struct udma_delivery *delivery = channel->deferral.delivery;
    struct irq_request unused = {0};
    unsigned long state;
    int error = 0;

    if (udma_ring_occupancy(&channel->transfer) != 0 || channel->pushed != channel->submitted)
        error = empty_ring(channel);
    if (error == 0 && delivery != NULL)
        error = delivery->begin(&channel->deferral, &unused);
    if (error != 0)
        return error;
    channel->by_thread = channel->config.polled || delivery != NULL;
    channel->cut_off = false;
    if (channel->coalescer != NULL)
        channel->coalescer->by->resume(channel->coalescer);
    udma_enable(channel);
    if (!channel->config.polled)
        irq_unmask(channel->irq);
    if (channel->extra->irq != NULL) /* periods that were too short are masked as a storm */
        irq_unmask(channel->extra->irq);
    /* Last, and with the lock: who finds a free slot is not refused, and a message of this teardown
     * that comes late is not the next one's. */
    state = spin_lock(&channel->lock);
    channel->stopped = false;
    udma_slots_reset(channel);
    if (channel->numbers.one_way != NULL)
        udma_transfer_take_slots(channel);
    channel->refusal = 0;
    spin_unlock(&channel->lock, state);
    return 0;
}

/* -EAGAIN: a callback has not returned. */
static int bring_down(struct udma_channel *channel)
{
    int error = 0;

    if (channel->deferral.delivery != NULL)
        error = channel->deferral.delivery->end(&channel->deferral);
    if (error == -EDEADLK)
        return error;
    channel->aborting = true;
    if (error == 0 && channel->coalescer != NULL)
        error = channel->coalescer->by->pause(channel->coalescer);
    if (error == -EAGAIN)
        udma_begin_stop(channel);
    if (error == 0)
        error = udma_stop(channel);
    if (error != 0 && error != -ETIMEDOUT)
        return error;
    if (quiesce(channel) != 0 || udma_periods_synchronize(channel) != 0)
        return -EAGAIN;
    return error;
}

static int abort_all(struct udma_channel *channel)
{
    int stopped, error;

    stopped = bring_down(channel);
    if (stopped != 0 && stopped != -ETIMEDOUT)
        return stopped;
    if (channel->failed || udma_is_running(&channel->halves))
        return -EIO;
    UDMA_COUNT(channel->extra->counters.aborts, 1);
    udma_transfer_poll(channel);
    cancel_all(channel);
    error = restart(channel);
    channel->aborting = false;
    return error != 0 ? error : stopped;
}

/* Who comes to poll meanwhile is turned away. */
static int abort_unpolled(struct udma_channel *channel)
{
    int error = abort_all(channel);

    udma_poll_end(&channel->polling);
    return error;
}

int udma_channel_abort(struct udma_channel *channel)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (channel == NULL || channel->extra == NULL)
        return -EINVAL;
    if (!udma_end_begin(&channel->ending))
        return -EAGAIN;
    error = udma_poll_begin(&channel->polling) ? abort_unpolled(channel) : -EAGAIN;
    udma_end_finish(&channel->ending);
    return error;
}
