// SPDX-License-Identifier: BSD-3-Clause
/*
 * The routes of all interrupts, asked of the system firmware again after a suspend: two requests
 * for each event, one for each router that a wire goes through.
 */
#include "msi/parents/restore.h"

#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/registry.h"

#include <errno.h>

LOG_USE(irq);

static int restore(struct irq *irq, void *argument)
{
    int *first_error = argument;
    int error = irq_inta_restore(irq);

    if (error == 0)
        error = irq_intr_restore(irq);
    if (error == 0)
        error = irq_chain_restore(irq);
    if (error != 0) {
        log_error(irq, "%s: %s index %u: its route is not known to be there again: error %d",
                  irq->binding->parent->name, irq->binding->device->name, (unsigned)irq->index,
                  error);
        *first_error = *first_error != 0 ? *first_error : error;
    }
    return 0; /* the others may be */
}

int irq_restore_routes(void)
{
    int first_error = 0;
    int error = irq_is_allowed() ? irq_visit_all(restore, &first_error) : -EDEADLK;

    return error != 0 ? error : first_error;
}
