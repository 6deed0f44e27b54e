// SPDX-License-Identifier: BSD-3-Clause
/*
 * An SPI that belongs to one sink: wired devices, router lines and VINTs end in one.
 */
#ifndef MSI_SPI_H
#define MSI_SPI_H

#include "drivers/gic/gic.h"
#include "msi/core.h"

/* Configures the SPI for core and gives it the sink; leaves it disabled. Thread context.
 * -EBUSY: it has a sink; -EINVAL: not an SPI of this GIC. */
int spi_open(unsigned intid, enum gic_trigger trigger, unsigned core, struct irq_sink *sink);

/* Disables it and takes the sink away; no core is inside the sink when it returns. Thread
 * context. An error of the GIC's or of irq_core_quiesce(). */
int spi_close(unsigned intid);

#endif
