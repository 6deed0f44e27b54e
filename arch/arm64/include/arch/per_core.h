// SPDX-License-Identifier: BSD-3-Clause
/*
 * What each core keeps for itself. TPIDR_EL1 points to it from before the first line of C.
 *
 * For arch/arm64 and its tests; everyone else asks through arch/core.h.
 */
#ifndef ARCH_PER_CORE_H
#define ARCH_PER_CORE_H

#include "arch/core.h"

#include <stdint.h>

struct core {
    uint8_t *fault_stack; /* the top: SP starts here */
    uint8_t *irq_stack;
    uint32_t in_interrupt; /* 1 between IRQ entry and exit */
    uint32_t fp_saved;     /* 1: the interrupted code's FP/SIMD registers are in fp[] */
    uint32_t number;
    uint32_t padding;
    uint64_t fp_status[2]; /* FPCR, FPSR */
    uint8_t fp[512];       /* q0-q31 */

    /* Work handed to the core (smp.c). */
    uint32_t state;
    void (*function)(void *argument);
    void *argument;
    uint32_t busy;
} __attribute__((aligned(64)));

extern struct core cores[CORE_MAX];

/* smp.c: how many cores run from now on, and the affinity of one (core.c keeps both). */
void core_set_count(unsigned count);
void core_set_affinity(unsigned core, uint64_t affinity);
uint64_t core_own_affinity(void); /* from MPIDR_EL1 */

/* exception.c: the handler of exception_set_irq_handler(), or NULL; tests put their own in front.
 */
void (*exception_get_irq_handler(void))(void);

static inline struct core *core_self(void)
{
    struct core *self;

    __asm__("mrs %0, tpidr_el1" : "=r"(self)); /* never changes once C runs: may be reused */
    return self;
}

#endif
