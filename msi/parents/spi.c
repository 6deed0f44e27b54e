// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing SPIs (Arm IHI 0069, 12.9, the distributor's registers).
 */
#include "msi/parents/spi.h"

#include "msi/internal.h"
#include "msi/quiesce.h"

#include <errno.h>

int irq_spi_open(unsigned intid, enum root_trigger trigger, unsigned core, uint8_t priority,
                 struct irq_sink *sink)
{
    if (intid < ROOT_INTID_SPI_FIRST || intid >= root_intid_limit())
        return -EINVAL;

    int error = irq_sink_attach(intid, sink);

    if (error != 0)
        return error;
    /* GICD_ICFGR may only change while the interrupt is disabled. */
    error = root_disable(intid);
    if (error == 0)
        error = root_configure(intid, trigger, priority);
    if (error == 0)
        error = root_set_affinity(intid, core);
    /* An edge that came while nobody owned the line is not for its new owner. */
    if (error == 0)
        error = root_clear_pending(intid);
    if (error != 0)
        irq_sink_detach(intid);
    return error;
}

int irq_spi_close(unsigned intid, bool *quiet)
{
    /* Disabled first: then no core can acknowledge it; then wait for one that already has, so that
     * it finds the sink and is not counted as a stray. */
    int error = root_disable(intid);
    bool waited = irq_await_handlers() == 0;

    *quiet = error == 0 && waited;
    irq_sink_detach(intid);
    (void)root_clear_pending(intid); /* for its next owner; irq_spi_open() does it again */
    return error;
}

/* ---- an interrupt that has an SPI to itself ---- */

static unsigned intid_of(const struct irq *irq)
{
    return ((const struct irq_with_spi *)irq)->intid;
}

int irq_with_spi_open(struct irq *irq, unsigned intid, uint32_t flags)
{
    ((struct irq_with_spi *)irq)->intid = intid;
    return irq_spi_open(intid, (flags & IRQ_FLAG_EDGE) != 0 ? ROOT_EDGE : ROOT_LEVEL, irq->core,
                        irq->priority->number, &irq->sink);
}

int irq_with_spi_close(struct irq *irq)
{
    return irq_spi_close(intid_of(irq), &irq->quiet);
}

void irq_with_spi_mask(struct irq *irq)
{
    (void)root_mask(intid_of(irq)); /* the INTID was checked by irq_spi_open() */
}

void irq_with_spi_unmask(struct irq *irq)
{
    (void)root_enable(intid_of(irq));
}

int irq_with_spi_set_affinity(struct irq *irq, unsigned core)
{
    int error = root_set_affinity(intid_of(irq), core);

    if (error == 0)
        __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    return error;
}

bool irq_with_spi_pending(struct irq *irq)
{
    return root_is_pending(intid_of(irq));
}

int irq_with_spi_trigger(struct irq *irq)
{
    return root_set_pending(intid_of(irq));
}
