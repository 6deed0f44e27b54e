// SPDX-License-Identifier: BSD-3-Clause
/*
 * An SPI that belongs to one sink: wired devices, router lines and VINTs end in one.
 */
#ifndef MSI_PARENTS_SPI_H
#define MSI_PARENTS_SPI_H

#include "msi/dispatch.h"
#include "msi/irq.h"
#include "root/root.h"

#include <stdbool.h>

/* Configures the SPI for core and gives it the sink; leaves it disabled. Thread context.
 * -EBUSY: it has a sink; -EINVAL: not an SPI of this root. */
int irq_spi_open(unsigned intid, enum root_trigger trigger, unsigned core, uint8_t priority,
                 struct irq_sink *sink);

/* Disables it and takes the sink away, in any case. *quiet: no core is inside the sink, and its
 * memory may go; one may be if a handler hangs, or the root did not disable it: irq_quiesce()
 * before the memory goes. Thread context. The root's error. */
int irq_spi_close(unsigned intid, bool *quiet);

#endif
