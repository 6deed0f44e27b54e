// SPDX-License-Identifier: BSD-3-Clause
/*
 * Strays: interrupts that reach a core though nobody has requested them. They are counted and
 * turned off in interrupt context, and logged in thread context (msi/service.h).
 */
#ifndef MSI_STRAY_H
#define MSI_STRAY_H

#include <stdbool.h>
#include <stdint.h>

#define IRQ_STRAYS_KEPT   32u /* different ones; more are only counted */
#define IRQ_STRAY_NO_VINT UINT16_MAX

struct irq_stray {
    uint32_t arrivals; /* 0: a free entry */
    unsigned intid;
    unsigned core; /* where it came first */
    uint16_t vint; /* or IRQ_STRAY_NO_VINT */
    uint8_t bit;
    bool told;
    bool silenced;
};

/* INTID arrived and nobody has it. Interrupt context. */
void irq_stray_intid(unsigned intid);

/* An enabled status bit of a VINT came up and no interrupt has it; the caller masks it. Interrupt
 * context. */
void irq_stray_bit(unsigned intid, unsigned vint, unsigned bit);

/* Takes a copy of one that has not been told yet. False: there is none. Thread context. */
bool irq_stray_next_untold(struct irq_stray *copy);

/* How many arrivals since the last call had no room in the table; *last is the latest of them.
 * Thread context. */
uint64_t irq_stray_take_others(struct irq_stray *last);

/* The LPIs that arrived too often, each once; returns how many. Thread context. */
unsigned irq_stray_loud_lpis(unsigned intids[IRQ_STRAYS_KEPT]);

/* One of these could not be turned off: it is to come up again. Thread context. */
void irq_stray_still_loud(unsigned intid);

/* An INTID, or a bit of a VINT, has an owner now: what it did before is forgotten. For an INTID,
 * vint is IRQ_STRAY_NO_VINT and bit 0. Any context. */
void irq_stray_forget(unsigned intid, unsigned vint, unsigned bit);

/* How many interrupts had nobody, on all cores. Any context. */
uint64_t irq_stray_count(void);

#endif
