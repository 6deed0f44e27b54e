// SPDX-License-Identifier: BSD-3-Clause
/*
 * Triggers: what lets transfers go that wait (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Real-time
 * Registers", SWTRIG; "Event Interface"; TI-SCI documentation, "AM65x Board Configuration Resource
 * Assignment Type Descriptions", GLOBAL_EVENT_TRIGGER).
 *
 * A transmit channel has two global triggers, each an event number of the Navigator's; software can
 * set the first. Chained, the
 * event that the end of another channel's transfer sends has that number, and needs no aggregator.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/extra.h"
#include "lib/log.h"

#include <errno.h>

#define TRIGGERS 2u /* of a channel */

int udma_trigger(struct udma_channel *channel)
{
    if (channel == NULL || channel->extra == NULL || channel->numbers.one_way != NULL)
        return -EINVAL;
    mmio_write32((uintptr_t)&channel->halves.transmit->swtrig, UDMAP_SWTRIG_TRIGGER_0);
    return 0;
}

/* ---- chains ---- */

static struct mutex mutex = MUTEX_INIT; /* for each channel's chain, and for the list of them */
static struct udma_extra *chained;

static int request(const struct udma_extra *extra, bool on)
{
    const uint16_t device = extra->channel->numbers.udma->facts.udmap_device;
    const uint16_t source = (uint16_t)udma_event_index(extra->channel);

    return on ? ti_sci_trigger_map(device, source, extra->chain_event)
              : ti_sci_trigger_unmap(device, source, extra->chain_event);
}

static void remember(struct udma_extra *extra, struct udma_channel *to)
{
    extra->chained_to = to;
    extra->chain_unknown = false;
    extra->next_chained = chained;
    chained = extra;
}

static void forget(struct udma_extra *extra)
{
    struct udma_extra **place = &chained;

    while (*place != extra)
        place = &(*place)->next_chained;
    *place = extra->next_chained;
    extra->chained_to = NULL;
}

/* A refusal says that it is not chained, where nobody knew. */
static int unchain(struct udma_extra *extra)
{
    int error = request(extra, false);

    if (!extra->chain_unknown && udma_outcome_is_unknown(error)) {
        extra->chain_unknown = true;
        error = request(extra, false);
    }
    if (error != 0 && !(error == -EACCES && extra->chain_unknown)) {
        log_error(udma, "channel %u: still triggers another one (%d)",
                  (unsigned)extra->channel->numbers.channel, error);
        return error;
    }
    forget(extra);
    return 0;
}

static int chain(struct udma_extra *extra, struct udma_channel *to, enum udma_trigger trigger)
{
    const struct udma_facts *facts = &to->numbers.udma->facts;
    int error;

    if (extra->chained_to != NULL || extra->irq != NULL)
        return -EBUSY;
    extra->chain_event = (uint16_t)(facts->trigger_base + TRIGGERS * to->numbers.channel +
                                    (trigger - UDMA_TRIGGER_0));
    remember(extra, to);
    error = request(extra, true);
    if (error == 0)
        return 0;
    if (udma_outcome_is_unknown(error)) {
        extra->chain_unknown = true;
        (void)unchain(extra); /* or the close does */
    } else {
        forget(extra);
    }
    return error;
}

int udma_chain(struct udma_channel *from, struct udma_channel *to, enum udma_trigger trigger)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (from == NULL || to == NULL || from->extra == NULL || to->extra == NULL || from == to ||
        from->numbers.udma != to->numbers.udma || from->numbers.one_way != NULL ||
        to->numbers.one_way != NULL || trigger < UDMA_TRIGGER_0 || trigger > UDMA_TRIGGER_1)
        return -EINVAL;
    error = mutex_lock(&mutex);
    if (error != 0)
        return error;
    error = chain(from->extra, to, trigger);
    mutex_unlock(&mutex);
    return error;
}

int udma_unchain(struct udma_channel *from)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (from == NULL || from->extra == NULL)
        return -EINVAL;
    error = mutex_lock(&mutex);
    if (error != 0)
        return error;
    error = from->extra->chained_to != NULL ? unchain(from->extra) : -EINVAL;
    mutex_unlock(&mutex);
    return error;
}

int udma_chains_end(struct udma_channel *channel)
{
    struct udma_extra *extra, *next;
    int error = mutex_lock(&mutex);

    if (error != 0)
        return error;
    for (extra = chained; extra != NULL && error == 0; extra = next) {
        next = extra->next_chained;
        if (extra->channel == channel || extra->chained_to == channel)
            error = unchain(extra);
    }
    mutex_unlock(&mutex);
    return error;
}
