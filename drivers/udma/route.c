// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where a ring's callbacks run, and what leads its event there.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdio.h>

int udma_route_describe(const struct irq *irq, int used, char *text, size_t size)
{
    size_t skip;
    int rest;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (used < 0)
        return used;
    skip = (size_t)used < size ? (size_t)used : size;
    rest = irq != NULL ? irq_describe(irq, text + skip, size - skip)
                       : sniprintf(text + skip, size - skip, "polled");
    return rest < 0 ? rest : used + rest;
}

unsigned udma_route_core(const struct irq *irq, const struct udma_deferral *deferral)
{
    if (irq == NULL)
        return core_id();
    return deferral->delivery != NULL ? deferral->delivery->core(deferral) : irq_core(irq);
}
