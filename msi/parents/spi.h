// SPDX-License-Identifier: BSD-3-Clause
/*
 * An SPI that belongs to one sink: wired devices, router lines and VINTs end in one.
 */
#ifndef MSI_PARENTS_SPI_H
#define MSI_PARENTS_SPI_H

#include "drivers/gic/gic.h"
#include "msi/dispatch.h"

/* Configures the SPI for core and gives it the sink; leaves it disabled. Thread context.
 * -EBUSY: it has a sink; -EINVAL: not an SPI of this GIC. */
int irq_spi_open(unsigned intid, enum gic_trigger trigger, unsigned core, struct irq_sink *sink);

/* Disables it and takes the sink away; no core is inside the sink when it returns. Thread
 * context. An error of the GIC's or of irq_quiesce(). */
int irq_spi_close(unsigned intid);

#endif
