// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parent of devices that come through two interrupt routers, one behind the other: those of the
 * main domain on their way to an R5F (TI-SCI documentation for the AM65x, "Interrupt Management
 * Device Descriptions": MAIN2MCU_LVL_INTRTR0). Each router is a parent of its own (intr.c), which
 * knows its outputs; an interrupt here is a line through each.
 */
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/parents/intr.h"
#include "msi/parents/restore.h"
#include "msi/parents/spi.h"
#include "msi/parents/stuck.h"
#include "msi/registry.h"
#include "root/root.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct chain {
    struct irq_parent parent; /* first member */
    struct irq_parent *near, *far;
    struct irq *stuck; /* those that could not be taken down */
};

/* The near router's "INTID" is the far one's input. */
struct chain_irq {
    struct irq_with_spi spi; /* first member */
    struct intr_line near, far;
    bool near_open, far_open;
};

static struct chain *chain_of(struct irq_parent *parent)
{
    return (struct chain *)parent;
}

static struct chain_irq *of(struct irq *irq)
{
    return (struct chain_irq *)irq;
}

/* ---- lines ---- */

/* Closes what is open, the far one first, so that no output is left without an input. */
static int close_lines(const struct chain *chain, struct chain_irq *irq)
{
    int error = 0;

    if (irq->far_open)
        error = intr_line_close(chain->far, &irq->far);
    if (error != 0)
        return error;
    irq->far_open = false;
    if (irq->near_open)
        error = intr_line_close(chain->near, &irq->near);
    irq->near_open = irq->near_open && error != 0;
    return error;
}

/* After an error, what is still open may be up. */
static int open_lines(const struct chain *chain, struct chain_irq *irq)
{
    uint16_t input = irq->spi.irq.binding->data.numbers[irq->spi.irq.index];
    int error = intr_line_open(chain->near, input, true, &irq->near);

    irq->near_open = error == 0 || irq->near.route.unknown;
    if (error != 0)
        return error;
    error = intr_line_open(chain->far, irq->near.intid, true, &irq->far);
    irq->far_open = error == 0 || irq->far.route.unknown;
    return error;
}

static int release_stuck(struct irq_parent *parent, struct irq *irq)
{
    return close_lines(chain_of(parent), of(irq));
}

/* Tries again what could not be taken down earlier. */
static void reap(struct chain *chain)
{
    irq_stuck_reap(&chain->stuck, release_stuck, &chain->parent);
}

/* Takes the lines down, or keeps the interrupt until they can be. */
static int take_down(struct chain *chain, struct irq *irq)
{
    int error = close_lines(chain, of(irq));

    if (error != 0)
        irq_stuck_keep(&chain->stuck, irq);
    return error;
}

/* ---- what the layer calls ---- */

static int chain_alloc(struct irq *irq, uint32_t flags)
{
    struct chain *chain = chain_of(irq->binding->parent);
    int error;

    reap(chain);
    error = open_lines(chain, of(irq));
    if (error == 0)
        error = irq_with_spi_open(irq, of(irq)->far.intid, flags);
    if (error != 0)
        (void)take_down(chain, irq);
    return error;
}

static int chain_free(struct irq *irq)
{
    struct chain *chain = chain_of(irq->binding->parent);
    int closed, error;

    reap(chain);
    closed = irq_with_spi_close(irq);
    error = take_down(chain, irq);
    irq->quiet = irq->quiet && error == 0;
    return error != 0 ? error : closed;
}

static int chain_describe(const struct irq *irq, char *text, size_t size)
{
    const struct chain_irq *own = (const struct chain_irq *)irq;

    return sniprintf(text, size,
                     "INTR input %u > INTR output %u > MAIN2MCU input %u > MAIN2MCU output %u > "
                     "INTID %u > core %u",
                     own->near.route.source_index, own->near.output, own->far.route.source_index,
                     own->far.output, own->far.intid, irq_core(irq));
}

/* The routers tell of their outputs themselves. */
static void chain_inventory(struct irq_parent *parent, struct irq_inventory *inventory)
{
    inventory->held += irq_stuck_count(chain_of(parent)->stuck);
}

static const struct irq_parent_ops chain_ops = {
    .irq_size = sizeof(struct chain_irq),
    .alloc = chain_alloc,
    .free = chain_free,
    IRQ_WITH_SPI_OPS,
    .describe = chain_describe,
    .inventory = chain_inventory,
};

/* The far line first: what the near one lets through must find it there. */
int irq_chain_restore(struct irq *irq)
{
    if (irq->binding->parent->ops != &chain_ops)
        return 0;

    const struct chain *chain = chain_of(irq->binding->parent);
    int far = intr_line_restore(chain->far, &of(irq)->far);
    int near = intr_line_restore(chain->near, &of(irq)->near);

    return far != 0 ? far : near;
}

int irq_chain_init(struct irq_parent *near, struct irq_parent *far, struct irq_parent **parent)
{
    struct chain *chain;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (!intr_is_router(near) || !intr_is_router(far))
        return -EINVAL;
    chain = calloc(1, sizeof(*chain));
    if (chain == NULL)
        return -ENOMEM;
    chain->parent = (struct irq_parent){.ops = &chain_ops, .name = "routers", .mutex = MUTEX_INIT};
    chain->near = near;
    chain->far = far;
    error = irq_parent_register(&chain->parent);
    if (error != 0)
        free(chain);
    else
        *parent = &chain->parent;
    return error;
}

int irq_bind_chain(struct device *device, struct irq_parent *parent, const uint16_t *inputs,
                   uint32_t count)
{
    const struct irq_binding model = {.index_limit = count, .data.numbers = inputs};

    if (device == NULL || parent == NULL || parent->ops != &chain_ops || inputs == NULL)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
