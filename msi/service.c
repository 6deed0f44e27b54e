// SPDX-License-Identifier: BSD-3-Clause
/*
 * What interrupts leave for thread context (msi/service.h): telling of strays and storms, and
 * turning off at the ITS what can't be turned off in interrupt context.
 */
#include "msi/service.h"

#include "lib/log.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/later.h"
#include "msi/limits.h"
#include "msi/registry.h"
#include "msi/state.h"
#include "msi/storm.h"
#include "msi/stray.h"
#include "root/root.h"

#include <errno.h>

#define ROUTE_MAX 128

LOG_USE(irq);

static void tell_stray(const struct irq_stray *stray)
{
    if (stray->vint != IRQ_STRAY_NO_VINT)
        log_error(irq, "stray: VINT %u bit %u > INTID %u > core %u: no owner, bit masked",
                  stray->vint, stray->bit, stray->intid, stray->core);
    else
        log_error(irq, "stray: INTID %u > core %u: no owner; masked after %u", stray->intid,
                  stray->core, IRQ_STRAY_LIMIT);
}

static void silence_lpi(unsigned intid)
{
    int error = irq_silence_stray(intid);

    if (error == 0)
        return;
    log_error(irq, "stray: turning off LPI %u: error %d", intid, error);
    irq_stray_still_loud(intid);
    irq_later_leave();
}

/* Those that the table has no room for: the latest of them stands for all. */
static void tell_others(void)
{
    struct irq_stray last;
    uint64_t count = irq_stray_take_others(&last);

    if (count == 0)
        return;
    log_error(irq,
              "stray: %llu arrivals of more than %u interrupts without owners, the last INTID %u > "
              "core %u; masked",
              (unsigned long long)count, IRQ_STRAYS_KEPT, last.intid, last.core);
    if (last.intid >= ROOT_INTID_LPI_FIRST)
        silence_lpi(last.intid);
}

static void silence_lpis(void)
{
    unsigned intids[IRQ_STRAYS_KEPT];
    unsigned count = irq_stray_loud_lpis(intids);

    for (unsigned i = 0; i < count; i++)
        silence_lpi(intids[i]);
}

/* These are not masked: they are the firmware's own. */
static void tell_storm_of_intid(void)
{
    unsigned last = irq_storm_take_untold();

    if (last != 0)
        log_error(irq, "storm: INTID %u > core %u, not masked",
                  (unsigned)(last & ((1u << IRQ_STORM_CORE_SHIFT) - 1u)) - 1u,
                  (unsigned)(last >> IRQ_STORM_CORE_SHIFT));
}

static void tell_storm(const struct irq *irq)
{
    char route[ROUTE_MAX];

    irq->binding->parent->ops->describe(irq, route, sizeof(route));
    log_error(irq, "%s index %u (%s): storm, masked after %llu calls; %s",
              irq->binding->device->name, (unsigned)irq->index, irq->name,
              (unsigned long long)__atomic_load_n(&irq->window.calls, __ATOMIC_RELAXED), route);
}

/* Turns one interrupt's source off if it is a storm, and on if it no longer is. */
static int tend(struct irq *irq, void *argument)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    bool storm = (__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_STORM) != 0;
    int error;

    (void)argument;
    if (storm && !irq->storm_told)
        tell_storm(irq);
    irq->storm_told = storm;
    if (storm == irq->silenced)
        return 0;
    error = ops->silence != NULL ? ops->silence(irq, storm) : 0;
    if (error != 0) {
        log_error(irq, "%s index %u (%s): turning it %s at its source: error %d",
                  irq->binding->device->name, (unsigned)irq->index, irq->name, storm ? "off" : "on",
                  error);
        irq_later_leave(); /* another time */
    }
    if (error == 0)
        irq->silenced = storm;
    return 0;
}

void irq_service(void)
{
    struct irq_stray stray;

    if (!irq_later_is_left() || !irq_is_allowed() || !irq_later_take())
        return;
    while (irq_stray_next_untold(&stray))
        tell_stray(&stray);
    tell_others();
    tell_storm_of_intid();
    silence_lpis();
    (void)irq_visit_all(tend, NULL);
}
