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
 *
 * A delivery makes one call of the handler. What came meanwhile waits in the list of the core that
 * the interrupt is on by then, behind the core's other ones, and an SGI of low priority has it
 * taken up: so no interrupt keeps a core to itself, and one that has moved goes on on its new core.
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

/* A queue: first in, first out. */
struct replay_list {
    struct spinlock lock; /* for what follows */
    struct irq *first, *last;
};

static struct replay_list replay_lists[CORE_MAX];

/* ---- masking ---- */

/* Sets bits that keep the handler from being called, in the word and in the hardware. */
static void mask(struct irq *irq, uint32_t bits)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    unsigned long state = spin_lock(&irq->lock);

    __atomic_or_fetch(&irq->state, bits, __ATOMIC_SEQ_CST);
    if (ops->mask != NULL)
        ops->mask(irq);
    spin_unlock(&irq->lock, state);
}

/* Clears bits, and unmasks the hardware if no other keeps it masked. With the lock held. Returns
 * the state before. */
static uint32_t clear(struct irq *irq, uint32_t bits)
{
    const uint32_t keep = IRQ_STATE_MASKED | IRQ_STATE_DEAD | IRQ_STATE_WAITS;
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    uint32_t old = __atomic_fetch_and(&irq->state, ~bits, __ATOMIC_SEQ_CST);

    if ((old & ~bits & keep) == 0 && ops->unmask != NULL)
        ops->unmask(irq);
    return old;
}

/* Its turn in the replay list has come. */
static void end_waiting(struct irq *irq)
{
    unsigned long state = spin_lock(&irq->lock);

    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_WAITS) != 0)
        (void)clear(irq, IRQ_STATE_WAITS);
    spin_unlock(&irq->lock, state);
}

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

/* As irq_mask(), so its events stay pending. In one step, so that an irq_unmask() comes before all
 * of it or after all of it. A message that is masked still costs an interrupt (msi/parents/its.c),
 * so irq_service() turns it off at the ITS. */
static void stop_storm(struct irq *irq)
{
    mask(irq, IRQ_STATE_MASKED | IRQ_STATE_STORM);
    irq_later_leave();
}

static void hand_over(struct irq *irq);

/* One delivery. A handler that has left something gets its next turn from the replay list:
 * meanwhile the hardware is masked, or a level that is still high would come first. */
TRACE_INLINE void run(struct irq *irq, bool traced)
{
    enum irq_return result;
    uint32_t old;

    if (!claim(irq)) {
        if (irq_storm_is_arrival(&irq->window))
            stop_storm(irq);
        return;
    }
    __atomic_store_n(&irq->count, irq->count + 1, __ATOMIC_RELAXED);
    trace_if(traced, irq_handler, (uintptr_t)irq->handler, irq->index);
    result = (traced ? irq->traced_handler : irq->handler)(irq->context);
    trace_if(traced, irq_handled, (uintptr_t)irq->handler, irq->index);
    if (irq_storm_count_call(&irq->window, result == IRQ_NONE))
        stop_storm(irq);
    if (result == IRQ_AGAIN)
        mask(irq, IRQ_STATE_PENDING | IRQ_STATE_WAITS);
    old = __atomic_fetch_and(&irq->state, ~IRQ_STATE_RUNNING, __ATOMIC_SEQ_CST);
    if ((old & (IRQ_STATE_PENDING | IRQ_STATE_MASKED | IRQ_STATE_DEAD)) == IRQ_STATE_PENDING)
        hand_over(irq);
}

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

/* Locks the list of the core that the interrupt is on. That may change meanwhile: who moves the
 * interrupt looks through the lists afterwards (irq_state_follow()), so either that finds it in the
 * old one, or this sees the new core. */
static struct replay_list *lock_list(const struct irq *irq, unsigned *core, unsigned long *state)
{
    for (;;) {
        *core = __atomic_load_n(&irq->core, __ATOMIC_SEQ_CST);
        *state = spin_lock(&replay_lists[*core].lock);
        if (__atomic_load_n(&irq->core, __ATOMIC_SEQ_CST) == *core)
            return &replay_lists[*core];
        spin_unlock(&replay_lists[*core].lock, *state);
    }
}

