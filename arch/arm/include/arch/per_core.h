// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the core keeps for itself. For arch/ and its tests; everyone else asks through arch/core.h.
 */
#ifndef ARCH_PER_CORE_H
#define ARCH_PER_CORE_H

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/stack.h"

#include <stdint.h>

struct core {
    exception_irq_handler_t irq_handler; /* what an IRQ calls, with the next (vectors.S) */
    void *irq_context;
    uint8_t *irq_top; /* of the stack of the next IRQ */
    uint32_t number;
};

extern struct core cores[CORE_MAX];

static inline struct core *core_self(void)
{
    return &cores[0];
}

/* Whether an SP is an IRQ stack's, or has just left that at its end. */
static inline bool core_is_irq_stack(uint32_t sp)
{
    return sp - ((uintptr_t)stacks + STACK_THREAD_TOP) - 1 < STACK_IRQ_TOP - STACK_THREAD_TOP;
}

/* in_interrupt(), without a call: each wait and each lock asks. */
static inline bool core_in_interrupt(void)
{
    uint32_t sp;

    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return core_is_irq_stack(sp);
}

#endif
