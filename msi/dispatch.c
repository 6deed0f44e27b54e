// SPDX-License-Identifier: BSD-3-Clause
/*
 * Dispatch of acknowledged interrupts (Arm IHI 0069, chapter 4; the tables are sized by what the
 * hardware has, GICD_TYPER.ITLinesNumber and the ITS's LPIs).
 *
 * What one interrupt costs here. Accesses to the GIC: two system registers, ICC_IAR1_EL1 (which
 * interrupt, and makes it active) and ICC_EOIR1_EL1 (drops the priority, makes it inactive). None
 * to the distributor: memory has the table that says who wants it. One more ICC_IAR1_EL1 ends each
 * exception: it costs less than a second exception for an interrupt that came meanwhile. What the
 * sink adds is said there (msi/parents/vint.c).
 *
 * Each function on this way exists twice; one of the two also records what it does. So tracing
 * costs nothing while it is off: nothing asks whether it is on.
 */
#include "msi/dispatch.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "lib/trace.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "msi/storm.h"
#include "msi/stray.h"

#include <errno.h>
#include <stdlib.h>

TRACE_BEGIN(irq_acknowledge, "INTID %llu");
TRACE_END(irq_end, "INTID %llu");

static struct irq_sink **spi_table;
static struct irq_sink **lpi_table;
static unsigned spi_limit, lpi_limit;
static uint64_t spurious[CORE_MAX];

static struct irq_sink **sink_slot(unsigned intid)
{
    if (intid >= GIC_INTID_LPI_FIRST)
        return intid < lpi_limit ? &lpi_table[intid - GIC_INTID_LPI_FIRST] : NULL;
    return intid >= GIC_INTID_SPI_FIRST && intid < spi_limit ? &spi_table[intid] : NULL;
}

TRACE_INLINE void deliver_shared(unsigned intid, bool traced)
{
    struct irq_sink **slot = sink_slot(intid);
    /* Sequentially consistent, against the generation's store before it: either this load sees
     * that the sink is gone, or irq_quiesce() sees that this core is inside. */
    struct irq_sink *sink = slot != NULL ? __atomic_load_n(slot, __ATOMIC_SEQ_CST) : NULL;

    if (sink != NULL)
        sink->deliver[traced](sink);
    else
        irq_stray_intid(intid);
}

static void deliver_local(unsigned intid)
{
    void *context;
    irq_handler_t handler = irq_local_handler(intid, &context);

    if (handler != NULL) {
        if (handler(context) == IRQ_AGAIN)
            irq_local_again(intid);
    } else if (intid != IRQ_SGI_WAKE && intid != IRQ_PPI_TIMER) {
        irq_stray_intid(intid);
    }
}

/* The generation becomes even (msi/quiesce.h). */
static void leave(uint64_t *generation)
{
    __atomic_store_n(generation, *generation + 1, __ATOMIC_SEQ_CST);
    /* A waiter counts itself before it looks at the generation: one of the two sees the other. */
    if (__atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) != 0)
        wait_notify();
}

TRACE_INLINE void dispatch_all(bool traced)
{
    unsigned core = core_id(), left = IRQ_ROUND_MAX, intid;
    uint64_t *generation = &irq_generations[core].value;

    for (;;) {
        __atomic_store_n(generation, *generation + 1, __ATOMIC_SEQ_CST); /* odd */
        intid = gic_acknowledge();

        if (intid >= GIC_INTID_SPECIAL && intid <= GIC_INTID_SPURIOUS)
            break;
        trace_if(traced, irq_acknowledge, intid, 0);
        if (intid < GIC_INTID_SPI_FIRST)
            deliver_local(intid);
        else
            deliver_shared(intid, traced);
        trace_if(traced, irq_end, intid, 0);
        gic_end(intid);
        leave(generation);
        if (--left == 0) {
            irq_storm_round_full(core, *generation, gic_has_pending());
            return; /* what is pending comes back at once; a thread that can go on, goes on */
        }
    }
    leave(generation);
    if (left == IRQ_ROUND_MAX)
        __atomic_store_n(&spurious[core], spurious[core] + 1, __ATOMIC_RELAXED);
}

static void dispatch(void)
{
    dispatch_all(false);
}

static void dispatch_traced(void)
{
    dispatch_all(true);
}

/* ---- start ---- */

static void trace_switched(bool on)
{
    exception_set_irq_handler(on ? dispatch_traced : dispatch);
}

int irq_dispatch_init(void)
{
    if (spi_table != NULL)
        return -EALREADY;
    spi_limit = gic_intid_limit();
    spi_table = calloc(spi_limit, sizeof(*spi_table));
    return spi_table != NULL ? 0 : -ENOMEM;
}

void irq_dispatch_start(void)
{
    static struct trace_subscriber subscriber = {.switched = trace_switched};

    exception_set_irq_handler(dispatch);
    trace_subscribe(&subscriber);
}

int irq_dispatch_lpi_init(unsigned limit)
{
    if (limit <= GIC_INTID_LPI_FIRST)
        return -ENODEV;
    if (lpi_table != NULL)
        return -EALREADY;
    lpi_table = calloc(limit - GIC_INTID_LPI_FIRST, sizeof(*lpi_table));
    if (lpi_table == NULL)
        return -ENOMEM;
    lpi_limit = limit;
    return 0;
}

/* ---- sinks ---- */

int irq_sink_attach(unsigned intid, struct irq_sink *sink)
{
    struct irq_sink **slot = sink_slot(intid);
    struct irq_sink *none = NULL;

    if (slot == NULL)
        return -EINVAL;
    if (!__atomic_compare_exchange_n(slot, &none, sink, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return -EBUSY;
    irq_stray_forget(intid, IRQ_STRAY_NO_VINT, 0);
    return 0;
}

bool irq_sink_is_attached(unsigned intid)
{
    struct irq_sink **slot = sink_slot(intid);

    return slot != NULL && __atomic_load_n(slot, __ATOMIC_SEQ_CST) != NULL;
}

void irq_sink_detach(unsigned intid)
{
    struct irq_sink **slot = sink_slot(intid);

    if (slot != NULL)
        __atomic_store_n(slot, NULL, __ATOMIC_SEQ_CST);
}

uint64_t irq_dispatch_spurious(void)
{
    uint64_t sum = 0;

    for (unsigned core = 0; core < CORE_MAX; core++)
        sum += __atomic_load_n(&spurious[core], __ATOMIC_RELAXED);
    return sum;
}
