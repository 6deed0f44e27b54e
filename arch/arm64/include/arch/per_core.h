// SPDX-License-Identifier: BSD-3-Clause
/*
 * What each core keeps for itself. TPIDR_EL1 points to it from before the first line of C.
 *
 * For arch/arm64 and its tests; everyone else asks through arch/core.h.
 */
#ifndef ARCH_PER_CORE_H
#define ARCH_PER_CORE_H

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/exception_frame.h"
#include "arch/stack.h"

#include <stdint.h>

struct fp_area {
    uint64_t status[2];     /* FPCR, FPSR */
    uint8_t registers[512]; /* q0-q31 */
} __attribute__((aligned(16)));

struct core {
    uint8_t *fault_stack;                /* the top: SP starts here */
    uint8_t *irq_frame;                  /* the first thing on the next IRQ's stack */
    exception_irq_handler_t irq_handler; /* what an IRQ calls, with the next (vectors.S) */
    void *irq_context;
    uint32_t fp_saved; /* FP_SAVED, FP_NESTED (arch/core_layout.h) */
    uint32_t number;
    struct fp_area *fp_area; /* where to */
    struct fp_area fp;       /* the interrupted thread's */

    /* Work handed to the core (smp.c). */
    uint32_t state;
    void (*function)(void *argument);
    void *argument;
    uint32_t busy;
    int (*init)(void); /* what it runs first when it starts; NULL: nothing */

    const uint8_t *first_irq_frame; /* what irq_frame is for an IRQ that interrupts a thread */
} __attribute__((aligned(64)));

extern struct core cores[CORE_MAX];

/* smp.c: how many cores run from now on, and the affinity of one (core.c keeps both). */
void core_set_count(unsigned count);
void core_set_affinity(unsigned core, uint64_t affinity);
uint64_t core_own_affinity(void); /* from MPIDR_EL1 */

/* Gives all cores a handler. */
static inline void core_set_irq_handlers(exception_irq_handler_t handler)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        __atomic_store_n(&cores[core].irq_handler, handler, __ATOMIC_SEQ_CST);
}

static inline struct core *core_self(void)
{
    struct core *self;

    __asm__("mrs %0, tpidr_el1" : "=r"(self)); /* never changes once C runs: may be reused */
    return self;
}

/* Whether an SP of this core is the IRQ stack's, or has just left that at its end. */
static inline bool core_is_irq_stack(uint64_t sp)
{
    /* Above an empty thread stack's, which is where the guard page begins. */
    return (uintptr_t)core_self()->first_irq_frame - sp <
           STACK_IRQ_TOP - IRQ_FRAME_SIZE - STACK_THREAD_TOP;
}

/* in_interrupt(), without a call: each wait and each lock asks. */
static inline bool core_in_interrupt(void)
{
    uint64_t sp;

    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return core_is_irq_stack(sp);
}

#endif
