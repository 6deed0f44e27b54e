// SPDX-License-Identifier: BSD-3-Clause
/*
 * Handlers that more urgent interrupts may interrupt (msi/nesting.h, msi/irq.h).
 *
 * While somebody has a priority that is more than default, the dispatcher that can record is in use
 * (msi/dispatch.c), and this is in front of it. It opens a core's handlers: they run with IRQs
 * unmasked, on a stack of which there is one for each priority. What the core does besides, it does
 * with IRQs masked. What arrives at an open handler is more urgent than that: the root sees to it.
 * Such an exception takes one interrupt, and leaves the core's generation as it is, which is odd
 * until the handler has returned that was the first to be interrupted.
 *
 * When nobody has such a priority any more, a core may still be in an open handler. Nothing
 * interrupts it then: the count goes down when no core looks at the interrupt any more
 * (msi/reclaim.h), so it is off, and all the others are default.
 */
#include "msi/nesting.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/wait.h"
#include "lib/trace.h"
#include "msi/dispatch.h"
#include "msi/irq.h"
#include "msi/priority.h"
#include "msi/storm.h"
#include "root/root.h"

/* What was handed over is called at the low priority of the SGI that has it taken up. What is not
 * more urgent than the handler waits nevertheless. Nothing is held back when that begins: the SGI
 * interrupts no handler. */
static enum irq_return call_open(irq_handler_t handler, void *context, uint8_t priority)
{
    bool held = root_running_priority() > priority;
    enum irq_return result;
    bool open = false;

    /* Where nothing can be held back, it is not interrupted at all. */
    if (!held || root_hold_back(priority))
        open = exception_open();
    result = handler(context);
    if (open)
        exception_close();
    if (held)
        root_let_go();
    return result;
}

static unsigned depths[CORE_MAX]; /* how many handlers have been interrupted */

/* One that has interrupted a handler. */
static void dispatch_nested(void *context)
{
    const struct irq_generation *own = context;
    unsigned core = core_id(), depth = depths[core]++;

    irq_dispatch_nested(own);
    irq_storm_nested(core, depth, own->value, root_is_raised(own->root));
    depths[core] = depth;
}

static void dispatch_open(void *context)
{
    struct irq_generation *own = context;

    if (own->open != NULL) {
        exception_nested(dispatch_nested, context);
        return;
    }
    own->open = call_open;
    irq_dispatch_traced(own);
    own->open = NULL;
}

/* ---- the priorities ---- */

static struct mutex users_mutex = MUTEX_INIT; /* for the next, and the dispatcher */
static uint32_t users;                        /* interrupts that are more than default */

static void use(int change)
{
    int error = mutex_lock(&users_mutex);
    bool were = users != 0;

    users += (uint32_t)change;
    if (were != (users != 0)) {
        irq_dispatch_set_nesting(users != 0 ? dispatch_open : NULL);
        trace_want_copies(change);
    }
    if (error == 0)
        mutex_unlock(&users_mutex);
}

/* With the default one as many as there are stacks for handlers that interrupt each other
 * (exception_open()). */
#define ABOVE_DEFAULT(steps) (ROOT_PRIORITY_DEFAULT - (steps)*ROOT_PRIORITY_STEP)

const struct irq_priority irq_priority_high = {"high", use, ABOVE_DEFAULT(1)};
const struct irq_priority irq_priority_urgent = {"urgent", use, ABOVE_DEFAULT(2)};
const struct irq_priority irq_priority_critical = {"critical", use, ABOVE_DEFAULT(3)};
