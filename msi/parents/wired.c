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

static int wired_alloc(struct irq *irq, uint32_t flags)
{
    return irq_with_spi_open(irq, irq->binding->data.numbers[irq->index], flags);
}

static int wired_describe(const struct irq *irq, char *text, size_t size)
{
    return sniprintf(text, size, "INTID %u > core %u", ((const struct irq_with_spi *)irq)->intid,
                     irq_core(irq));
}

static const struct irq_parent_ops wired_ops = {
    .irq_size = sizeof(struct irq_with_spi),
    .alloc = wired_alloc,
    .free = irq_with_spi_close,
    IRQ_WITH_SPI_OPS,
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
