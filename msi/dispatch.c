// SPDX-License-Identifier: BSD-3-Clause
/*
 * Dispatch of acknowledged interrupts (Arm IHI 0069, chapter 4; the tables are sized by what the
 * hardware has, GICD_TYPER.ITLinesNumber and the ITS's LPIs).
 *
 * What one interrupt costs here. Accesses to the GIC: two system registers, ICC_IAR1_EL1 (which
 * interrupt, and makes it active) and ICC_EOIR1_EL1 (drops the priority, makes it inactive). None
 * to the distributor: memory has the table that says who wants it. Whether there is another
 * interrupt says ISR_EL1, a register of the core's own; if so it is taken in the same exception,
 * for half of what a further one would cost. What the sink adds is said there
 * (msi/parents/vint.c). With a VIM at the root: drivers/vim/vim_root.h.
 *
 * Who looks whether tracing is on is the exception's vector: while it is on, that leads to a
 * dispatcher that records what it does. So tracing costs nothing while it is off.
 *
 * It is the same with priorities. While each interrupt is of the default one, handlers run with
 * IRQs masked. While there is a more urgent one, the dispatcher that can record is in use, which
 * calls handlers with IRQs unmasked, on a stack of which there is one for each priority. What the
 * core does besides, it does with IRQs masked. What arrives then is more urgent than what runs: the
 * root sees to that. Such an exception takes one interrupt, and leaves the core's generation as it
 * is, which is odd until the handler has returned that was the first to be interrupted.
 */
#include "msi/dispatch.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/wait.h"
#include "lib/trace.h"
#include "msi/call.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/nesting.h"
#include "msi/quiesce.h"
#include "msi/state.h"
#include "msi/storm.h"
#include "msi/stray.h"
#include "root/root.h"

#include <errno.h>
#include <stdlib.h>

#define SPI_PLACES    1024u /* INTIDs below are SGIs, PPIs, SPIs and the special ones */
/* In a table: the sink is no interrupt's own (struct irq_sink). Alone it is not looked at: to claim
 * one is cheap, and this one is never idle. */
#define SINK_NO_CLAIM 1u

/* No part of an interrupt that goes its usual way: compiled for size. */
#define SLOW          __attribute__((noinline, cold))

TRACE_BEGIN(irq_acknowledge, "INTID %llu");
TRACE_END(irq_end, "INTID %llu");

/* Tables of sinks: their addresses, and SINK_NO_CLAIM. */
static uintptr_t *spi_table;
static uintptr_t *lpi_table;
static unsigned spi_limit, lpi_limit; /* of the tables; 0: there is none */
static unsigned lpis_end;             /* of the INTIDs */
static uint64_t spurious[CORE_MAX];

/* Whoever waits for a handler is told when the generation changes (msi/quiesce.h). */
static void advance(struct irq_generation *own, uint64_t steps)
{
    if (IRQ_ALONE) {
        own->value += 2;
        return;
    }
    __atomic_store_n(&own->value, own->value + steps, __ATOMIC_SEQ_CST);
    /* A waiter counts itself before it looks at the generation: one of the two sees the other. */
    if (__builtin_expect(__atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) != 0, 0))
        wait_notify();
}

static SLOW void count_spurious(void)
{
    unsigned core = core_id();

    __atomic_store_n(&spurious[core], spurious[core] + 1, __ATOMIC_RELAXED);
}

/* What no sink takes. False: nothing was acknowledged, and nothing is to be ended. */
static __attribute__((noinline)) bool deliver_other(unsigned intid)
{
    if (intid >= ROOT_INTID_SPECIAL && intid <= ROOT_INTID_SPURIOUS) {
        count_spurious();
        return false;
    }
    if (intid == IRQ_SGI_REPLAY) {
        irq_state_replay();
        return true;
    }
    if (intid >= ROOT_INTID_SPI_FIRST)
        irq_storm_intid(intid);
    else if (irq_local_call(intid) || intid == IRQ_SGI_WAKE || intid == IRQ_PPI_TIMER)
        return true;
    irq_stray_intid(intid);
    return true;
}

