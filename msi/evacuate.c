// SPDX-License-Identifier: BSD-3-Clause
/*
 * Moving everything off a core.
 *
 * The core is marked first, and only then are its interrupts moved, one parent after the other
 * under its mutex. A request chooses its core under the same mutex: so it either sees the mark, or
 * is seen and moved.
 */
#include "msi/evacuate.h"

#include "arch/core.h"
#include "lib/log.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/registry.h"

#include <errno.h>
#include <stddef.h>

LOG_USE(irq);

struct evacuation {
    unsigned core;
    int error; /* the first error */
};

static int move_off(struct irq *irq, void *argument)
{
    struct evacuation *evacuation = argument;

    if (irq_core(irq) != evacuation->core)
        return 0;

    const struct irq_parent *parent = irq->binding->parent;
    uint32_t number = parent->ops->group != NULL ? parent->ops->group(irq) : irq->index;
    unsigned target = irq_place_near(evacuation->core, number, irq->cores);
    int error = irq_move(irq, target);

    if (error != 0) {
        log_error(irq, "%s: move %s index %u from core %u to %u: error %d", parent->name,
                  irq->binding->device->name, (unsigned)irq->index, evacuation->core, target,
                  error);
        if (evacuation->error == 0)
            evacuation->error = error;
    }
    return 0; /* the others can still go */
}

int irq_evacuate_core(unsigned core)
{
    struct evacuation evacuation = {.core = core};

    if (!irq_is_allowed())
        return -EDEADLK;
    if (core >= core_count())
        return -EINVAL;

    int error = irq_placement_mark(core, true);

    if (error != 0)
        return error;
    error = irq_visit_all(move_off, &evacuation);
    if (error == 0)
        error = evacuation.error;
    /* What the core acknowledged before it was moved is over after this. */
    return error == 0 ? irq_quiesce() : error;
}

int irq_admit_core(unsigned core)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    return core < core_count() ? irq_placement_mark(core, false) : -EINVAL;
}
