// SPDX-License-Identifier: BSD-3-Clause
/*
 * The core's stacks, and the guards between them, which are MPU regions without access (mpu.c).
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

#define STACK_GUARD_SIZE  0x100
#define STACK_THREAD_SIZE 0x4000
#define STACK_IRQ_SIZE    0x800
#define STACK_FAULT_SIZE  0x800

/* How deep handlers can be nested, and from one IRQ stack to the next. */
#define STACK_IRQ_LEVELS  4
#define STACK_IRQ_STEP    (STACK_GUARD_SIZE + STACK_IRQ_SIZE)

/* Offsets of each stack's top (its initial SP), and the size of all. */
#define STACK_THREAD_TOP  (STACK_GUARD_SIZE + STACK_THREAD_SIZE)
#define STACK_IRQ_TOP     (STACK_THREAD_TOP + STACK_IRQ_LEVELS * STACK_IRQ_STEP)
#define STACK_FAULT_TOP   (STACK_IRQ_TOP + STACK_GUARD_SIZE + STACK_FAULT_SIZE)
#define STACK_CORE_SIZE   STACK_FAULT_TOP

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#define STACK_GUARDS (STACK_IRQ_LEVELS + 2u)

/* Not cleared. Aligned to the guards' size. */
extern uint8_t stacks[STACK_CORE_SIZE];

/* The address of a guard (0 .. STACK_GUARDS - 1), by rising address: below the thread's, nested
 * IRQs', IRQ and fault stack. */
static inline uintptr_t stack_guard(unsigned guard)
{
    size_t offset = guard == 0 ? 0 : STACK_THREAD_TOP + (size_t)(guard - 1) * STACK_IRQ_STEP;

    return (uintptr_t)stacks + offset;
}

#endif

#endif
