// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parent of devices that are wired to SPIs of the GIC (Arm IHI 0069, 2.2.1).
 */
#include "drivers/gic/gic.h"
#include "msi/deliver.h"
#include "msi/internal.h"
#include "msi/spi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void wired_deliver(struct irq_sink *sink)
{
    /* One interrupt of the GIC: nothing to read, nothing to clear, the device does that. */
    irq_deliver((struct irq *)sink); /* the sink is the first member */
}

static int wired_alloc(struct irq *irq, uint32_t flags)
{
    unsigned intid = irq->binding->data.numbers[irq->index];

    irq->route.intid = intid;
    irq->sink.deliver = wired_deliver;
    return spi_open(intid, (flags & IRQ_FLAG_EDGE) != 0 ? GIC_EDGE : GIC_LEVEL, irq->core,
                    &irq->sink);
}

static int wired_free(struct irq *irq)
{
    return spi_close(irq->route.intid);
}

static void wired_mask(struct irq *irq)
{
    (void)gic_disable(irq->route.intid); /* the INTID was checked by spi_open() */
}

static void wired_unmask(struct irq *irq)
{
    (void)gic_enable(irq->route.intid);
}

static int wired_set_affinity(struct irq *irq, unsigned core)
{
    int status = gic_set_affinity(irq->route.intid, core);

    if (status == 0)
        __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    return status;
}

static bool wired_pending(struct irq *irq)
{
    return gic_is_pending(irq->route.intid);
}

static int wired_trigger(struct irq *irq)
{
    return gic_set_pending(irq->route.intid);
}

static int wired_describe(const struct irq *irq, char *text, size_t size)
{
    return snprintf(text, size, "INTID %u > core %u", irq->route.intid, irq_core(irq));
}

static const struct irq_parent_ops wired_ops = {
    .alloc = wired_alloc,
    .free = wired_free,
    .mask = wired_mask,
    .unmask = wired_unmask,
    .set_affinity = wired_set_affinity,
    .pending = wired_pending,
    .trigger = wired_trigger,
    .describe = wired_describe,
};

int irq_wired_init(struct irq_parent **parent)
{
    struct irq_parent *wired = calloc(1, sizeof(*wired));

    if (!wired)
        return -ENOMEM;
    *wired = (struct irq_parent){.ops = &wired_ops, .name = "GIC", .mutex = MUTEX_INIT};
    int status = irq_parent_register(wired);

    if (status != 0)
        free(wired);
    else
        *parent = wired;
    return status;
}

int irq_bind_wired(struct device *device, struct irq_parent *parent, const uint16_t *intids,
                   uint32_t count)
{
    const struct irq_binding model = {.index_limit = count, .data.numbers = intids};

    if (!device || !parent || parent->ops != &wired_ops || !intids)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
