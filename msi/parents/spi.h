// SPDX-License-Identifier: BSD-3-Clause
/*
 * An SPI that belongs to one sink: wired devices, router lines and VINTs end in one.
 */
#ifndef MSI_PARENTS_SPI_H
#define MSI_PARENTS_SPI_H

#include "msi/dispatch.h"
#include "msi/irq.h"
#include "msi/registry.h"
#include "root/root.h"

#include <stdbool.h>
#include <stdint.h>

/* Configures the SPI for core and gives it the sink; leaves it disabled. Thread context.
 * -EBUSY: it has a sink; -EINVAL: not an SPI of this root. */
int irq_spi_open(unsigned intid, enum root_trigger trigger, unsigned core, uint8_t priority,
                 struct irq_sink *sink);

/* Disables it and takes the sink away, in any case. *quiet: no core is inside the sink, and its
 * memory may go; one may be if a handler hangs, or the root did not disable it: irq_quiesce()
 * before the memory goes. Thread context. The root's error. */
int irq_spi_close(unsigned intid, bool *quiet);

/* ---- an interrupt that has an SPI to itself ---- */

/* The first member of its parent's own struct. */
struct irq_with_spi {
    struct irq irq; /* first member */
    unsigned intid;
};

/* irq_spi_open() with what was asked for, IRQ_FLAG_EDGE of the flags. */
int irq_with_spi_open(struct irq *irq, unsigned intid, uint32_t flags);
/* irq_spi_close(), which says whether the interrupt is quiet. */
int irq_with_spi_close(struct irq *irq);

/* What the layer calls then (struct irq_parent_ops). */
void irq_with_spi_mask(struct irq *irq);
void irq_with_spi_unmask(struct irq *irq);
int irq_with_spi_set_affinity(struct irq *irq, unsigned core);
bool irq_with_spi_pending(struct irq *irq);
int irq_with_spi_trigger(struct irq *irq);

#define IRQ_WITH_SPI_OPS                                                                           \
    .mask = irq_with_spi_mask, .unmask = irq_with_spi_unmask,                                      \
    .set_affinity = irq_with_spi_set_affinity, .pending = irq_with_spi_pending,                    \
    .trigger = irq_with_spi_trigger

#endif
