// SPDX-License-Identifier: BSD-3-Clause
/*
 * Dispatch of acknowledged interrupts (Arm IHI 0069, chapter 4; the tables are sized by what the
 * hardware has, GICD_TYPER.ITLinesNumber and the ITS's LPIs).
 *
 * What one interrupt costs here. Accesses to the GIC: two system registers, ICC_IAR1_EL1 (which
 * interrupt, and makes it active) and ICC_EOIR1_EL1 (drops the priority, makes it inactive). None
 * to the distributor: the core holds the table that says who wants it. One more ICC_IAR1_EL1 ends
 * each exception: it costs less than a second exception for an interrupt that came meanwhile.
 * What the sink adds is said there (msi/inta.c).
 *
 * How "free means free" works. Each core has a generation, odd from before an acknowledge until
 * after the end of that interrupt. Whoever takes something away first makes it unreachable, and
 * then waits until each generation that was odd has moved on. A handler pays two stores for it.
 */
#include "msi/core.h"

#include "arch/cpu.h"
#include "arch/exception.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "msi/deliver.h"
#include "msi/trouble.h"

#include <errno.h>
#include <stdlib.h>

#define SGI_COUNT          16u
#define PPI_FIRST          16u
#define PPI_COUNT          16u
#define CACHE_LINE         64
#define QUIESCE_TIMEOUT_US 5000000u

struct local_handler {
    irq_handler_t handler;
    void *context;
};

struct core_state {
    uint64_t generation; /* odd: between acknowledge and end of an interrupt */
    uint64_t spurious, stray;
    struct local_handler ppi[PPI_COUNT];
} __attribute__((aligned(CACHE_LINE))); /* each core writes its own at every interrupt */

static struct core_state cores[CORE_MAX];
static struct local_handler sgi_handlers[SGI_COUNT];
static struct spinlock table_lock = SPINLOCK_INIT; /* for changes; dispatch reads without it */
static struct irq_sink **spi_table;
static struct irq_sink **lpi_table;
static unsigned spi_limit, lpi_limit;
static uint32_t quiesce_waiters;

/* ---- looking up and calling ---- */

static struct irq_sink **sink_slot(unsigned intid)
{
    if (intid >= GIC_INTID_LPI_FIRST)
        return intid < lpi_limit ? &lpi_table[intid - GIC_INTID_LPI_FIRST] : NULL;
    return intid >= GIC_INTID_SPI_FIRST && intid < spi_limit ? &spi_table[intid] : NULL;
}

static void stray(struct core_state *core, unsigned intid)
{
    __atomic_store_n(&core->stray, core->stray + 1, __ATOMIC_RELAXED);
    trouble_stray(intid);
}

static void deliver_shared(struct core_state *core, unsigned intid)
{
    struct irq_sink **slot = sink_slot(intid);
    /* Sequentially consistent, against the generation's store before it: either this load sees
     * that the sink is gone, or irq_core_quiesce() sees that this core is inside. */
    struct irq_sink *sink = slot ? __atomic_load_n(slot, __ATOMIC_SEQ_CST) : NULL;

    if (sink)
        sink->deliver(sink);
    else
        stray(core, intid);
}

static void deliver_local(struct core_state *core, unsigned intid)
{
    struct local_handler *local =
        intid < SGI_COUNT ? &sgi_handlers[intid] : &core->ppi[intid - PPI_FIRST];
    irq_handler_t handler = __atomic_load_n(&local->handler, __ATOMIC_SEQ_CST);

    if (handler)
        handler(local->context);
    else if (intid != IRQ_SGI_WAKE && intid != IRQ_PPI_TIMER)
        stray(core, intid);
}

static void enter(struct core_state *core)
{
    __atomic_store_n(&core->generation, core->generation + 1, __ATOMIC_SEQ_CST);
}

static void leave(struct core_state *core)
{
    __atomic_store_n(&core->generation, core->generation + 1, __ATOMIC_SEQ_CST);
    /* A waiter counts itself before it looks at the generation: one of the two sees the other. */
    if (__atomic_load_n(&quiesce_waiters, __ATOMIC_SEQ_CST) != 0)
        wait_notify();
}

static void dispatch(void)
{
    struct core_state *core = &cores[core_id()];
    bool first = true;

    for (;;) {
        enter(core);
        unsigned intid = gic_acknowledge();

        if (intid >= GIC_INTID_SPECIAL && intid <= GIC_INTID_SPURIOUS) {
            leave(core);
            break;
        }
        if (intid < GIC_INTID_SPI_FIRST)
            deliver_local(core, intid);
        else
            deliver_shared(core, intid);
        gic_end(intid);
        leave(core);
        first = false;
    }
    if (first)
        __atomic_store_n(&core->spurious, core->spurious + 1, __ATOMIC_RELAXED);
}

/* ---- start ---- */

static void wake(unsigned core)
{
    gic_send_sgi(core, IRQ_SGI_WAKE);
}

static void replay(void *context)
{
    (void)context;
    irq_replay_run(core_id());
}

int irq_core_init(void)
{
    if (spi_table)
        return -EALREADY;
    spi_limit = gic_intid_limit();
    spi_table = calloc(spi_limit, sizeof(*spi_table));
    if (!spi_table)
        return -ENOMEM;
    sgi_handlers[IRQ_SGI_REPLAY].handler = replay;
    exception_set_irq_handler(dispatch);
    return 0;
}

