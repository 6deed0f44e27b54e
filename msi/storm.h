// SPDX-License-Identifier: BSD-3-Clause
/*
 * Storms: whether an interrupt's handler is called to no purpose, or leaves a core's threads
 * nothing. The limits are in msi/limits.h.
 */
#ifndef MSI_STORM_H
#define MSI_STORM_H

#include <stdbool.h>
#include <stdint.h>

/* Calls of one handler since `start`; whoever runs the handler has it. */
struct irq_storm_window {
    uint32_t calls;
    uint32_t idle;   /* those that found nothing to do */
    uint32_t fills;  /* how often `calls` has reached the limit, and begun anew */
    uint32_t limits; /* which limits it is counted against: a number of their changes */
    uint64_t start;  /* ns */
};

/* After how many calls irq_storm_is_call() has a look; atomic. */
extern uint32_t irq_storm_look;

/* A window that starts now. Any context. */
struct irq_storm_window irq_storm_window_now(void);

/* The part of irq_storm_count_call() that is not on every interrupt's way. */
bool irq_storm_is_call(struct irq_storm_window *window);

/* Counts a call of the handler; idle: it found nothing to do. True: that makes it a storm.
 * Interrupt context. */
static inline bool irq_storm_count_call(struct irq_storm_window *window, bool idle)
{
    window->idle += idle;
    return __builtin_expect(++window->calls >= __atomic_load_n(&irq_storm_look, __ATOMIC_RELAXED),
                            0) &&
           irq_storm_is_call(window);
}

/* An interrupt has arrived whose handler is not called, because it is masked. True: these leave the
 * core's threads nothing. Interrupt context. */
bool irq_storm_is_arrival(const struct irq_storm_window *window);

/* A core has taken as many interrupts in one exception as it may; more: another one is pending
 * already. `generation` is the core's (msi/quiesce.h). Interrupt context. */
void irq_storm_round_full(unsigned core, uint64_t generation, bool more);

/* How many storms there have been. Any context. */
uint64_t irq_storm_count(void);

#endif
