// SPDX-License-Identifier: BSD-3-Clause
/*
 * The periods of cyclic transfers (AM65x TRM SPRUID7, 10.2.2 UDMAP: descriptors with a reload
 * count; "TR Response"; output events).
 *
 * The last record of each period sends the channel's event when it is done, and its response says
 * so in memory. Two events may be one interrupt, so it is the responses that count periods: the
 * handler takes those that are there, in order, and writes over them, so that the next round's can
 * be told. TI's UDMA driver takes the event of the receiving half for that of a block copy's end,
 * and so does this one.
 *
 * A core that was held up for more than a round finds all responses there, and does not see how
 * many rounds that were. The UDMAP's count of bytes does.
 */
#include "drivers/udma/extra.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

int udma_periods_prepare(struct udma_transfer *transfer, const struct udma_transfer_config *config)
{
    uint32_t *responses = udma_transfer_responses(transfer);

    transfer->period_table = calloc(config->count, sizeof(*transfer->period_table));
    if (transfer->period_table == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < config->count; i++) {
        struct udma_period *period = &transfer->period_table[i];
        const struct udma_move move = udma_move_of(transfer->channel, &config->moves[i]);
        struct udma_cut way = {.move = &move};
        struct udma_piece piece;

        (void)udma_move_length(way.move, &way.length);
        period->length = way.length;
        while (udma_cut_next(&way, &piece))
            period->records++;
        period->responses = responses;
        responses += period->records;
    }
    transfer->periods = config->count;
    transfer->period = config->period;
    transfer->context = config->context;
    return 0;
}

/* Takes the responses of the next period. false: it has not ended, or a teardown has ended it. */
static bool take(struct udma_transfer *transfer, int *status)
{
    struct udma_period *period = &transfer->period_table[transfer->next_period];

    /* Acquire: the others, and the period's data, are read after the last response. */
    if (__atomic_load_n(&period->responses[period->records - 1u], __ATOMIC_ACQUIRE) ==
        UDMA_RESPONSE_NONE)
        return false;
    *status = udma_transfer_status(transfer->channel,
                                   udma_responses_status(period->responses, period->records));
    if (*status == -ECANCELED)
        return false;
    for (unsigned i = 0; i < period->records; i++)
        __atomic_store_n(&period->responses[i], UDMA_RESPONSE_NONE, __ATOMIC_RELAXED);
    return true;
}

static void advance(struct udma_transfer *transfer)
{
    transfer->delivered += transfer->period_table[transfer->next_period].length;
    transfer->next_period = (transfer->next_period + 1u) % transfer->periods;
}

/* Leaves out what has been overwritten since. */
static void skip(struct udma_transfer *transfer)
{
    struct udma_channel *channel = transfer->channel;
    unsigned long state = spin_lock(&channel->lock);
    const uint64_t done = udma_progress(transfer);
    uint64_t behind = done > transfer->delivered ? done - transfer->delivered : 0, lost = 0;

    spin_unlock(&channel->lock, state);
    if (behind >= 2u * transfer->length) {
        lost = (behind / transfer->length - 1u) * transfer->periods;
        transfer->delivered += lost / transfer->periods * transfer->length;
        behind = done - transfer->delivered;
    }
    while (behind >= transfer->length + transfer->period_table[transfer->next_period].length) {
        behind -= transfer->period_table[transfer->next_period].length;
        advance(transfer);
        lost++;
    }
    UDMA_COUNT(channel->extra->counters.lost, lost);
    transfer->lost += lost;
}

/* At most a round: then what is there is new. Returns how many periods those were. */
static unsigned deliver(struct udma_transfer *transfer)
{
    unsigned count = 0;
    int status = 0;

    skip(transfer);
    while (count < transfer->periods && take(transfer, &status)) {
        const unsigned index = transfer->next_period;
        const uint64_t lost = transfer->lost;

        advance(transfer);
        UDMA_COUNT(transfer->channel->extra->counters.periods, 1);
        transfer->lost = 0;
        transfer->period(transfer->context, index, lost, status);
        count++;
    }
    return count;
}

/* One core at a time is at a channel's periods. false: another one is. */
static bool enter(struct udma_extra *extra)
{
    return !__atomic_exchange_n(&extra->delivering, true, __ATOMIC_ACQUIRE);
}

static void leave(struct udma_extra *extra)
{
    __atomic_store_n(&extra->delivering, false, __ATOMIC_RELEASE);
}

static unsigned deliver_now(struct udma_extra *extra)
{
    struct udma_transfer *transfer = __atomic_load_n(&extra->cyclic, __ATOMIC_ACQUIRE);

    return transfer != NULL ? deliver(transfer) : 0;
}

static enum irq_return handle(void *context)
{
    struct udma_extra *extra = context;
    unsigned count;

    if (!enter(extra))
        return IRQ_NONE;
    count = deliver_now(extra);
    leave(extra);
    if (count != 0)
        return IRQ_HANDLED;
    UDMA_COUNT(extra->counters.early, 1);
    return IRQ_NONE;
}

int udma_cyclic_poll(struct udma_channel *channel)
{
    unsigned count;

    if (channel == NULL || channel->extra == NULL || !channel->config.polled)
        return -EINVAL;
    if (!enter(channel->extra))
        return -EBUSY;
    count = deliver_now(channel->extra);
    leave(channel->extra);
    return (int)count;
}

bool udma_periods_are_delivered(const struct udma_extra *extra)
{
    return __atomic_load_n(&extra->delivering, __ATOMIC_ACQUIRE);
}

void udma_periods_start(struct udma_transfer *transfer)
{
    transfer->next_period = 0;
    transfer->delivered = transfer->lost = 0;
    __atomic_store_n(&transfer->channel->extra->cyclic, transfer, __ATOMIC_RELEASE);
}

void udma_periods_stop(struct udma_transfer *transfer)
{
    __atomic_store_n(&transfer->channel->extra->cyclic, NULL, __ATOMIC_RELAXED);
}

/* ---- their interrupt ---- */

int udma_periods_begin(struct udma_channel *channel)
{
    const struct udma_facts *facts = &channel->numbers.udma->facts;
    const struct irq_request request = {
        .index = udma_event_index(channel),
        .handler = handle,
        .context = channel->extra,
        .name = channel->config.name,
        .core = channel->config.core,
    };
    int error;

    if (channel->extra->irq != NULL)
        return 0;
    if (channel->extra->chained_to != NULL)
        return -EBUSY;
    error = irq_request(facts->channel_interrupts, &request, &channel->extra->irq);
    if (error != 0)
        log_error(udma, "channel %u: no interrupt for periods (%d)",
                  (unsigned)channel->numbers.channel, error);
    return error;
}

int udma_periods_end(struct udma_channel *channel)
{
    int error;

    if (channel->extra->irq == NULL)
        return 0;
    error = irq_free(channel->extra->irq);
    if (error != -EAGAIN)
        channel->extra->irq = NULL;
    return error;
}

int udma_periods_synchronize(struct udma_channel *channel)
{
    return channel->extra->irq != NULL ? irq_synchronize(channel->extra->irq) : 0;
}