/* The sink of an INTID, tagged. 0: it has none. Each INTID that the GIC can acknowledge has a place
 * in a table, which need not be looked at: below SPI_PLACES are all but LPIs, and there are no LPIs
 * beyond what GICR_PROPBASER.IDbits says (IHI 0069, 5.1.1), for which irq_dispatch_lpi_init() has
 * made the other table. */
TRACE_INLINE uintptr_t find_sink(const struct irq_generation *own, root_intid_t intid)
{
    uintptr_t *table = own->spis;

    if (ROOT_HAS_MESSAGES && __builtin_expect(intid >= SPI_PLACES, 0)) {
        table = own->lpis;
        if (table == NULL)
            return 0;
    }
    /* Sequentially consistent, against the generation's store before it: either this load sees
     * that the sink is gone, or irq_quiesce() sees that this core is inside. */
    return IRQ_ALONE ? table[intid] : __atomic_load_n(&table[intid], __ATOMIC_SEQ_CST);
}

TRACE_INLINE void deliver_shared(uintptr_t sink, const struct irq_generation *own, bool traced)
{
    if (IRQ_ALONE || (sink & SINK_NO_CLAIM) == 0)
        irq_deliver((struct irq_sink *)sink, own, traced);
    else
        ((struct irq_sink *)(sink - SINK_NO_CLAIM))
            ->deliver[traced]((struct irq_sink *)(sink - SINK_NO_CLAIM), own);
}

TRACE_INLINE bool take_any(const struct irq_generation *own, bool traced)
{
    root_intid_t intid = root_acknowledge(own->root);
    uintptr_t sink;

    if (IRQ_ALONE)
        __asm__("" : "+r"(intid)); /* else GCC indexes the table by an instruction of its own */
    sink = find_sink(own, intid);

    trace_if(traced, irq_acknowledge, intid, 0);
    if (__builtin_expect(sink != 0, 1))
        deliver_shared(sink, own, traced);
    else if (!deliver_other((unsigned)intid))
        return false;
    trace_if(traced, irq_end, intid, 0);
    root_end(own->root, intid);
    return true;
}

/* What is traced need not be fast, and is there once. */
static __attribute__((noinline)) bool take_one_traced(const struct irq_generation *own)
{
    return take_any(own, true);
}

/* One interrupt, from its acknowledge to its end. False: there was none. */
TRACE_INLINE bool take_one(const struct irq_generation *own, bool traced)
{
    return traced ? take_one_traced(own) : take_any(own, false);
}

/* Takes what else is pending. True: as much as one exception may take, IRQ_ROUND_MAX with the one
 * before. */
static __attribute__((noinline)) bool take_more(struct irq_generation *own, bool traced)
{
    for (unsigned left = IRQ_ROUND_MAX - 1; left != 0; left--) {
        advance(own, 2); /* that one is over, this core is still inside */
        if (!take_one(own, traced))
            return false;
        if (!root_is_raised(own->root))
            return left == 1;
    }
    return true;
}

static SLOW void tell_full_round(const struct irq_generation *own)
{
    irq_storm_round_full(core_id(), own->value, root_has_pending());
}

TRACE_INLINE void dispatch_all(struct irq_generation *own, bool traced)
{
    bool full = false;

    if (!IRQ_ALONE)
        __atomic_store_n(&own->value, own->value + 1, __ATOMIC_SEQ_CST); /* odd */
    if (take_one(own, traced) && __builtin_expect(root_is_raised(own->root), 0))
        full = take_more(own, traced);
    advance(own, 1);               /* even */
    if (__builtin_expect(full, 0)) /* a thread that can go on, goes on */
        tell_full_round(own);
}

static void dispatch(void *own)
{
    dispatch_all(own, false);
}

void irq_dispatch_traced(struct irq_generation *own)
{
    dispatch_all(own, true);
}

void irq_dispatch_nested(const struct irq_generation *own)
{
    (void)take_one_traced(own);
}

static void (*nesting)(void *own); /* read without a lock; NULL: no handler is interrupted */

static void dispatch_traced(void *own)
{
    void (*function)(void *) = __atomic_load_n(&nesting, __ATOMIC_RELAXED);

    if (__builtin_expect(function != NULL, 0))
        function(own);
    else
        irq_dispatch_traced(own);
}

