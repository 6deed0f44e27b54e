// SPDX-License-Identifier: BSD-3-Clause
/*
 * One interrupt's state: pending, running, masked.
 *
 * An SPI is active in the GIC while it is handled, so no second core can take it. An LPI has no
 * active state (Arm IHI 0069, 4.1.2), and an LPI that MOVI has just moved may arrive on the new
 * core while the handler still runs on the old one. Therefore the state is kept here, in one
 * atomic word: whoever finds the handler running, or the interrupt masked, leaves the event
 * pending; whoever ends the handler or unmasks the interrupt looks for a pending event. The word
 * has one order of changes, so one of the two sees the other and no event falls between them.
 */
#include "msi/deliver.h"

#include "arch/cpu.h"
#include "arch/spinlock.h"
#include "drivers/gic/gic.h"
#include "msi/internal.h"
#include "msi/trouble.h"

struct replay_list {
    struct spinlock lock;
    struct irq *first;
    unsigned length;
};

static struct replay_list replay_lists[CORE_MAX];

/* Takes the pending event and the right to run the handler. */
static bool claim(struct irq *irq)
{
    uint32_t old = __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);

    do {
        if ((old & (IRQ_STATE_RUNNING | IRQ_STATE_MASKED | IRQ_STATE_DEAD)) != 0 ||
            (old & IRQ_STATE_PENDING) == 0)
            return false;
    } while (!__atomic_compare_exchange_n(&irq->state, &old,
                                          (old & ~IRQ_STATE_PENDING) | IRQ_STATE_RUNNING, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}

static void run(struct irq *irq)
{
    while (claim(irq)) {
        __atomic_store_n(&irq->count, irq->count + 1, __ATOMIC_RELAXED);
        irq->handler(irq->context);
        trouble_count_call(irq);
        __atomic_and_fetch(&irq->state, ~IRQ_STATE_RUNNING, __ATOMIC_SEQ_CST);
    }
}

/* On its core; elsewhere the event goes there. */
static void run_or_hand_over(struct irq *irq, unsigned core)
{
    if (__atomic_load_n(&irq->core, __ATOMIC_SEQ_CST) == core)
        run(irq);
    else
        irq_replay(irq);
}

void irq_deliver(struct irq *irq)
{
    __atomic_or_fetch(&irq->state, IRQ_STATE_PENDING, __ATOMIC_SEQ_CST);
    run_or_hand_over(irq, core_id());
}

void irq_replay(struct irq *irq)
{
    unsigned core = __atomic_load_n(&irq->core, __ATOMIC_SEQ_CST);
    struct replay_list *list = &replay_lists[core];
    unsigned long state = spin_lock(&list->lock);

    /* Not once irq_kill() has begun: it takes the interrupt out of one list after the other, each
     * under its lock, so what is queued before it comes by is found, and what comes later sees the
     * mark. Queued already, here or for the core that it was on: it will be looked at. */
    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_DEAD) == 0 &&
        !__atomic_exchange_n(&irq->replay_queued, true, __ATOMIC_SEQ_CST)) {
        irq->replay_next = list->first;
        list->first = irq;
        list->length++;
    }
    spin_unlock(&list->lock, state);
    gic_send_sgi(core, IRQ_SGI_REPLAY);
}

static struct irq *replay_take(struct replay_list *list)
{
    unsigned long state = spin_lock(&list->lock);
    struct irq *irq = list->first;

    if (irq) {
        list->first = irq->replay_next;
        list->length--;
        __atomic_store_n(&irq->replay_queued, false, __ATOMIC_SEQ_CST);
    }
    spin_unlock(&list->lock, state);
    return irq;
}

void irq_replay_run(unsigned core)
{
    struct replay_list *list = &replay_lists[core];

    /* Only what is there now: a handler that unmasks itself again and again has to queue behind
     * the core's other interrupts each time. What comes later has sent an SGI of its own. */
    for (unsigned left = __atomic_load_n(&list->length, __ATOMIC_RELAXED); left > 0; left--) {
        struct irq *irq = replay_take(list);

        if (!irq)
            return;
        run_or_hand_over(irq, core); /* it may have moved since it was queued */
    }
}

void irq_kill(struct irq *irq)
{
    __atomic_or_fetch(&irq->state, IRQ_STATE_DEAD, __ATOMIC_SEQ_CST);
    for (unsigned core = 0; core < core_count(); core++) {
        struct replay_list *list = &replay_lists[core];
        unsigned long state = spin_lock(&list->lock);

        for (struct irq **link = &list->first; *link; link = &(*link)->replay_next) {
            if (*link == irq) {
                *link = irq->replay_next;
                list->length--;
                break;
            }
        }
        spin_unlock(&list->lock, state);
    }
}
