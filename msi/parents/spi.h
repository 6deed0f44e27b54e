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

/* Disables it and takes the sink away, in any case. A core may still be inside the sink if a
 * handler hangs: irq_quiesce() before the sink's memory goes. Thread context. The GIC's error. */
int irq_spi_close(unsigned intid);

#endif
