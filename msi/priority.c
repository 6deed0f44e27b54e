// SPDX-License-Identifier: BSD-3-Clause
/*
 * The priority of most interrupts; msi/nesting.c has the others.
 */
#include "msi/priority.h"

#include "msi/irq.h"
#include "root/root.h"

const struct irq_priority irq_priority_default = {.name = "default",
                                                  .number = ROOT_PRIORITY_DEFAULT};

const char *irq_priority_name(const struct irq_priority *priority)
{
    return priority->name;
}
