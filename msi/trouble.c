// SPDX-License-Identifier: BSD-3-Clause
/*
 * Strays and storms (msi/trouble.h).
 *
 * A stray is an INTID, or a VINT's status bit, that reaches a core though nobody has it. A level
 * that nobody lowers would come again at once and for ever, so an SPI is disabled at the
 * distributor after IRQ_STRAY_LIMIT arrivals, a PPI at the core's redistributor. An SGI is this
 * firmware's own doing and comes one at a time. An LPI without owner comes from an event that could
 * not be discarded; it comes by single messages, and is turned off in thread context.
 *
 * A storm is an interrupt whose handler is called again and again: the device is broken, or the
 * handler does not quiet it. It is noticed by counting: a call costs one increment, and the clock
 * is looked at once every IRQ_STORM_COUNT calls. It is masked as irq_mask() does it, so its events
 * stay pending; a message that is masked still costs an interrupt (msi/its_parent.c), so
 * irq_service() turns it off at the ITS.
 */
#include "msi/trouble.h"

#include "arch/cpu.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "lib/log.h"
#include "msi/deliver.h"

#include <errno.h>

#define STRAYS_KEPT 32u /* different ones; more are only counted */
#define NS_PER_US   1000u
#define NO_VINT     UINT16_MAX

struct stray {
    uint32_t arrivals; /* 0: a free entry */
    unsigned intid;
    unsigned core; /* where it came first */
    uint16_t vint;
    uint8_t bit;
    bool told;
};

static struct stray strays[STRAYS_KEPT];
static struct spinlock stray_lock = SPINLOCK_INIT;
static uint32_t storm_count = IRQ_STORM_COUNT, storm_window_us = IRQ_STORM_WINDOW_US;
static uint64_t storms;
static uint32_t work; /* irq_service() has something to do */

static void leave_work(void)
{
    __atomic_store_n(&work, 1, __ATOMIC_SEQ_CST);
}

/* ---- storms ---- */

void irq_set_storm_limit(uint32_t count, uint32_t window_us)
{
    __atomic_store_n(&storm_window_us, window_us, __ATOMIC_RELAXED);
    __atomic_store_n(&storm_count, count, __ATOMIC_RELAXED);
}

void trouble_count_call(struct irq *irq)
{
    uint32_t limit = __atomic_load_n(&storm_count, __ATOMIC_RELAXED);

    if (++irq->window_calls < limit || limit == 0)
        return;

    uint64_t now = time_now_ns();
    uint64_t window = (uint64_t)__atomic_load_n(&storm_window_us, __ATOMIC_RELAXED) * NS_PER_US;
    bool storm = now - irq->window_start < window;

    irq->window_calls = 0;
    irq->window_start = now;
    if (!storm)
        return;
    irq_mask(irq);
    __atomic_or_fetch(&irq->state, IRQ_STATE_STORM, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&storms, 1, __ATOMIC_RELAXED);
    leave_work();
}

uint64_t trouble_storms(void)
{
    return __atomic_load_n(&storms, __ATOMIC_RELAXED);
}

void trouble_unmasked(void)
{
    leave_work();
    if (!in_interrupt())
        irq_service();
}

static void tell_storm(const struct irq *irq)
{
    char route[128];

    irq_describe(irq, route, sizeof(route));
    log_error("%s index %u (%s): storm, masked after %llu calls; %s", irq->binding->device->name,
              (unsigned)irq->index, irq->name, (unsigned long long)irq_count(irq), route);
}

static int tend(struct irq *irq, void *argument)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    bool storm = (__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_STORM) != 0;

    (void)argument;
    if (storm == irq->silenced)
        return 0;
    if (storm)
        tell_storm(irq);
    int status = ops->silence ? ops->silence(irq, storm) : 0;

    if (status != 0) {
        log_error("%s index %u (%s): turning it %s at its source: error %d",
                  irq->binding->device->name, (unsigned)irq->index, irq->name, storm ? "off" : "on",
                  status);
        if (!storm)
            leave_work(); /* it has to come on again */
    }
    if (status == 0 || storm)
        irq->silenced = storm;
    return 0;
}

