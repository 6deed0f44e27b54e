// SPDX-License-Identifier: BSD-3-Clause
/*
 * The stacks of each core, and the unmapped pages between them.
 *
 *   guard | thread stack | 3 times: guard | nested IRQ's stack | guard | IRQ stack | guard | fault
 *   stack
 *
 * A stack grows down into its guard and faults there. Every exception but an IRQ is handled on the
 * fault stack, so the fault that an overflow causes can still be reported.
 *
 * An IRQ that interrupts a handler has the next stack below that one's, as large as the first: so
 * each handler has the same room, however deep it is nested, and its own guard.
 */
#ifndef ARCH_STACK_H
#define ARCH_STACK_H

#define STACK_GUARD_SIZE  0x1000
#define STACK_THREAD_SIZE 0x10000
#define STACK_IRQ_SIZE    0x4000
#define STACK_FAULT_SIZE  0x3000

/* How deep handlers can be nested, and from one IRQ stack to the next. */
#define STACK_IRQ_LEVELS  4
#define STACK_IRQ_STEP    (STACK_GUARD_SIZE + STACK_IRQ_SIZE)

/* Offsets of each stack's top (its initial SP) in a core's part, and the size of that part. */
#define STACK_THREAD_TOP  (STACK_GUARD_SIZE + STACK_THREAD_SIZE)
#define STACK_IRQ_TOP     (STACK_THREAD_TOP + STACK_IRQ_LEVELS * STACK_IRQ_STEP)
#define STACK_FAULT_TOP   (STACK_IRQ_TOP + STACK_GUARD_SIZE + STACK_FAULT_SIZE)
#define STACK_CORE_SIZE   STACK_FAULT_TOP

#ifndef __ASSEMBLER__

#include "arch/core.h"

#include <stddef.h>
#include <stdint.h>

#define STACK_GUARDS (STACK_IRQ_LEVELS + 2u)

/* What a core has, laid out as above; vectors.S and start.S know it by the offsets. */
struct stack_set {
    uint8_t thread_guard[STACK_GUARD_SIZE];
    uint8_t thread[STACK_THREAD_SIZE];
    struct {
        uint8_t guard[STACK_GUARD_SIZE];
        uint8_t stack[STACK_IRQ_SIZE];
    } nested[STACK_IRQ_LEVELS - 1]; /* the deepest first */
    uint8_t irq_guard[STACK_GUARD_SIZE];
    uint8_t irq[STACK_IRQ_SIZE];
    uint8_t fault_guard[STACK_GUARD_SIZE];
    uint8_t fault[STACK_FAULT_SIZE];
};

/* The section is left out of the clearing of .bss. */
extern struct stack_set stacks[CORE_MAX];

/* The address of guard page guard (0 .. STACK_GUARDS - 1) of a core, by rising address: below its
 * thread, nested IRQs', IRQ and fault stack. */
static inline uintptr_t stack_guard(unsigned core, unsigned guard)
{
    size_t offset = guard == 0 ? 0 : STACK_THREAD_TOP + (size_t)(guard - 1) * STACK_IRQ_STEP;

    return (uintptr_t)&stacks[core] + offset;
}

#endif

#endif
