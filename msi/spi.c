// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing SPIs (Arm IHI 0069, 12.9, the distributor's registers).
 */
#include "msi/spi.h"

#include <errno.h>

int spi_open(unsigned intid, enum gic_trigger trigger, unsigned core, struct irq_sink *sink)
{
    if (intid < GIC_INTID_SPI_FIRST || intid >= gic_intid_limit())
        return -EINVAL;

    int status = irq_sink_attach(intid, sink);

    if (status != 0)
        return status;
    /* GICD_ICFGR may only change while the interrupt is disabled. */
    status = gic_disable(intid);
    if (status == 0)
        status = gic_configure(intid, trigger, GIC_PRIORITY_DEFAULT);
    if (status == 0)
        status = gic_set_affinity(intid, core);
    /* An edge that came while nobody owned the line is not for its new owner. */
    if (status == 0)
        status = gic_clear_pending(intid);
    if (status != 0)
        irq_sink_detach(intid);
    return status;
}

int spi_close(unsigned intid)
{
    /* Disabled first: then no core can acknowledge it; then wait for one that already has, so that
     * it finds the sink and is not counted as a stray. */
    int status = gic_disable(intid);
    int quiesced = irq_core_quiesce();

    irq_sink_detach(intid);
    (void)gic_clear_pending(intid); /* for its next owner; spi_open() does it again */
    return status != 0 ? status : quiesced;
}