/* ---- strays ---- */

/* With the lock held. NULL: there are too many different ones. */
static struct stray *find_stray(unsigned intid, unsigned vint, unsigned bit)
{
    struct stray *unused = NULL;

    for (unsigned i = 0; i < STRAYS_KEPT; i++) {
        struct stray *stray = &strays[i];

        if (stray->arrivals == 0 && !unused)
            unused = stray;
        if (stray->arrivals != 0 && stray->intid == intid && stray->vint == vint &&
            stray->bit == bit)
            return stray;
    }
    if (unused)
        *unused = (struct stray){
            .intid = intid, .core = core_id(), .vint = (uint16_t)vint, .bit = (uint8_t)bit};
    return unused;
}

/* Returns how often this one has arrived; 0: nobody remembers. */
static uint32_t note_stray(unsigned intid, unsigned vint, unsigned bit)
{
    unsigned long state = spin_lock(&stray_lock);
    struct stray *stray = find_stray(intid, vint, bit);
    uint32_t arrivals = stray ? ++stray->arrivals : 0;

    spin_unlock(&stray_lock, state);
    if (arrivals == 1 || arrivals == IRQ_STRAY_LIMIT)
        leave_work();
    return arrivals;
}

void trouble_stray(unsigned intid)
{
    /* A core that remembers no more of them turns off at once what it can. */
    uint32_t arrivals = note_stray(intid, NO_VINT, 0);

    if ((arrivals == 0 || arrivals >= IRQ_STRAY_LIMIT) && intid >= GIC_INTID_PPI_FIRST &&
        intid < GIC_INTID_SPECIAL)
        (void)gic_disable(intid);
}

void trouble_stray_bit(unsigned intid, unsigned vint, unsigned bit)
{
    (void)note_stray(intid, vint, bit);
}

static void tell_stray(const struct stray *stray)
{
    if (stray->vint != NO_VINT)
        log_error("stray interrupt: VINT %u bit %u > INTID %u > core %u: no owner, bit masked",
                  stray->vint, stray->bit, stray->intid, stray->core);
    else
        log_error("stray interrupt: INTID %u > core %u: no owner; masked after %u", stray->intid,
                  stray->core, IRQ_STRAY_LIMIT);
}

/* Takes a copy of one that has to be told. */
static bool next_untold(struct stray *copy)
{
    bool found = false;
    unsigned long state = spin_lock(&stray_lock);

    for (unsigned i = 0; i < STRAYS_KEPT && !found; i++) {
        struct stray *stray = &strays[i];

        if (stray->arrivals != 0 && !stray->told) {
            stray->told = true;
            *copy = *stray;
            found = true;
        }
    }
    spin_unlock(&stray_lock, state);
    return found;
}

/* LPIs that nobody has, and too many of them. */
static void silence_lpis(void)
{
    unsigned intids[STRAYS_KEPT], count = 0;
    unsigned long state = spin_lock(&stray_lock);

    for (unsigned i = 0; i < STRAYS_KEPT; i++) {
        if (strays[i].intid >= GIC_INTID_LPI_FIRST && strays[i].arrivals >= IRQ_STRAY_LIMIT)
            intids[count++] = strays[i].intid;
    }
    spin_unlock(&stray_lock, state);
    for (unsigned i = 0; i < count; i++) {
        int status = its_silence_lpi(intids[i]);

        if (status != 0)
            log_error("stray interrupt: turning off LPI %u: error %d", intids[i], status);
    }
}

void irq_service(void)
{
    struct stray stray;

    if (in_interrupt() || !__atomic_exchange_n(&work, 0, __ATOMIC_SEQ_CST))
        return;
    while (next_untold(&stray))
        tell_stray(&stray);
    silence_lpis();
    if (irq_visit_all(tend, NULL) == -EDEADLK)
        leave_work(); /* IRQs are masked: another time */
}