/* Has a pending event handled on irq->core, behind what waits there already. Any context. */
static void hand_over(struct irq *irq)
{
    unsigned long state;
    unsigned core;
    struct replay_list *list = lock_list(irq, &core, &state);

    /* Not after irq_state_kill() has set IRQ_STATE_DEAD: it then takes the interrupt out of each
     * list under the list's lock, so it finds what was queued earlier, and what comes later sees
     * the bit. If the interrupt is queued already, in this list or another core's, that is enough.
     */
    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_DEAD) == 0 &&
        !__atomic_exchange_n(&irq->replay_queued, true, __ATOMIC_SEQ_CST)) {
        irq->replay_next = NULL;
        if (list->first == NULL)
            list->first = irq;
        else
            list->last->replay_next = irq;
        list->last = irq;
    }
    spin_unlock(&list->lock, state);
    trace(irq_hand_over, irq->index, core);
    gic_send_sgi(core, IRQ_SGI_REPLAY);
}

/* NULL: there is none. *more: there is another one. */
static struct irq *take(struct replay_list *list, bool *more)
{
    unsigned long state = spin_lock(&list->lock);
    struct irq *irq = list->first;

    if (irq != NULL) {
        list->first = irq->replay_next;
        __atomic_store_n(&irq->replay_queued, false, __ATOMIC_SEQ_CST);
    }
    *more = list->first != NULL;
    spin_unlock(&list->lock, state);
    return irq;
}

/* Takes an interrupt out. Whether it was in the list. */
static bool withdraw(struct replay_list *list, struct irq *irq)
{
    unsigned long state = spin_lock(&list->lock);
    struct irq *before = NULL, *each = list->first;

    while (each != NULL && each != irq) {
        before = each;
        each = each->replay_next;
    }
    if (each != NULL) {
        if (before == NULL)
            list->first = irq->replay_next;
        else
            before->replay_next = irq->replay_next;
        if (list->last == irq)
            list->last = before;
        __atomic_store_n(&irq->replay_queued, false, __ATOMIC_SEQ_CST);
    }
    spin_unlock(&list->lock, state);
    return each != NULL;
}

/* From whichever list it is in. Whether it was in one. */
static bool withdraw_everywhere(struct irq *irq)
{
    bool queued = false;

    for (unsigned core = 0; core < core_count(); core++)
        queued |= withdraw(&replay_lists[core], irq);
    return queued;
}

/* One at a time, so that each counts as an interrupt, and the core's other ones, which have a
 * higher priority, come between. */
enum irq_return irq_state_replay(void *context)
{
    unsigned core = core_id();
    bool more;
    struct irq *irq = take(&replay_lists[core], &more);

    (void)context;
    if (more)
        gic_send_sgi(core, IRQ_SGI_REPLAY);
    if (irq != NULL) {
        end_waiting(irq);
        run_or_hand_over(irq, core, trace_is_on()); /* it may have moved since it was queued */
    }
    irq_local_replay();
    return IRQ_HANDLED;
}

void irq_state_follow(struct irq *irq)
{
    if (withdraw_everywhere(irq))
        hand_over(irq);
}

/* ---- unmasking, and the end ---- */

void irq_state_mask(struct irq *irq)
{
    mask(irq, IRQ_STATE_MASKED);
}

uint32_t irq_state_unmask(struct irq *irq)
{
    unsigned long state = spin_lock(&irq->lock);
    uint32_t old = __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);

    /* A handler may unmask its interrupt while that is being freed: too late. IRQ_STATE_DEAD is set
     * under this lock. */
    if ((old & IRQ_STATE_DEAD) == 0)
        old = clear(irq, IRQ_STATE_MASKED | IRQ_STATE_STORM);
    spin_unlock(&irq->lock, state);
    /* The event had been acknowledged when the mask was set: only this word still keeps it. */
    if ((old & (IRQ_STATE_PENDING | IRQ_STATE_DEAD)) == IRQ_STATE_PENDING)
        hand_over(irq);
    return old;
}

void irq_state_kill(struct irq *irq)
{
    /* Dead and masked in one step. Of a line that stays high its own core would not let go if it
     * were dead and not masked yet: acknowledge and end would go round, and the thread that is to
     * mask it would not. */
    mask(irq, IRQ_STATE_DEAD | IRQ_STATE_MASKED);
    (void)withdraw_everywhere(irq);
}
