// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is free of both Navigators: see navigators.h.
 */
#include "tests/target/navigators.h"

#include "msi/report.h"

#include <stdio.h>
#include <string.h>

struct navigators navigators_inventory(void)
{
    struct irq_inventory irqs;
    struct navigators now;

    memset(&now, 0, sizeof(now));
    for (unsigned i = 0; i < PLATFORM_NAVIGATORS; i++)
        udma_get_inventory_of(platform_udma((enum platform_navigator)i), &now.udma[i]);
    irq_get_inventory(&irqs);
    now.irqs = irqs.irqs;
    now.events = irqs.events;
    now.vints = irqs.vints;
    now.routes = irqs.routes;
    now.held = irqs.held;
    return now;
}

static void print(const char *when, const struct navigators *navigators)
{
    for (unsigned i = 0; i < PLATFORM_NAVIGATORS; i++) {
        const struct udma_inventory *udma = &navigators->udma[i];

        printf("# %s, Navigator %u: %u channels, %u rings, %u transmit, %u receive free, %u held\n",
               when, i, udma->channels_free, udma->rings_free, udma->transmit_free,
               udma->receive_free, udma->held);
    }
    printf("# %s: %u interrupts, %u events, %u VINTs, %u routes, %u held\n", when,
           (unsigned)navigators->irqs, (unsigned)navigators->events, (unsigned)navigators->vints,
           (unsigned)navigators->routes, (unsigned)navigators->held);
}

bool navigators_are_as_before(const struct navigators *before)
{
    const struct navigators now = navigators_inventory();

    if (memcmp(&now, before, sizeof(now)) == 0)
        return true;
    print("before", before);
    print("now", &now);
    return false;
}
