// SPDX-License-Identifier: BSD-3-Clause
/*
 * Spreading interrupts by their calls (msi/balance.h). What an interrupt weighs is its calls since
 * the last balance, and one, for those that are to come.
 *
 * Each pass looks at every interrupt once and moves it if the lighter core, with it, is still
 * lighter than its own was. So the heaviest core never gets heavier, and the passes come to an end.
 */
#include "msi/balance.h"

#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/registry.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define PASSES_MAX 4u /* the first does most of it */

struct balancing {
    struct irq_balance *result;
    uint64_t load[CORE_MAX];
    bool moved; /* in this pass */
    int error;  /* the first one */
};

static uint64_t calls_of(const struct irq *irq)
{
    return irq_count(irq) - irq->balanced_count;
}

static int weigh(struct irq *irq, void *argument)
{
    struct balancing *balancing = argument;

    balancing->load[irq_core(irq)] += calls_of(irq) + 1;
    return 0;
}

/* The lightest core that it may be on. */
static unsigned lightest_for(const struct irq *irq, const struct balancing *balancing)
{
    unsigned best = irq_core(irq);

    for (unsigned core = 0; core < core_count(); core++)
        if ((irq->cores >> core & 1u) != 0 && irq_core_is_placeable(core) &&
            balancing->load[core] < balancing->load[best])
            best = core;
    return best;
}

static int lighten(struct irq *irq, void *argument)
{
    struct balancing *balancing = argument;
    unsigned from = irq_core(irq), to = lightest_for(irq, balancing);
    uint64_t weight = calls_of(irq) + 1;
    int error;

    /* It may have been called since it was weighed. */
    if (to == from || weight > balancing->load[from] ||
        balancing->load[to] + weight >= balancing->load[from])
        return 0;
    error = irq_move(irq, to);
    if (error != 0) {
        balancing->error = balancing->error != 0 ? balancing->error : error;
        return 0; /* the others can still go */
    }
    balancing->load[from] -= weight;
    balancing->load[to] += weight;
    balancing->result->moved++;
    balancing->moved = true;
    return 0;
}

static int tell_and_begin_anew(struct irq *irq, void *argument)
{
    struct irq_balance *result = argument;
    uint64_t count = irq_count(irq);

    result->irqs[irq_core(irq)]++;
    result->calls[irq_core(irq)] += count - irq->balanced_count;
    irq->balanced_count = count;
    return 0;
}

int irq_balance(struct irq_balance *result)
{
    struct balancing balancing = {.result = result};
    int error, quiet;

    *result = (struct irq_balance){0};
    if (!irq_is_allowed())
        return -EDEADLK;
    error = irq_visit_all(weigh, &balancing);
    for (unsigned pass = 0; error == 0 && pass < PASSES_MAX; pass++) {
        balancing.moved = false;
        error = irq_visit_all(lighten, &balancing);
        if (!balancing.moved)
            break;
    }
    if (error == 0)
        error = irq_visit_all(tell_and_begin_anew, result);
    if (error != 0)
        return error;
    quiet = irq_quiesce();
    return balancing.error != 0 ? balancing.error : quiet;
}
