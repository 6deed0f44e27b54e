// SPDX-License-Identifier: BSD-3-Clause
/*
 * Callbacks in thread context: the completion ring's interrupt queues a work (msi/work.h), and the
 * work empties the ring. So the ring is the queue between the two, and nothing else keeps what has
 * ended: it has room for all that the channel's depth lets in.
 *
 * The ring sends an event when it stops being empty. Each work takes what it finds at its beginning
 * and looks once more at its end: if there is something it queues itself, behind the core's other
 * work; if not, the next element brings an event (transfer.c).
 *
 * An image whose channels name none of these deliveries has nothing of this in it.
 */
#include "arch/core.h"
#include "drivers/udma/internal.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>

static unsigned interrupts_core(const struct udma_deferral *deferral)
{
    return irq_core(deferral->irq);
}

static unsigned named_core(const struct udma_deferral *deferral)
{
    return deferral->thread_core;
}

static int queue(struct udma_deferral *deferral)
{
    return work_queue_on(&deferral->work, deferral->delivery->core(deferral));
}

static void count(uint64_t *counter)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

/* An event for a ring that nobody has looked at since the last one brings nothing: as a storm it is
 * one of calls without work. */
static enum irq_return handle(void *context)
{
    struct udma_deferral *deferral = context;

    count(deferral->interrupts);
    if (queue(deferral) == 0)
        return IRQ_HANDLED;
    count(deferral->empty);
    return IRQ_NONE;
}

/* While it runs, it comes back on the same core, wherever the interrupt is by then. */
static void run(void *context)
{
    struct udma_deferral *deferral = context;

    if (deferral->turn(deferral->context))
        (void)queue(deferral); /* refused when it is being closed: that takes the rest */
}

static int begin(struct udma_deferral *deferral, struct irq_request *request)
{
    if (deferral->delivery == &udma_in_thread_on && deferral->thread_core >= core_count())
        return -EINVAL;
    work_init(&deferral->work, run, deferral);
    request->handler = request->traced_handler = handle;
    request->context = deferral;
    return 0;
}

static int end(struct udma_deferral *deferral)
{
    return work_cancel(&deferral->work);
}

const struct udma_delivery udma_in_thread = {.begin = begin, .end = end, .core = interrupts_core};
const struct udma_delivery udma_in_thread_on = {.begin = begin, .end = end, .core = named_core};

int udma_flush(struct udma_channel *channel, uint64_t timeout_us)
{
    if (channel == NULL || channel->deferral.delivery == NULL)
        return -EINVAL;
    /* What has ended is on the ring, or the work has taken it and runs. Queued already is as good:
     * it has not begun. */
    if (udma_ring_occupancy(&channel->completion) != 0 && queue(&channel->deferral) == -ECANCELED)
        return -ECANCELED;
    return work_flush(&channel->deferral.work, timeout_us);
}
