// SPDX-License-Identifier: BSD-3-Clause
/*
 * The handlers of SGIs and PPIs (msi/local.h).
 */
#include "msi/local.h"

#include "arch/core.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "msi/dispatch.h"
#include "msi/nesting.h"
#include "msi/quiesce.h"
#include "msi/storm.h"
#include "root/root.h"

#include <errno.h>
#include <stddef.h>

#define SGI_COUNT ROOT_INTID_PPI_FIRST
#define PPI_COUNT (ROOT_INTID_SPI_FIRST - ROOT_INTID_PPI_FIRST)

struct local_handler {
    irq_handler_t handler;
    void *context;
};

static struct local_handler sgis[SGI_COUNT];
static struct local_handler ppis[CORE_MAX][PPI_COUNT];
static struct spinlock table_lock = SPINLOCK_INIT; /* for changes; dispatch reads without it */
static struct mutex free_mutex = MUTEX_INIT;       /* one wait for handlers after the other */
static uint32_t again[CORE_MAX]; /* a bit for each INTID whose handler has more to do there */

bool irq_local_call(unsigned intid)
{
    unsigned core = core_id();
    const struct local_handler *local =
        intid < SGI_COUNT ? &sgis[intid] : &ppis[core][intid - ROOT_INTID_PPI_FIRST];
    irq_handler_t handler = __atomic_load_n(&local->handler, __ATOMIC_SEQ_CST);
    /* If it is nobody, the context may just be the next owner's. */
    void *context = __atomic_load_n(&local->context, __ATOMIC_RELAXED);

    irq_storm_intid(intid);
    if (handler == NULL)
        return false;
    if (irq_call_open(&irq_generations[core], handler, context, ROOT_PRIORITY_DEFAULT) == IRQ_AGAIN)
        irq_local_call_on(core, intid);
    return true;
}

void irq_local_call_on(unsigned core, unsigned intid)
{
    __atomic_or_fetch(&again[core], UINT32_C(1) << intid, __ATOMIC_SEQ_CST);
    root_send_sgi(core, IRQ_SGI_REPLAY);
}

void irq_local_replay(void)
{
    uint32_t intids = __atomic_exchange_n(&again[core_id()], 0, __ATOMIC_SEQ_CST);

    for (; intids != 0; intids &= intids - 1)
        (void)irq_local_call((unsigned)__builtin_ctz(intids));
}

static bool is_taken(const struct local_handler *local)
{
    return __atomic_load_n(&local->handler, __ATOMIC_SEQ_CST) != NULL;
}

static int take(struct local_handler *local, irq_handler_t handler, void *context)
{
    int error = -EBUSY;
    unsigned long state = spin_lock(&table_lock);

    if (!is_taken(local)) {
        __atomic_store_n(&local->context, context, __ATOMIC_RELAXED);
        __atomic_store_n(&local->handler, handler, __ATOMIC_SEQ_CST);
        error = 0;
    }
    spin_unlock(&table_lock, state);
    return error;
}

static enum irq_return nobody(void *context)
{
    (void)context;
    return IRQ_NONE;
}

/* What the former owner's handler has asked for is not for the next one's. */
static void forget_again(unsigned intid)
{
    for (unsigned core = 0; core < CORE_MAX; core++) {
        if (intid < SGI_COUNT || core == core_id())
            __atomic_and_fetch(&again[core], ~(UINT32_C(1) << intid), __ATOMIC_SEQ_CST);
    }
}

/* Takes the handler away. The place stays taken until no core can be between the load of the
 * handler and that of its context any more: a new owner's context must not meet the old handler.
 * -EAGAIN: a handler does not return; the place stays taken, by nobody. */
static int give(struct local_handler *local, unsigned intid)
{
    int error = mutex_lock(&free_mutex);

    if (error != 0)
        return error;
    if (is_taken(local)) {
        __atomic_store_n(&local->handler, nobody, __ATOMIC_SEQ_CST);
        error = irq_quiesce();
        if (error == 0) {
            forget_again(intid);
            __atomic_store_n(&local->handler, NULL, __ATOMIC_SEQ_CST);
        }
    }
    mutex_unlock(&free_mutex);
    return error;
}

static bool is_free_sgi(unsigned sgi)
{
    return sgi > IRQ_SGI_REPLAY && sgi < SGI_COUNT;
}

static bool is_free_ppi(unsigned intid)
{
    return intid >= ROOT_INTID_PPI_FIRST && intid < ROOT_INTID_PPI_FIRST + PPI_COUNT &&
           intid != IRQ_PPI_TIMER;
}

int irq_sgi_request(unsigned sgi, irq_handler_t handler, void *context)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_free_sgi(sgi) || handler == NULL)
        return -EINVAL;
    /* Those that the secure world has kept for itself, each core has tried to enable in vain. */
    if (!root_is_enabled(sgi))
        return -EACCES;
    return take(&sgis[sgi], handler, context);
}

int irq_sgi_free(unsigned sgi)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_free_sgi(sgi))
        return -EINVAL;
    return give(&sgis[sgi], sgi);
}

int irq_ppi_request(unsigned intid, irq_handler_t handler, void *context)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_free_ppi(intid) || handler == NULL)
        return -EINVAL;

    struct local_handler *local = &ppis[core_id()][intid - ROOT_INTID_PPI_FIRST];
    int error = take(local, handler, context);

    if (error != 0)
        return error;
    error = irq_ppi_enable(intid);
    if (error != 0)
        (void)give(local, intid);
    return error;
}

int irq_ppi_enable(unsigned intid)
{
    int error = root_configure(intid, ROOT_LEVEL, ROOT_PRIORITY_DEFAULT);

    return error == 0 ? root_enable(intid) : error;
}

int irq_ppi_disable(unsigned intid)
{
    return root_mask(intid);
}

int irq_ppi_request_all(unsigned intid, irq_handler_t handler, void *context)
{
    int error = 0;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_free_ppi(intid) || handler == NULL)
        return -EINVAL;
    for (unsigned core = 0; core < CORE_MAX && error == 0; core++) {
        error = take(&ppis[core][intid - ROOT_INTID_PPI_FIRST], handler, context);
        while (error != 0 && core-- != 0) /* it is enabled nowhere: none has been called */
            __atomic_store_n(&ppis[core][intid - ROOT_INTID_PPI_FIRST].handler, NULL,
                             __ATOMIC_SEQ_CST);
    }
    return error;
}

int irq_ppi_free_all(unsigned intid)
{
    int first = 0;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_free_ppi(intid))
        return -EINVAL;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        int error = give(&ppis[core][intid - ROOT_INTID_PPI_FIRST], intid);

        first = first != 0 ? first : error;
    }
    return first;
}

int irq_ppi_free(unsigned intid)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_free_ppi(intid))
        return -EINVAL;

    struct local_handler *local = &ppis[core_id()][intid - ROOT_INTID_PPI_FIRST];
    int error = root_disable(intid);
    int given = give(local, intid);

    return given != 0 ? given : error;
}

int irq_local_resume(void)
{
    unsigned core = core_id();
    int first_error = 0;

    for (unsigned i = 0; i < PPI_COUNT; i++) {
        unsigned intid = ROOT_INTID_PPI_FIRST + i;

        if (!is_taken(&ppis[core][i]))
            continue;

        int error = irq_ppi_enable(intid);

        if (first_error == 0)
            first_error = error;
    }
    root_send_sgi(core, IRQ_SGI_REPLAY);
    return first_error;
}
