// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing memory-to-memory channels (AM65x TRM SPRUID7, 10.2.2 UDMAP).
 *
 * A copy runs on transmit channel n, which reads descriptors and data, and receive channel n,
 * which writes; a PSI-L pairing joins the two.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/coalesce.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#define RANK_SCHEDULING_MAX 3u
#define RANK_PRIORITY_MAX   7u
#define RANK_QOS_MAX        7u
#define RANK_ORDER_ID_MAX   15u

/* ---- open and close ---- */

/* -EADDRINUSE: the pairing was refused; other channels may do. */
static int open_with(const struct udma_channel_config *config, const struct udma_numbers *numbers,
                     struct udma_channel **channel)
{
    struct udma_channel *opened = udma_channel_allocate(config, numbers);
    int error;

    if (opened == NULL) {
        log_error(udma, "no memory for a channel of depth %u", (unsigned)config->depth);
        udma_numbers_give_back(numbers, numbers->last);
        udma_numbers_count(numbers->udma, -1, 0);
        return -ENOMEM;
    }
    error = udma_bring_up(opened);
    if (error == 0) {
        *channel = opened;
        return 0;
    }
    return udma_held_dispose(&opened->held, true) != 0 ? -EIO : error;
}

static bool is_rank(const struct udma_rank *rank)
{
    return rank->scheduling <= RANK_SCHEDULING_MAX && rank->priority <= RANK_PRIORITY_MAX &&
           rank->qos <= RANK_QOS_MAX && rank->order_id <= RANK_ORDER_ID_MAX;
}

bool udma_channel_is_valid(const struct udma_channel_config *config)
{
    return config->callback != NULL && config->depth != 0 && config->depth <= UDMA_DEPTH_MAX &&
           is_rank(&config->rank) &&
           udma_coalesce_is_valid(&config->coalesce, config->depth, config->polled) &&
           (config->polled || config->core == IRQ_CORE_ANY || config->core < core_count());
}

int udma_channel_open(const struct udma_channel_config *config, struct udma_channel **channel)
{
    struct udma_numbers numbers;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (channel == NULL || config == NULL || !udma_channel_is_valid(config))
        return -EINVAL;
    udma_held_retry();
    /* Each round puts a number last; so the loop ends with the last that was not. */
    numbers.udma = udma_or_main(config->udma);
    if (numbers.udma == NULL)
        return -ENODEV;
    do {
        error = udma_numbers_take(&numbers);
        if (error == 0)
            error = open_with(config, &numbers, channel);
    } while (error == -EADDRINUSE && !numbers.last);
    return error == -EADDRINUSE ? -EACCES : error;
}

/* No handler runs any more. */
static void tell_of_faults(const struct udma_channel *channel)
{
    const unsigned number = channel->numbers.channel, ring = channel->numbers.completion_ring;

    if (channel->cut_off)
        log_error(udma, "channel %u: not drained in time, cut off", number);
    if (channel->failed)
        log_error(udma, "channel %u: failed: ring %u told of %u elements, and has room for %u",
                  number, ring, (unsigned)channel->failed_count,
                  (unsigned)channel->completion.count);
    if (channel->counters.bogus != 0)
        log_error(udma, "channel %u: ring %u had %llu elements that were no descriptors in use",
                  number, ring, (unsigned long long)channel->counters.bogus);
}

/* -EAGAIN: a handler has not returned; to be repeated. */
static int free_interrupts(struct udma_channel *channel)
{
    int error = channel->extra != NULL ? channel->config.transfers->end(channel) : 0, freed;

    if (error == -EAGAIN || channel->config.polled)
        return error;
    freed = irq_free(channel->irq);
    return freed != 0 ? freed : error;
}

static int close(struct udma_channel *channel)
{
    int error = 0, stopped, freed;

    if (channel->deferral.delivery != NULL)
        error = channel->deferral.delivery->end(&channel->deferral);
    if (error == 0 && channel->coalescer != NULL)
        error = channel->coalescer->by->end(channel->coalescer);
    if (error == -EAGAIN) /* a callback that hangs keeps the channel, stopped */
        udma_begin_stop(channel);
    if (error != 0)
        return error;
    udma_held_retry();
    stopped = udma_stop(channel);
    if (stopped == -EAGAIN)
        return -EAGAIN;
    freed = free_interrupts(channel);
    if (freed == -EAGAIN)
        return -EAGAIN;
    if (freed != 0)
        log_error(udma, "channel %u: its interrupt was not taken down (%d)",
                  (unsigned)channel->numbers.channel, freed);
    tell_of_faults(channel);
    /* Of the interrupt the layer below keeps what it has to, and tries again by itself. Until then
     * the ring would be refused to the next channel: it is put last. */
    if (udma_held_dispose(&channel->held, freed != 0) != 0 || freed != 0)
        return -EIO;
    return stopped;
}

/* Who comes to poll meanwhile is turned away. */
static int close_unpolled(struct udma_channel *channel)
{
    int error;

    if (!udma_poll_begin(&channel->polling))
        return -EAGAIN;
    error = close(channel);
    if (udma_is_still_open(error))
        udma_poll_end(&channel->polling);
    return error;
}

int udma_channel_close(struct udma_channel *channel)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (channel == NULL)
        return -EINVAL;
    if (!udma_end_begin(&channel->ending))
        return -EAGAIN;
    error = close_unpolled(channel);
    if (udma_is_still_open(error))
        udma_end_finish(&channel->ending);
    return error;
}

int udma_channel_describe(const struct udma_channel *channel, char *text, size_t size)
{
    const unsigned number = channel->numbers.channel;
    const unsigned ring = channel->completion.index;
    const struct udma_one_way *one_way = channel->numbers.one_way;
    int used;

    if (one_way != NULL)
        used = sniprintf(text, size, "%s %u, ring %u > ", one_way->receives ? "rchan" : "tchan",
                         number, ring);
    else
        used = sniprintf(text, size, "tchan %u, rchan %u, ring %u > ", number, number, ring);
    return udma_route_describe(channel->irq, channel->coalescer, used, text, size);
}

unsigned udma_channel_core(const struct udma_channel *channel)
{
    return udma_route_core(channel->irq, &channel->deferral);
}
