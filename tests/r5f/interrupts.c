// SPDX-License-Identifier: BSD-3-Clause
/*
 * IRQs on a real line: nesting, floating point, exclusive monitors, locks.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/per_core.h"
#include "arch/spinlock.h"
#include "arch/spinlock_inline.h"
#include "arch/wait.h"
#include "tests/r5f/core.h"

#include <string.h>

#define DOUBLES 16u
#define PATTERN UINT64_C(0x4009876543210000)
#define ROUNDS  20u

static volatile uint32_t taken;
static uint32_t exclusive; /* a word that thread and handler both have loads of */
static unsigned depth, deepest, refused;
static bool all_in_interrupt = true, stacks_apart = true;
static uintptr_t stack_of[STACK_IRQ_LEVELS + 1];

/* As a 64-bit load that is atomic does, without a store behind it. */
static uint32_t load_exclusive(const uint32_t *from)
{
    uint32_t value;

    __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(from) : "memory");
    return value;
}

/* All registers that a C function may change get other values. */
static void spoil_registers(void)
{
    __asm__ volatile("vmov.f64 d0, #-1.0\n\tvmov.f64 d1, d0\n\tvmov.f64 d2, d0\n\t"
                     "vmov.f64 d3, d0\n\tvmov.f64 d4, d0\n\tvmov.f64 d5, d0\n\t"
                     "vmov.f64 d6, d0\n\tvmov.f64 d7, d0\n\tvmov.f64 d8, d0\n\tvmov.f64 d15, d0\n\t"
                     "mov r0, #0\n\tvmsr fpscr, r0\n\tmov r1, r0\n\tmov r2, r0\n\tmov r3, r0\n\t"
                     "mov r12, r0" ::
                         : "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d15", "r0", "r1",
                           "r2", "r3", "r12", "memory");
}

static void spoil_and_lower(void *context)
{
    all_in_interrupt =
        all_in_interrupt && in_interrupt() && !wait_is_allowed() && context == &taken;
    (void)load_exclusive(&exclusive);
    spoil_registers();
    core_set_line(false);
    taken++;
}

/* Takes an IRQ with the floating point registers loaded from `values` before and stored to `after`
 * behind; returns FPSCR. */
static uint32_t hold_registers(const uint64_t *values, uint64_t *after, uint32_t status)
{
    uint32_t found;

    interrupt_mask();
    core_set_line(true);
    __asm__ volatile("vldm %[values], {d0-d15}\n\tvmsr fpscr, %[status]\n\t"
                     "cpsie i\n\tisb\n\tvmrs %[found], fpscr\n\tvstm %[after], {d0-d15}"
                     : [found] "=&r"(found)
                     : [values] "r"(values), [after] "r"(after), [status] "r"(status)
                     : "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11",
                       "d12", "d13", "d14", "d15", "cc", "memory");
    return found;
}

static void test_floating_point(void)
{
    const uint32_t status = 0xa0c00000; /* N and C, and rounding towards zero */
    uint64_t values[DOUBLES], after[DOUBLES];
    uint32_t before = taken;
    bool good = true;

    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < DOUBLES; i++)
            values[i] = PATTERN + round * DOUBLES + i;
        memset(after, 0, sizeof(after));
        good = hold_registers(values, after, status) == status &&
               memcmp(values, after, sizeof(values)) == 0 && good;
    }
    core_check("floating point registers and FPSCR survive interrupts",
               good && taken == before + ROUNDS);
    core_check("a handler has its context, knows that it is one, and may not wait",
               all_in_interrupt);
    core_check("a thread knows that it is none, and may wait",
               !in_interrupt() && wait_is_allowed());
}

/* An IRQ behind the exclusive load, whose handler has one of its own, of the same word. */
static void test_monitor(void)
{
    uint32_t failed, value;

    interrupt_mask();
    core_set_line(true);
    __asm__ volatile("ldrex %[value], [%[word]]\n\tcpsie i\n\tisb\n\t"
                     "strex %[failed], %[value], [%[word]]"
                     : [failed] "=&r"(failed), [value] "=&r"(value)
                     : [word] "r"(&exclusive)
                     : "memory");
    core_check("an interrupt makes an exclusive store fail", failed == 1);
    __asm__ volatile("ldrex %[value], [%[word]]\n\tstrex %[failed], %[value], [%[word]]"
                     : [failed] "=&r"(failed), [value] "=&r"(value)
                     : [word] "r"(&exclusive)
                     : "memory");
    core_check("without one it succeeds", failed == 0);
}

static void test_locks(void)
{
    static struct spinlock first = SPINLOCK_INIT, second = SPINLOCK_INIT;
    uint32_t before = taken;
    unsigned long outer = spin_lock(&first), inner = spin_lock(&second);
    bool held;

    core_set_line(true);
    held = taken == before;
    spin_unlock(&second, inner);
    held = held && taken == before;
    spin_unlock(&first, outer);
    while (taken == before)
        ;
    core_check("a spin lock keeps interrupts off until the outermost is let go", held);
    core_check("locks count on", first.owner == 1 && first.next == 1 && second.owner == 1);
    outer = irq_save();
    inner = irq_save();
    irq_restore(inner);
    held = interrupt_is_masked();
    irq_restore(outer);
    core_check("pairs of irq_save() and irq_restore() nest", held && !interrupt_is_masked());
}

/* Opens itself to the same line, as deep as there are stacks. */
static void nest(void *context)
{
    volatile uint32_t mine = 0x1234 + depth; /* on its own stack */
    uint32_t expected = mine;
    unsigned level = depth++;

    (void)context;
    stack_of[level] = (uintptr_t)&mine;
    deepest = depth > deepest ? depth : deepest;
    spoil_registers();
    if (exception_open()) {
        while (depth == level + 1 && refused == 0)
            ;
        exception_close();
    } else {
        refused++;
        core_set_line(false);
    }
    depth--;
    stacks_apart = stacks_apart && mine == expected;
    taken++;
}

static void test_nesting(void)
{
    uint64_t values[DOUBLES], after[DOUBLES];
    uint32_t before = taken;

    for (unsigned i = 0; i < DOUBLES; i++)
        values[i] = PATTERN + i;
    exception_set_irq_handler(nest);
    (void)hold_registers(values, after, 0);
    core_check("handlers are nested as deep as there are stacks",
               deepest == STACK_IRQ_LEVELS && refused == 1 && depth == 0 &&
                   taken == before + STACK_IRQ_LEVELS);
    for (unsigned level = 1; level < STACK_IRQ_LEVELS; level++)
        stacks_apart = stacks_apart && stack_of[level] == stack_of[0] - level * STACK_IRQ_STEP;
    core_check("each on a stack of its own", stacks_apart);
    core_check("and the thread has its registers", memcmp(values, after, sizeof(values)) == 0);
}

void core_test_interrupts(void)
{
    exception_set_irq_contexts((void *)(uintptr_t)&taken, 0);
    exception_set_irq_handler(spoil_and_lower);
    test_floating_point();
    test_monitor();
    test_locks();
    test_nesting();
}
