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

/* Counts a call of the handler, which begins. Interrupt context, as the next two. */
static inline void irq_storm_begin_call(struct irq_storm_window *window)
{
    relaxed_store64(&window->calls, window->calls + 1);
}

/* Whether irq_storm_is_call() is to be asked now, even if the call has found something to do. */
static inline bool irq_storm_is_due(const struct irq_storm_window *window,
                                    const struct irq_generation *own)
{
    return window->calls - window->before >= relaxed_load32(&own->storm_look);
}

/* After a call; idle: it found nothing to do. True: that makes it a storm. */
bool irq_storm_is_call(struct irq_storm_window *window, bool idle);

/* An interrupt has arrived whose handler is not called, because it is masked. True: these leave the
 * core's threads nothing. Interrupt context. */
bool irq_storm_is_arrival(const struct irq_storm_window *window);

/* A core has taken as many interrupts in one exception as it may; more: another one is pending
 * already. `generation` is the core's (msi/quiesce.h). Interrupt context. */
void irq_storm_round_full(unsigned core, uint64_t generation, bool more);

/* After each interrupt that has interrupted a handler: `more` says that another one keeps that one
 * from its turn. Interrupt context, IRQs masked. */
void irq_storm_nested(unsigned core, uint64_t generation, bool more);

/* How many storms there have been. Any context. */
uint64_t irq_storm_count(void);

#endif