int irq_core_cpu_init(void)
{
    for (unsigned sgi = 0; sgi < SGI_COUNT; sgi++) {
        int status = gic_configure(sgi, GIC_EDGE, GIC_PRIORITY_DEFAULT);

        if (status == 0)
            status = gic_enable(sgi);
        if (status != 0)
            return status;
    }
    int status = gic_configure(IRQ_PPI_TIMER, GIC_LEVEL, GIC_PRIORITY_DEFAULT);

    if (status == 0)
        status = gic_enable(IRQ_PPI_TIMER);
    /* From here a core may sleep: the boot core can be woken now, and each other core does not
     * wait before it has come through here. */
    if (status == 0 && core_id() == 0)
        wait_set_waker(wake);
    return status;
}

int irq_core_lpi_init(unsigned limit)
{
    if (limit <= GIC_INTID_LPI_FIRST)
        return -ENODEV;
    if (lpi_table)
        return -EALREADY;
    lpi_table = calloc(limit - GIC_INTID_LPI_FIRST, sizeof(*lpi_table));
    if (!lpi_table)
        return -ENOMEM;
    lpi_limit = limit;
    return 0;
}

/* ---- sinks ---- */

int irq_sink_attach(unsigned intid, struct irq_sink *sink)
{
    struct irq_sink **slot = sink_slot(intid);
    struct irq_sink *none = NULL;

    if (!slot)
        return -EINVAL;
    return __atomic_compare_exchange_n(slot, &none, sink, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
               ? 0
               : -EBUSY;
}

void irq_sink_detach(unsigned intid)
{
    struct irq_sink **slot = sink_slot(intid);

    if (slot)
        __atomic_store_n(slot, NULL, __ATOMIC_SEQ_CST);
}

/* ---- SGIs and PPIs ---- */

static int local_take(struct local_handler *local, irq_handler_t handler, void *context)
{
    int status = -EBUSY;
    unsigned long state = spin_lock(&table_lock);

    if (!local->handler) {
        local->context = context;
        __atomic_store_n(&local->handler, handler, __ATOMIC_SEQ_CST);
        status = 0;
    }
    spin_unlock(&table_lock, state);
    return status;
}

int irq_sgi_request(unsigned sgi, irq_handler_t handler, void *context)
{
    if (in_interrupt())
        return -EDEADLK;
    if (sgi <= IRQ_SGI_REPLAY || sgi >= SGI_COUNT || !handler)
        return -EINVAL;
    return local_take(&sgi_handlers[sgi], handler, context);
}

int irq_sgi_free(unsigned sgi)
{
    if (in_interrupt())
        return -EDEADLK;
    if (sgi <= IRQ_SGI_REPLAY || sgi >= SGI_COUNT)
        return -EINVAL;
    __atomic_store_n(&sgi_handlers[sgi].handler, NULL, __ATOMIC_SEQ_CST);
    return irq_core_quiesce();
}

int irq_ppi_request(unsigned intid, irq_handler_t handler, void *context)
{
    if (in_interrupt())
        return -EDEADLK;
    if (intid < PPI_FIRST || intid >= PPI_FIRST + PPI_COUNT || intid == IRQ_PPI_TIMER || !handler)
        return -EINVAL;

    struct local_handler *local = &cores[core_id()].ppi[intid - PPI_FIRST];
    int status = local_take(local, handler, context);

    if (status != 0)
        return status;
    status = gic_configure(intid, GIC_LEVEL, GIC_PRIORITY_DEFAULT);
    if (status == 0)
        status = gic_enable(intid);
    if (status != 0)
        __atomic_store_n(&local->handler, NULL, __ATOMIC_SEQ_CST);
    return status;
}

int irq_ppi_free(unsigned intid)
{
    if (in_interrupt())
        return -EDEADLK;
    if (intid < PPI_FIRST || intid >= PPI_FIRST + PPI_COUNT || intid == IRQ_PPI_TIMER)
        return -EINVAL;
    int status = gic_disable(intid);

    __atomic_store_n(&cores[core_id()].ppi[intid - PPI_FIRST].handler, NULL, __ATOMIC_SEQ_CST);
    int quiesced = irq_core_quiesce();

    return status != 0 ? status : quiesced;
}

/* ---- waiting for handlers ---- */

struct quiesce {
    uint64_t generation[CORE_MAX];
    unsigned count;
};

static bool all_moved_on(void *argument)
{
    const struct quiesce *quiesce = argument;

    for (unsigned i = 0; i < quiesce->count; i++) {
        uint64_t then = quiesce->generation[i];

        if ((then & 1u) != 0 && __atomic_load_n(&cores[i].generation, __ATOMIC_SEQ_CST) == then)
            return false;
    }
    return true;
}

int irq_core_quiesce(void)
{
    struct quiesce quiesce = {.count = core_count()};

    if (in_interrupt())
        return -EDEADLK;
    for (unsigned i = 0; i < quiesce.count; i++)
        quiesce.generation[i] = __atomic_load_n(&cores[i].generation, __ATOMIC_SEQ_CST);
    if (all_moved_on(&quiesce))
        return 0;
    __atomic_add_fetch(&quiesce_waiters, 1, __ATOMIC_SEQ_CST);
    int status = wait_for(all_moved_on, &quiesce, QUIESCE_TIMEOUT_US);

    __atomic_sub_fetch(&quiesce_waiters, 1, __ATOMIC_SEQ_CST);
    return status;
}

/* ---- counts ---- */

void irq_core_count_stray(void)
{
    struct core_state *core = &cores[core_id()];

    __atomic_store_n(&core->stray, core->stray + 1, __ATOMIC_RELAXED); /* its own core's only */
}

void irq_core_get_counters(struct irq_core_counters *counters)
{
    *counters = (struct irq_core_counters){0};
    for (unsigned i = 0; i < CORE_MAX; i++) {
        counters->spurious += __atomic_load_n(&cores[i].spurious, __ATOMIC_RELAXED);
        counters->stray += __atomic_load_n(&cores[i].stray, __ATOMIC_RELAXED);
    }
}
