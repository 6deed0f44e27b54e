// SPDX-License-Identifier: BSD-3-Clause
/*
 * One interrupt's state: pending, running, masked.
 *
 * An SPI is active in the GIC while it is handled, so no second core can take it. An LPI has no
 * active state (Arm IHI 0069, 4.1.2), and an LPI that MOVI has just moved may arrive on the new
 * core while the handler still runs on the old one. Therefore the state is kept here, in one
 * atomic word: whoever finds the handler running, or the interrupt masked, leaves the event
 * pending; whoever ends the handler or unmasks the interrupt looks for a pending event. The word
 * has one order of changes, so one of the two sees the other's change, and no event is lost.
 */
#include "msi/state.h"

#include "arch/core.h"
#include "arch/spinlock.h"
#include "drivers/gic/gic.h"
#include "lib/trace.h"
#include "msi/later.h"
#include "msi/local.h"

TRACE_BEGIN(irq_handler, "handler at 0x%llx, index %llu");
TRACE_END(irq_handled, "handler at 0x%llx, index %llu");
TRACE_EVENT(irq_hand_over, "index %llu to core %llu");

struct replay_list {
    struct spinlock lock;
    struct irq *first;
    unsigned length;
};

static struct replay_list replay_lists[CORE_MAX];

/* ---- running ---- */

/* Takes the pending event and the right to run the handler. */
static bool claim(struct irq *irq)
{
    uint32_t old = __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);

    do {
        if ((old & (IRQ_STATE_RUNNING | IRQ_STATE_MASKED | IRQ_STATE_DEAD)) != 0 ||
            (old & IRQ_STATE_PENDING) == 0)
            return false;
    } while (!__atomic_compare_exchange_n(&irq->state, &old,
                                          (old & ~(uint32_t)IRQ_STATE_PENDING) | IRQ_STATE_RUNNING,
                                          false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}

/* Masks it as irq_mask() does, so its events stay pending; a message that is masked still costs an
 * interrupt (msi/parents/its.c), so irq_service() turns it off at the ITS. */
static void stop_storm(struct irq *irq)
{
    irq_state_mask(irq);
    __atomic_or_fetch(&irq->state, IRQ_STATE_STORM, __ATOMIC_SEQ_CST);
    irq_later_leave();
}

TRACE_INLINE void run(struct irq *irq, bool traced)
{
    while (claim(irq)) {
        __atomic_store_n(&irq->count, irq->count + 1, __ATOMIC_RELAXED);
        trace_if(traced, irq_handler, (uintptr_t)irq->handler, irq->index);
        (void)(traced ? irq->traced_handler : irq->handler)(irq->context);
        trace_if(traced, irq_handled, (uintptr_t)irq->handler, irq->index);
        if (irq_storm_count_call(&irq->window))
            stop_storm(irq);
        __atomic_and_fetch(&irq->state, ~IRQ_STATE_RUNNING, __ATOMIC_SEQ_CST);
    }
}

static void hand_over(struct irq *irq);

/* On its core; elsewhere the event goes there. */
TRACE_INLINE void run_or_hand_over(struct irq *irq, unsigned core, bool traced)
{
    if (__atomic_load_n(&irq->core, __ATOMIC_SEQ_CST) == core)
        run(irq, traced);
    else
        hand_over(irq);
}

TRACE_INLINE void deliver_event(struct irq *irq, bool traced)
{
    __atomic_or_fetch(&irq->state, IRQ_STATE_PENDING, __ATOMIC_SEQ_CST);
    run_or_hand_over(irq, core_id(), traced);
}
TRACE_TWICE(void, irq_deliver, struct irq, deliver_event)

/* An INTID of its own: nothing to read, nothing to clear. The sink is the first member. */
TRACE_INLINE void deliver_sink(struct irq_sink *sink, bool traced)
{
    deliver_event((struct irq *)sink, traced);
}
TRACE_TWICE(static void, deliver, struct irq_sink, deliver_sink)

void irq_state_init(struct irq *irq)
{
    irq->sink = (struct irq_sink){{deliver, deliver_traced}};
    irq->state = IRQ_STATE_MASKED;
    irq->window = irq_storm_window_now();
}

/* ---- handing over, and catching up ---- */

/* Has a pending event handled on irq->core soon. Any context. */
static void hand_over(struct irq *irq)
{
    unsigned core = __atomic_load_n(&irq->core, __ATOMIC_SEQ_CST);
    struct replay_list *list = &replay_lists[core];
    unsigned long state = spin_lock(&list->lock);

    /* Not after irq_state_kill() has set IRQ_STATE_DEAD: it then takes the interrupt out of each
     * list under the list's lock, so it finds what was queued earlier, and what comes later sees
     * the bit. If the interrupt is queued already, in this list or another core's, that is enough.
     */
    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_DEAD) == 0 &&
        !__atomic_exchange_n(&irq->replay_queued, true, __ATOMIC_SEQ_CST)) {
        irq->replay_next = list->first;
        list->first = irq;
        list->length++;
    }
    spin_unlock(&list->lock, state);
    trace(irq_hand_over, irq->index, core);
    gic_send_sgi(core, IRQ_SGI_REPLAY);
}

