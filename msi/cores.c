// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that leave and come back, and where their interrupts go meanwhile.
 *
 * A core is marked first, and only then are its interrupts moved, one parent after the other under
 * its mutex. A request chooses its core under the same mutex: so it either sees the mark, or is
 * seen and moved.
 */
#include "msi/cores.h"

#include "arch/cpu.h"
#include "arch/spinlock.h"
#include "lib/log.h"
#include "msi/core.h"
#include "msi/internal.h"

#include <errno.h>

static uint32_t away; /* a bit a core */
static struct spinlock away_lock = SPINLOCK_INIT;
static unsigned next_core;

static uint32_t cores_away(void)
{
    return __atomic_load_n(&away, __ATOMIC_SEQ_CST);
}

bool core_takes_irqs(unsigned core)
{
    return (cores_away() >> core & 1u) == 0;
}

unsigned core_or_other(unsigned core, unsigned number)
{
    uint32_t gone = cores_away();
    unsigned count = core_count(), left = 0;

    if ((gone >> core & 1u) == 0)
        return core;
    for (unsigned i = 0; i < count; i++)
        left += (gone >> i & 1u) == 0;
    if (left == 0)
        return core; /* never: mark() leaves one */
    number %= left;
    for (unsigned i = 0; i < count; i++) {
        if ((gone >> i & 1u) == 0 && number-- == 0)
            return i;
    }
    return core;
}

unsigned core_for_any(void)
{
    unsigned number = __atomic_fetch_add(&next_core, 1, __ATOMIC_RELAXED);

    return core_or_other(number % core_count(), number);
}

static bool is_last(unsigned core)
{
    for (unsigned other = 0; other < core_count(); other++) {
        if (other != core && (away >> other & 1u) == 0)
            return false;
    }
    return true;
}

static int mark(unsigned core, bool leaves)
{
    unsigned long state = spin_lock(&away_lock);
    int status = leaves && is_last(core) ? -EINVAL : 0;

    if (status == 0 && leaves)
        __atomic_or_fetch(&away, UINT32_C(1) << core, __ATOMIC_SEQ_CST);
    else if (status == 0)
        __atomic_and_fetch(&away, ~(UINT32_C(1) << core), __ATOMIC_SEQ_CST);
    spin_unlock(&away_lock, state);
    return status;
}

struct evacuation {
    unsigned core;
    int status; /* the first error */
};

static int move_off(struct irq *irq, void *argument)
{
    struct evacuation *evacuation = argument;

    if (irq_core(irq) != evacuation->core)
        return 0;

    const struct irq_parent *parent = irq->binding->parent;
    uint32_t number = parent->ops->group ? parent->ops->group(irq) : irq->index;
    unsigned target = core_or_other(evacuation->core, number);
    int status = irq_move(irq, target);

    if (status != 0) {
        log_error("%s: move %s index %u from core %u to %u: error %d", parent->name,
                  irq->binding->device->name, (unsigned)irq->index, evacuation->core, target,
                  status);
        if (evacuation->status == 0)
            evacuation->status = status;
    }
    return 0; /* the others can still go */
}

int irq_evacuate_core(unsigned core)
{
    struct evacuation evacuation = {.core = core};

    if (in_interrupt())
        return -EDEADLK;
    if (core >= core_count())
        return -EINVAL;

    int status = mark(core, true);

    if (status == 0)
        status = irq_visit_all(move_off, &evacuation);
    if (status == 0)
        status = evacuation.status;
    /* What the core acknowledged before it was moved is over after this. */
    return status == 0 ? irq_core_quiesce() : status;
}

int irq_admit_core(unsigned core)
{
    if (in_interrupt())
        return -EDEADLK;
    return core < core_count() ? mark(core, false) : -EINVAL;
}
