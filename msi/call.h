// SPDX-License-Identifier: BSD-3-Clause
/*
 * The way of an event whose interrupt is idle, on its own core: nearly all go it. It is inline, so
 * that there is one call between the vector and the handler, and one step in which the interrupt
 * becomes busy: pending and claimed at once. Everything else is out of line (msi/state.c).
 */
#ifndef MSI_CALL_H
#define MSI_CALL_H

#include "arch/relaxed.h"
#include "lib/trace.h"
#include "msi/internal.h"
#include "msi/nesting.h"
#include "msi/quiesce.h"
#include "msi/state.h"

TRACE_BEGIN(irq_handler, "handler at 0x%llx, index %llu");
TRACE_END(irq_handled, "at 0x%llx, index %llu"); /* msi/statistics.c reads it */

/* Takes the right to run the handler, if the sink is an interrupt's, which is idle and this
 * core's. */
TRACE_INLINE bool irq_claim_idle(struct irq_sink *sink, const struct irq_generation *own)
{
    uint64_t idle = own->idle;

    if (IRQ_ALONE) { /* IRQs are masked, and the core is this one */
        struct irq *irq = (struct irq *)sink;

        if (__builtin_expect(relaxed_load32(&irq->state) != 0, 0))
            return false;
        relaxed_store32(&irq->state, IRQ_STATE_RUNNING);
        return true;
    }
    return __builtin_expect(__atomic_compare_exchange_n(&sink->claim, &idle,
                                                        idle | IRQ_STATE_RUNNING, false,
                                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST),
                            1);
}

/* What is left in the state. IRQs are masked, though the handler may have been open to others. */
TRACE_INLINE uint32_t irq_end_running(struct irq *irq)
{
    if (IRQ_ALONE) {
        uint32_t left = relaxed_load32(&irq->state) & ~(uint32_t)IRQ_STATE_RUNNING;

        relaxed_store32(&irq->state, left);
        return left;
    }
    return __atomic_and_fetch(&irq->state, ~(uint32_t)IRQ_STATE_RUNNING, __ATOMIC_SEQ_CST);
}

/* Calls the handler, and lets the interrupt go. Its caller has claimed it. */
TRACE_INLINE void irq_call(struct irq *irq, const struct irq_generation *own, bool traced)
{
    const struct irq_storm_window *window = &irq->window;
    enum irq_return result;
    uint32_t left;

    irq_storm_begin_call(&irq->window);
    trace_if(traced, irq_handler, (uintptr_t)irq->handler, irq->index);
    if (traced)
        result = irq_call_open(own, irq->traced_handler, irq->context, irq->priority->number);
    else
        result = irq->handler(irq->context);
    trace_if(traced, irq_handled, (uintptr_t)irq, irq->index);
    if (!IRQ_ALONE)
        __asm__("" : "+r"(window)); /* else GCC keeps it over the handler: one register more */
    if (__builtin_expect(result != IRQ_HANDLED || irq_storm_is_due(window, own), 0))
        irq_state_after_call(irq, result);
    left = irq_end_running(irq);
    if (__builtin_expect(left != 0, 0))
        irq_state_let_go(irq, left);
}

/* Delivers to a sink. What is traced goes the long way, so as not to be here twice. */
TRACE_INLINE void irq_deliver(struct irq_sink *sink, const struct irq_generation *own, bool traced)
{
    if (!traced && irq_claim_idle(sink, own))
        irq_call((struct irq *)sink, own, false);
    else
        sink->deliver[traced](sink, own);
}

#endif
