// SPDX-License-Identifier: BSD-3-Clause
/*
 * Strays and storms: counted where they happen, in interrupt context; told and, where interrupts
 * can't be turned off there, turned off in thread context, by irq_service() (msi/platform.h).
 */
#ifndef MSI_TROUBLE_H
#define MSI_TROUBLE_H

#include "msi/internal.h"

/* The handler has been called; masks the interrupt if that was once too often. By whoever runs the
 * handler, in interrupt context. */
void trouble_count_call(struct irq *irq);

/* INTID arrived and nobody has it. Interrupt context. */
void trouble_stray(unsigned intid);

/* An enabled status bit of a VINT came up and no interrupt has it; the caller masks it. Interrupt
 * context. */
void trouble_stray_bit(unsigned intid, unsigned vint, unsigned bit);

/* The interrupt was unmasked: what irq_service() has silenced is to be turned on. Any context. */
void trouble_unmasked(void);

uint64_t trouble_storms(void);

#endif
