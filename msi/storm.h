// SPDX-License-Identifier: BSD-3-Clause
/*
 * Storms: whether an interrupt's handler is called to no purpose, or leaves a core's threads
 * nothing. The limits are in msi/limits.h.
 */
#ifndef MSI_STORM_H
#define MSI_STORM_H

#include "arch/relaxed.h"
#include "msi/quiesce.h"

#include <stdbool.h>
#include <stdint.h>

/* Calls of one handler; whoever runs the handler has it. */
struct irq_storm_window {
    uint64_t calls;  /* in all */
    uint64_t before; /* before `start` */
    uint32_t idle;   /* since `start`: those that found nothing to do */
    uint32_t fills;  /* how often the calls have reached the limit, and begun anew */
    uint32_t limits; /* which limits it is counted against: a number of their changes */
    uint64_t start;  /* ns */
};

/* Before any interrupt. */
void irq_storm_init(void);

/* A window that starts now, after so many calls. Any context. */
struct irq_storm_window irq_storm_window_now(uint64_t calls);

/* Counts a call of the handler, which begins. Interrupt context, as the next two; IRQs are masked.
 */
static inline void irq_storm_begin_call(struct irq_storm_window *window)
{
    relaxed_store64(&window->calls, window->calls + 1); /* nobody else stores there */
}

/* Whether irq_storm_is_call() is to be asked now, even if the call has found something to do. */
static inline bool irq_storm_is_due(const struct irq_storm_window *window,
                                    const struct irq_generation *own)
{
    return window->calls - window->before >= relaxed_load32(&own->storm_look);
}

/* After a call; idle: it found nothing to do. True: that makes it a storm. */
bool irq_storm_is_call(struct irq_storm_window *window, bool idle);

/* An interrupt has arrived whose handler is not called here: it is masked, or another core's. True:
 * these leave the core's threads nothing. Interrupt context. */
bool irq_storm_is_arrival(const struct irq_storm_window *window);

/* A core has taken as many interrupts in one exception as it may; more: another one is pending
 * already. `generation` is the core's (msi/quiesce.h). Interrupt context. */
void irq_storm_round_full(unsigned core, uint64_t generation, bool more);

/* An SGI, a PPI or a stray has arrived. It is told if these leave the core's threads nothing, and
 * no other interrupt is masked for it. Interrupt context. */
void irq_storm_intid(unsigned intid);

/* Which was the last of these: its core << IRQ_STORM_CORE_SHIFT | (its INTID + 1); 0: none since
 * the last call. Thread context. */
#define IRQ_STORM_CORE_SHIFT 24u /* INTIDs have 24 bits at most (IHI 0069, 2.2.1) */
uint32_t irq_storm_take_untold(void);

/* The window's memory goes, or gets another owner. No core looks at it any more. Any context. */
void irq_storm_forget(const struct irq_storm_window *window);

/* After each interrupt that has interrupted a handler, which has itself interrupted `depth` others:
 * `more` says that another one keeps that one from its turn. Interrupt context, IRQs masked. */
#define IRQ_STORM_LEVELS 4u /* as many priorities */
void irq_storm_nested(unsigned core, unsigned depth, uint64_t generation, bool more);

/* How many storms there have been. Any context. */
uint64_t irq_storm_count(void);

#endif
