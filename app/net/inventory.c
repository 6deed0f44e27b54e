// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether the network gives back all that it has taken.
 */
#include "app/net/inventory.h"

#include "app/net/stack.h"
#include "drivers/udma/udma.h"
#include "lib/log.h"
#include "msi/report.h"

#include <errno.h>
#include <inttypes.h>

#define STACK_CORE 1u

LOG_USE(net);

struct in_use {
    struct irq_inventory irqs;
    struct udma_inventory dma;
};

static struct in_use before;

static void look(struct in_use *in_use)
{
    irq_get_inventory(&in_use->irqs);
    udma_get_inventory(&in_use->dma);
}

int net_inventory_start(const struct net_device *device)
{
    look(&before);
    return net_start(device, STACK_CORE);
}

static bool is_equal(const char *what, uint32_t was, uint32_t is)
{
    if (was != is)
        log_error(net, "%s: %" PRIu32 " before, %" PRIu32 " after", what, was, is);
    return was == is;
}

/* All of it, so that each difference is told. What is bound to a parent stays so: bindings may be
 * more. */
static bool is_as_before(const struct in_use *after)
{
    const struct irq_inventory *was = &before.irqs, *is = &after->irqs;
    bool equal = is_equal("interrupts", was->irqs, is->irqs);

    equal &= is_equal("events", was->events, is->events);
    equal &= is_equal("VINTs", was->vints, is->vints);
    equal &= is_equal("routes", was->routes, is->routes);
    equal &= is_equal("LPIs", was->lpis, is->lpis);
    equal &= is_equal("interrupts held", was->held, is->held);
    equal &= is_equal("DMA channels free", before.dma.channels_free, after->dma.channels_free);
    equal &= is_equal("rings free", before.dma.rings_free, after->dma.rings_free);
    equal &= is_equal("DMA channels held", before.dma.held, after->dma.held);
    return equal;
}

int net_inventory_stop(void)
{
    struct in_use after;
    int error = net_stop();

    if (error != 0)
        return error;
    look(&after);
    if (!is_as_before(&after))
        return -EIO;
    log_info(net, "stopped; as much in use as before the start");
    return 0;
}