static struct irq *take(struct replay_list *list)
{
    unsigned long state = spin_lock(&list->lock);
    struct irq *irq = list->first;

    if (irq != NULL) {
        list->first = irq->replay_next;
        list->length--;
        __atomic_store_n(&irq->replay_queued, false, __ATOMIC_SEQ_CST);
    }
    spin_unlock(&list->lock, state);
    return irq;
}

enum irq_return irq_state_replay(void *context)
{
    unsigned core = core_id();
    struct replay_list *list = &replay_lists[core];

    (void)context;
    /* Only what is there now: a handler that unmasks itself again and again has to queue behind
     * the core's other interrupts each time. What comes later has sent an SGI of its own. */
    for (unsigned left = __atomic_load_n(&list->length, __ATOMIC_RELAXED); left > 0; left--) {
        struct irq *irq = take(list);

        if (irq == NULL)
            return IRQ_HANDLED;
        run_or_hand_over(irq, core, trace_is_on()); /* it may have moved since it was queued */
    }
    return IRQ_HANDLED;
}

/* ---- masking, and the end ---- */

void irq_state_mask(struct irq *irq)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    unsigned long state = spin_lock(&irq->lock);

    __atomic_or_fetch(&irq->state, IRQ_STATE_MASKED, __ATOMIC_SEQ_CST);
    if (ops->mask != NULL)
        ops->mask(irq);
    spin_unlock(&irq->lock, state);
}

uint32_t irq_state_unmask(struct irq *irq)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    unsigned long state = spin_lock(&irq->lock);
    uint32_t old =
        __atomic_fetch_and(&irq->state, ~(IRQ_STATE_MASKED | IRQ_STATE_STORM), __ATOMIC_SEQ_CST);

    if (ops->unmask != NULL)
        ops->unmask(irq);
    spin_unlock(&irq->lock, state);
    /* The event had been acknowledged when the mask was set: only this word still keeps it. */
    if ((old & IRQ_STATE_PENDING) != 0)
        hand_over(irq);
    return old;
}

void irq_state_kill(struct irq *irq)
{
    __atomic_or_fetch(&irq->state, IRQ_STATE_DEAD, __ATOMIC_SEQ_CST);
    for (unsigned core = 0; core < core_count(); core++) {
        struct replay_list *list = &replay_lists[core];
        unsigned long state = spin_lock(&list->lock);

        for (struct irq **link = &list->first; *link != NULL; link = &(*link)->replay_next) {
            if (*link == irq) {
                *link = irq->replay_next;
                list->length--;
                break;
            }
        }
        spin_unlock(&list->lock, state);
    }
}
