// SPDX-License-Identifier: BSD-3-Clause
/*
 * How irq_free() knows that no handler runs any more. Each core has a generation number, which is
 * odd from before an acknowledge until after the end of that interrupt. Whoever takes something
 * away first makes it unreachable, and then waits until each number that was odd has changed. That
 * costs an interrupt two stores and a load.
 */
#ifndef MSI_QUIESCE_H
#define MSI_QUIESCE_H

#include "arch/core.h"
#include "msi/handler.h"

#include <stdint.h>

#define IRQ_CACHE_LINE 64

/* There is no other core: what is done with IRQs masked is done in one step, and in thread context
 * no handler runs. The number is never odd then, and nobody waits for it. */
#define IRQ_ALONE      (CORE_MAX == 1)

/* With what its core's dispatcher wants at hand (msi/dispatch.c). */
struct irq_generation {
    uint64_t value;
    uint64_t idle; /* struct irq_sink's claim, of an interrupt that is this core's, and idle */
    uintptr_t *spis, *lpis; /* tables of sinks, by INTID; lpis: NULL, or as if it began at 0 */
    uint32_t storm_look;    /* after how many calls irq_storm_is_call() is to be asked; atomic */
    irq_open_t open;        /* for this exception's handlers (msi/nesting.h), or NULL */
    uintptr_t root;         /* root_context() */
} __attribute__((aligned(IRQ_CACHE_LINE)));

/* Each core's number, which msi/dispatch.c advances, and how many wait for one to change; after an
 * end it calls wait_notify() for those who wait. */
extern struct irq_generation irq_generations[CORE_MAX];
extern uint32_t irq_quiesce_waiters;

/* Waits until every handler that runs on any core now has returned. Nothing that was reachable
 * through a sink only before the call is in use after it. Loads of device registers before the call
 * are made before it looks. Thread context. -EDEADLK; -EAGAIN: a handler has not returned for
 * 5 s. */
int irq_quiesce(void);

/* The same, for who knows that it may wait, as one does who holds a mutex. */
int irq_await_handlers(void);

#endif
