// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parent of devices that are wired to SPIs of the root (root/root.h).
 */
#include "msi/binding.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/parents/spi.h"
#include "msi/registry.h"
#include "root/root.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct wired_irq {
    struct irq irq; /* first member */
    unsigned intid;
};

static unsigned intid_of(const struct irq *irq)
{
    return ((const struct wired_irq *)irq)->intid;
}

static int wired_alloc(struct irq *irq, uint32_t flags)
{
    unsigned intid = irq->binding->data.numbers[irq->index];

    ((struct wired_irq *)irq)->intid = intid;
    return irq_spi_open(intid, (flags & IRQ_FLAG_EDGE) != 0 ? ROOT_EDGE : ROOT_LEVEL, irq->core,
                        irq->priority->number, &irq->sink);
}

static int wired_free(struct irq *irq)
{
    return irq_spi_close(intid_of(irq), &irq->quiet);
}

static void wired_mask(struct irq *irq)
{
    (void)root_mask(intid_of(irq)); /* the INTID was checked by irq_spi_open() */
}

static void wired_unmask(struct irq *irq)
{
    (void)root_enable(intid_of(irq));
}

static int wired_set_affinity(struct irq *irq, unsigned core)
{
    int error = root_set_affinity(intid_of(irq), core);

    if (error == 0)
        __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    return error;
}

static bool wired_pending(struct irq *irq)
{
    return root_is_pending(intid_of(irq));
}

static int wired_trigger(struct irq *irq)
{
    return root_set_pending(intid_of(irq));
}

static int wired_describe(const struct irq *irq, char *text, size_t size)
{
    return sniprintf(text, size, "INTID %u > core %u", intid_of(irq), irq_core(irq));
}

static const struct irq_parent_ops wired_ops = {
    .irq_size = sizeof(struct wired_irq),
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
    if (!wait_is_allowed())
        return -EDEADLK;

    struct irq_parent *wired = calloc(1, sizeof(*wired));

    if (wired == NULL)
        return -ENOMEM;
    *wired = (struct irq_parent){.ops = &wired_ops, .name = ROOT_NAME, .mutex = MUTEX_INIT};
    int error = irq_parent_register(wired);

    if (error != 0)
        free(wired);
    else
        *parent = wired;
    return error;
}

int irq_bind_wired(struct device *device, struct irq_parent *parent, const uint16_t *intids,
                   uint32_t count)
{
    const struct irq_binding model = {.index_limit = count, .data.numbers = intids};

    if (device == NULL || parent == NULL || parent->ops != &wired_ops || intids == NULL)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
