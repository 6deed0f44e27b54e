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
