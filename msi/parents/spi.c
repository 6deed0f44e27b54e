// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing SPIs (Arm IHI 0069, 12.9, the distributor's registers).
 */
#include "msi/parents/spi.h"

#include "msi/quiesce.h"

#include <errno.h>

int irq_spi_open(unsigned intid, enum gic_trigger trigger, unsigned core, struct irq_sink *sink)
{
    if (intid < GIC_INTID_SPI_FIRST || intid >= gic_intid_limit())
        return -EINVAL;

    int error = irq_sink_attach(intid, sink);

    if (error != 0)
        return error;
    /* GICD_ICFGR may only change while the interrupt is disabled. */
    error = gic_disable(intid);
    if (error == 0)
        error = gic_configure(intid, trigger, GIC_PRIORITY_DEFAULT);
    if (error == 0)
        error = gic_set_affinity(intid, core);
    /* An edge that came while nobody owned the line is not for its new owner. */
    if (error == 0)
        error = gic_clear_pending(intid);
    if (error != 0)
        irq_sink_detach(intid);
    return error;
}

int irq_spi_close(unsigned intid)
{
    /* Disabled first: then no core can acknowledge it; then wait for one that already has, so that
     * it finds the sink and is not counted as a stray. That is all this wait is for: who owns the
     * sink waits once more before its memory goes (msi/reclaim.h). */
    int error = gic_disable(intid);

    (void)irq_quiesce();
    irq_sink_detach(intid);
    (void)gic_clear_pending(intid); /* for its next owner; irq_spi_open() does it again */
    return error;
}