void irq_dispatch_set_nesting(void (*function)(void *own))
{
    __atomic_store_n(&nesting, function, __ATOMIC_RELAXED);
}

/* ---- start ---- */

static void trace_switched(bool on)
{
    exception_set_irq_handler(on ? dispatch_traced : dispatch);
}

SLOW int irq_dispatch_init(void)
{
    if (spi_table != NULL)
        return -EALREADY;
    spi_table = calloc(SPI_PLACES, sizeof(*spi_table));
    if (spi_table == NULL)
        return -ENOMEM;
    spi_limit = root_intid_limit();
    irq_storm_init();
    for (unsigned core = 0; core < CORE_MAX; core++) {
        irq_generations[core].idle = (uint64_t)core << 32;
        irq_generations[core].spis = spi_table;
        irq_generations[core].root = root_context();
    }
    exception_set_irq_contexts(irq_generations, sizeof(irq_generations[0]));
    return 0;
}

void irq_dispatch_start(void)
{
    static struct trace_subscriber subscriber = {.switched = trace_switched};

    exception_set_irq_handler(dispatch);
    trace_subscribe(&subscriber);
}

SLOW int irq_dispatch_lpi_init(unsigned limit)
{
    if (limit <= ROOT_INTID_LPI_FIRST)
        return -ENODEV;
    if (lpis_end != 0)
        return -EALREADY;
    lpis_end = limit;
    return 0;
}

/* ---- sinks ---- */

static uintptr_t *sink_slot(unsigned intid)
{
    if (intid >= ROOT_INTID_LPI_FIRST)
        return intid < lpi_limit ? &lpi_table[intid - ROOT_INTID_LPI_FIRST] : NULL;
    return intid >= ROOT_INTID_SPI_FIRST && intid < spi_limit ? &spi_table[intid] : NULL;
}

/* With the first LPI that gets a sink, since it is the largest table there is, and to clear it the
 * longest step of a start. */
static SLOW int make_lpi_table(void)
{
    uintptr_t *table = calloc(lpis_end - ROOT_INTID_LPI_FIRST, sizeof(*table));

    if (table == NULL)
        return -ENOMEM;
    lpi_table = table;
    lpi_limit = lpis_end;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        /* Another core may take an LPI now that a loader has left on. */
        __atomic_store_n(&irq_generations[core].lpis,
                         (uintptr_t *)((uintptr_t)table - ROOT_INTID_LPI_FIRST * sizeof(*table)),
                         __ATOMIC_RELEASE);
    }
    return 0;
}

int irq_sink_attach(unsigned intid, struct irq_sink *sink)
{
    uintptr_t *slot = sink_slot(intid);
    uintptr_t none = 0, tagged = (uintptr_t)sink;

    if (slot == NULL) {
        if (intid < ROOT_INTID_LPI_FIRST || intid >= lpis_end || lpi_table != NULL)
            return -EINVAL;
        if (make_lpi_table() != 0)
            return -ENOMEM;
        slot = sink_slot(intid);
    }
    if (!IRQ_ALONE && sink->claim == IRQ_SINK_NO_CLAIM)
        tagged += SINK_NO_CLAIM;
    if (!__atomic_compare_exchange_n(slot, &none, tagged, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST))
        return -EBUSY;
    irq_stray_forget(intid, IRQ_STRAY_NO_VINT, 0);
    return 0;
}

SLOW bool irq_sink_is_attached(unsigned intid)
{
    const uintptr_t *slot = sink_slot(intid);

    return slot != NULL && __atomic_load_n(slot, __ATOMIC_SEQ_CST) != 0;
}

void irq_sink_detach(unsigned intid)
{
    uintptr_t *slot = sink_slot(intid);

    if (slot != NULL)
        __atomic_store_n(slot, 0, __ATOMIC_SEQ_CST);
}

SLOW uint64_t irq_dispatch_spurious(void)
{
    uint64_t sum = 0;

    for (unsigned core = 0; core < CORE_MAX; core++)
        sum += __atomic_load_n(&spurious[core], __ATOMIC_RELAXED);
    return sum;
}
