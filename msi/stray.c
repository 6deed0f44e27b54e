// SPDX-License-Identifier: BSD-3-Clause
/*
 * Strays (msi/stray.h).
 *
 * A stray is an INTID, or a VINT's status bit, that reaches a core though nobody has requested it.
 * A level that nothing lowers would come again at once and for ever, so after IRQ_STRAY_LIMIT
 * arrivals an SPI is disabled at the distributor, a PPI at the core's redistributor. An SGI is sent
 * by this firmware itself and comes once each time. An LPI without an owner comes from an event
 * that could not be discarded, once for each message; it is turned off in thread context.
 */
#include "msi/stray.h"

#include "arch/core.h"
#include "arch/spinlock.h"
#include "msi/later.h"
#include "msi/limits.h"
#include "root/root.h"

#include <stddef.h>

static struct irq_stray strays[IRQ_STRAYS_KEPT];
static uint32_t kept; /* whether there has been one in the table; looked at without the lock */
static struct spinlock lock = SPINLOCK_INIT;
static uint64_t counts[CORE_MAX]; /* each core its own */

/* With the lock: those that had no room in the table. */
static struct irq_stray last_other;
static uint64_t others, others_told;

uint64_t irq_stray_count(void)
{
    uint64_t sum = 0;

    for (unsigned core = 0; core < CORE_MAX; core++)
        sum += __atomic_load_n(&counts[core], __ATOMIC_RELAXED);
    return sum;
}

static bool is(const struct irq_stray *stray, unsigned intid, unsigned vint, unsigned bit)
{
    bool same = vint == IRQ_STRAY_NO_VINT ? stray->intid == intid : stray->bit == bit;

    return stray->arrivals != 0 && stray->vint == vint && same;
}

/* With the lock held. NULL: there are too many different ones. */
static struct irq_stray *find(const struct irq_stray *new)
{
    struct irq_stray *unused = NULL;

    for (unsigned i = 0; i < IRQ_STRAYS_KEPT; i++) {
        struct irq_stray *stray = &strays[i];

        if (stray->arrivals == 0 && unused == NULL)
            unused = stray;
        if (is(stray, new->intid, new->vint, new->bit))
            return stray;
    }
    if (unused != NULL) {
        *unused = *new;
        __atomic_store_n(&kept, 1, __ATOMIC_SEQ_CST);
    }
    return unused;
}

/* SGIs come once each time, LPIs can't be turned off here. */
static bool can_be_masked(unsigned intid)
{
    return intid >= ROOT_INTID_PPI_FIRST && intid < ROOT_INTID_SPECIAL;
}

/* Returns how often this one has arrived; 0: the table has no room for it. */
static uint32_t note(unsigned intid, unsigned vint, unsigned bit)
{
    const struct irq_stray new = {
        .intid = intid, .core = core_id(), .vint = (uint16_t)vint, .bit = (uint8_t)bit};
    uint64_t *count = &counts[core_id()];
    unsigned long state = spin_lock(&lock);
    struct irq_stray *stray = find(&new);
    uint32_t arrivals = 0;
    bool tell;

    if (stray != NULL) {
        arrivals = ++stray->arrivals;
        tell = arrivals == 1 || arrivals == IRQ_STRAY_LIMIT;
    } else {
        last_other = new;
        tell = can_be_masked(intid) || others % IRQ_STRAY_LIMIT == 0;
        others++;
    }
    spin_unlock(&lock, state);
    __atomic_store_n(count, *count + 1, __ATOMIC_RELAXED);
    if (tell)
        irq_later_leave();
    return arrivals;
}

void irq_stray_forget(unsigned intid, unsigned vint, unsigned bit)
{
    unsigned long state;

    /* One that is noted after this look is as one that is noted after the lock: whoever notes it
     * has found no owner before this one was entered. */
    if (__atomic_load_n(&kept, __ATOMIC_SEQ_CST) == 0)
        return;
    state = spin_lock(&lock);
    for (unsigned i = 0; i < IRQ_STRAYS_KEPT; i++) {
        if (is(&strays[i], intid, vint, bit))
            strays[i] = (struct irq_stray){0};
    }
    spin_unlock(&lock, state);
}

void irq_stray_still_loud(unsigned intid)
{
    unsigned long state = spin_lock(&lock);

    for (unsigned i = 0; i < IRQ_STRAYS_KEPT; i++) {
        if (is(&strays[i], intid, IRQ_STRAY_NO_VINT, 0))
            strays[i].silenced = false;
    }
    spin_unlock(&lock, state);
}

uint64_t irq_stray_take_others(struct irq_stray *last)
{
    unsigned long state = spin_lock(&lock);
    uint64_t count = others - others_told;

    *last = last_other;
    others_told = others;
    spin_unlock(&lock, state);
    return count;
}

void irq_stray_intid(unsigned intid)
{
    /* With the table full, an SPI or PPI that is not in it is disabled at once; an LPI by
     * irq_service(); an SGI is counted, no more. */
    uint32_t arrivals = note(intid, IRQ_STRAY_NO_VINT, 0);

    if ((arrivals == 0 || arrivals >= IRQ_STRAY_LIMIT) && can_be_masked(intid))
        (void)root_mask(intid); /* it exists: it has just arrived */
}

void irq_stray_bit(unsigned intid, unsigned vint, unsigned bit)
{
    (void)note(intid, vint, bit);
}

bool irq_stray_next_untold(struct irq_stray *copy)
{
    bool found = false;
    unsigned long state = spin_lock(&lock);

    for (unsigned i = 0; i < IRQ_STRAYS_KEPT && !found; i++) {
        struct irq_stray *stray = &strays[i];

        if (stray->arrivals != 0 && !stray->told) {
            stray->told = true;
            *copy = *stray;
            found = true;
        }
    }
    spin_unlock(&lock, state);
    return found;
}

unsigned irq_stray_loud_lpis(unsigned intids[IRQ_STRAYS_KEPT])
{
    unsigned count = 0;
    unsigned long state = spin_lock(&lock);

    for (unsigned i = 0; i < IRQ_STRAYS_KEPT; i++) {
        struct irq_stray *stray = &strays[i];

        if (stray->intid < ROOT_INTID_LPI_FIRST || stray->arrivals < IRQ_STRAY_LIMIT ||
            stray->silenced)
            continue;
        stray->silenced = true;
        intids[count++] = stray->intid;
    }
    spin_unlock(&lock, state);
    return count;
}
