// SPDX-License-Identifier: BSD-3-Clause
/*
 * One interrupt's state: pending, running, masked.
 *
 * An SPI is active in the GIC while it is handled, so no second core can take it. An LPI has no
 * active state (Arm IHI 0069, 4.1.2), and an LPI that MOVI has just moved may arrive on the new
 * core while the handler still runs on the old one. Therefore the state is kept here, in one
 * atomic word: whoever finds the handler running, or the interrupt masked, leaves the event
 * pending; whoever ends the handler or unmasks the interrupt looks for a pending event. The word
 * has one order of changes, so one of the two sees the other's change, and no event is lost. An
 * event that finds the interrupt idle, and on its core, takes it in one step (msi/call.h): the word
 * and irq->core are the halves of the sink's claim. That step is of 64 bits and the others are of
 * 32: each is single-copy atomic, and a store to either half makes the other's exclusive fail
 * (Arm ARM DDI 0487, B2.2 and B2.9).
 *
 * A delivery makes one call of the handler. What came meanwhile waits in the list of the core that
 * the interrupt is on by then, behind the core's other ones, and an SGI of low priority has it
 * taken up: so no interrupt keeps a core to itself, and one that has moved goes on on its new core.
 */
#include "msi/state.h"

#include "arch/core.h"
#include "arch/spinlock.h"
#include "lib/trace.h"
#include "msi/call.h"
#include "msi/later.h"
#include "msi/local.h"
#include "root/root.h"

#include <stddef.h>

TRACE_EVENT(irq_hand_over, "index %llu to core %llu");

/* No part of an interrupt that goes its usual way: compiled for size. */
#define SLOW __attribute__((noinline, cold))

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

#define KEEPS_MASKED (IRQ_STATE_MASKED | IRQ_STATE_DEAD | IRQ_STATE_WAITS)

/* Clears bits, and unmasks the hardware if no other keeps it masked. With the lock held. Returns
 * the state before. */
static uint32_t clear(struct irq *irq, uint32_t bits)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    uint32_t old = __atomic_fetch_and(&irq->state, ~bits, __ATOMIC_SEQ_CST);

    if ((old & ~bits & KEEPS_MASKED) == 0 && ops->unmask != NULL)
        ops->unmask(irq);
    return old;
}

void irq_state_restore(struct irq *irq)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    unsigned long state = spin_lock(&irq->lock);
    uint32_t now = __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);

    if ((now & KEEPS_MASKED) != 0 && ops->mask != NULL)
        ops->mask(irq);
    else if ((now & KEEPS_MASKED) == 0 && ops->unmask != NULL)
        ops->unmask(irq);
    spin_unlock(&irq->lock, state);
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

/* A handler that has left something gets its next turn from the replay list: meanwhile the hardware
 * is masked, or a level that is still high would come first. */
__attribute__((noinline)) void irq_state_after_call(struct irq *irq, enum irq_return result)
{
    bool idle = result == IRQ_NONE;

    if (irq_storm_is_call(&irq->window, idle))
        stop_storm(irq);
    if (result == IRQ_AGAIN)
        mask(irq, IRQ_STATE_PENDING | IRQ_STATE_WAITS);
}

void irq_state_let_go(struct irq *irq, uint32_t left)
{
    if ((left & (IRQ_STATE_PENDING | IRQ_STATE_MASKED | IRQ_STATE_DEAD)) == IRQ_STATE_PENDING)
        hand_over(irq);
}

/* One delivery, on its core; elsewhere the event goes there. */
static void run_or_hand_over(struct irq *irq, unsigned core, bool traced)
{
    if (__atomic_load_n(&irq->core, __ATOMIC_SEQ_CST) != core) {
        hand_over(irq);
    } else if (claim(irq)) {
        irq_call(irq, &irq_generations[core], traced);
        return;
    }
    if (irq_storm_is_arrival(&irq->window))
        stop_storm(irq);
}

static void deliver_event(struct irq_sink *sink, bool traced)
{
    struct irq *irq = (struct irq *)sink; /* its first member */

    __atomic_or_fetch(&irq->state, IRQ_STATE_PENDING, __ATOMIC_SEQ_CST);
    run_or_hand_over(irq, core_id(), traced);
}

static void deliver(struct irq_sink *sink, const struct irq_generation *own)
{
    (void)own;
    deliver_event(sink, false);
}

static void deliver_traced(struct irq_sink *sink, const struct irq_generation *own)
{
    (void)own;
    deliver_event(sink, true);
}

_Static_assert(offsetof(struct irq, sink.claim) == offsetof(struct irq, state) &&
                   offsetof(struct irq, core) == offsetof(struct irq, state) + sizeof(uint32_t),
               "one step takes both");

void irq_state_init(struct irq *irq)
{
    irq->sink.deliver[false] = deliver;
    irq->sink.deliver[true] = deliver_traced;
    irq->state = IRQ_STATE_MASKED;
    irq->window = irq_storm_window_now(0);
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

/* At its end. The list's lock is held. */
static void enter(struct replay_list *list, struct irq *irq)
{
    irq->replay_next = NULL;
    if (list->first == NULL)
        list->first = irq;
    else
        list->last->replay_next = irq;
    list->last = irq;
}

/* Has a pending event handled on irq->core, behind what waits there already. Any context. */
static SLOW void hand_over(struct irq *irq)
{
    unsigned long state;
    unsigned core;
    struct replay_list *list = lock_list(irq, &core, &state);

    /* If the interrupt is queued already, in this list or another core's, that is enough. Not after
     * irq_state_kill() has set IRQ_STATE_DEAD: this says first that it queues, and looks for the
     * bit then; that sets the bit first, and looks then whether somebody queues. So either this
     * sees the bit, or that takes the interrupt out, under the list's lock. */
    if (!__atomic_exchange_n(&irq->replay_queued, true, __ATOMIC_SEQ_CST)) {
        if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_DEAD) == 0)
            enter(list, irq);
        else
            __atomic_store_n(&irq->replay_queued, false, __ATOMIC_SEQ_CST);
    }
    spin_unlock(&list->lock, state);
    trace(irq_hand_over, irq->index, core);
    root_send_sgi(core, IRQ_SGI_REPLAY);
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
static SLOW bool withdraw_everywhere(struct irq *irq)
{
    bool queued = false;

    for (unsigned core = 0; core < core_count(); core++)
        queued |= withdraw(&replay_lists[core], irq);
    return queued;
}

/* One at a time, so that each counts as an interrupt, and the core's other ones, which have a
 * higher priority, come between. */
SLOW void irq_state_replay(void)
{
    unsigned core = core_id();
    bool more;
    struct irq *irq = take(&replay_lists[core], &more);

    if (more)
        root_send_sgi(core, IRQ_SGI_REPLAY);
    if (irq != NULL) {
        end_waiting(irq);
        /* It may have moved since it was queued. */
        run_or_hand_over(irq, core, trace_copies_are_used());
    }
    irq_local_replay();
}

SLOW void irq_state_follow(struct irq *irq)
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
    if (__atomic_load_n(&irq->replay_queued, __ATOMIC_SEQ_CST)) /* hand_over() */
        (void)withdraw_everywhere(irq);
}
