// SPDX-License-Identifier: BSD-3-Clause
/*
 * The core that the image runs on, and how it ends.
 */
#include "arch/core.h"

#include "arch/core_end.h"
#include "arch/cp15.h"
#include "arch/interrupt_mask.h"
#include "arch/per_core.h"

#include <stddef.h>

#define MPIDR_AFFINITY 0xffffffu

_Static_assert(offsetof(struct core, irq_handler) == 0, "vectors.S uses it");
_Static_assert(offsetof(struct core, irq_context) == 4, "vectors.S uses it");
_Static_assert(STACK_CORE_SIZE % STACK_GUARD_SIZE == 0, "guards are MPU regions");

uint8_t stacks[STACK_CORE_SIZE] __attribute__((section(".stacks"), aligned(STACK_GUARD_SIZE)));

struct core cores[CORE_MAX] = {{.irq_top = &stacks[STACK_IRQ_TOP]}};

volatile uint32_t core_end_status = CORE_RUNS;

unsigned core_id(void)
{
    return 0;
}

unsigned core_count(void)
{
    return 1;
}

uint64_t core_affinity(unsigned core)
{
    (void)core;
    return cp15_read(CP15_MPIDR) & MPIDR_AFFINITY;
}

bool in_interrupt(void)
{
    return core_in_interrupt();
}

unsigned long irq_save(void)
{
    unsigned long state = interrupt_cpsr() & CPSR_I;

    interrupt_mask();
    return state;
}

void irq_restore(unsigned long state)
{
    if (state == 0)
        interrupt_unmask();
}

noreturn void core_end(uint8_t status)
{
    core_end_status = status;
    for (;;)
        __asm__ volatile("cpsid aif\n\tdsb sy\n\twfi" ::: "memory");
}
