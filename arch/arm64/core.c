// SPDX-License-Identifier: BSD-3-Clause
/*
 * The table of cores: how many run, their affinities (MPIDR_EL1), and which of them is the caller's
 * (TPIDR_EL1; Arm ARM DDI 0487, D17.2).
 */
#include "arch/per_core.h"

#include "arch/core_layout.h"
#include "arch/exception_frame.h"
#include "arch/stack.h"
#include "arch/sysreg.h"

#include <stddef.h>

#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

_Static_assert(offsetof(struct core, fault_stack) == CORE_FAULT_STACK, "vectors.S uses it");
_Static_assert(offsetof(struct core, irq_frame) == CORE_IRQ_FRAME, "vectors.S uses it");
_Static_assert(offsetof(struct core, irq_handler) == CORE_IRQ_HANDLER, "vectors.S uses it");
_Static_assert(offsetof(struct core, irq_context) == CORE_IRQ_HANDLER + 8, "vectors.S uses it");
_Static_assert(offsetof(struct core, fp_saved) == CORE_FP_SAVED, "vectors.S uses it");
_Static_assert(offsetof(struct core, number) == CORE_NUMBER, "vectors.S uses it");
_Static_assert(offsetof(struct core, fp_area) == CORE_FP_AREA, "vectors.S uses it");
_Static_assert(offsetof(struct fp_area, registers) == FP_AREA_REGISTERS, "vectors.S uses it");
_Static_assert(sizeof(struct core) == CORE_SIZE, "start.S uses it");
_Static_assert(offsetof(struct stack_set, nested) == STACK_THREAD_TOP, "start.S uses it");
_Static_assert(offsetof(struct stack_set, fault_guard) == STACK_IRQ_TOP, "where it ends");
_Static_assert(sizeof(struct stack_set) == STACK_CORE_SIZE, "start.S uses it");
_Static_assert(CORE_MAX == 8, "one initialiser for each core");

struct stack_set stacks[CORE_MAX] __attribute__((section(".stacks"), aligned(4096)));

/* Initialised at link time, so that an exception finds its stack however early it comes. */
#define CORE(n)                                                                                    \
    {                                                                                              \
        .number = (n), .fault_stack = (uint8_t *)&stacks[n] + STACK_FAULT_TOP,                     \
        .irq_frame = (uint8_t *)&stacks[n] + STACK_IRQ_TOP - IRQ_FRAME_SIZE,                       \
        .first_irq_frame = (uint8_t *)&stacks[n] + STACK_IRQ_TOP - IRQ_FRAME_SIZE,                 \
        .fp_area = &cores[n].fp,                                                                   \
    }

struct core cores[CORE_MAX] = {CORE(0), CORE(1), CORE(2), CORE(3),
                               CORE(4), CORE(5), CORE(6), CORE(7)};

static uint64_t affinities[CORE_MAX];
static unsigned running = 1;

unsigned core_id(void)
{
    return core_self()->number;
}

unsigned core_count(void)
{
    return __atomic_load_n(&running, __ATOMIC_ACQUIRE);
}

void core_set_count(unsigned count)
{
    __atomic_store_n(&running, count, __ATOMIC_RELEASE); /* after the core's affinity */
}

uint64_t core_own_affinity(void)
{
    return sysreg_read(MPIDR_EL1) & MPIDR_AFFINITY;
}

uint64_t core_affinity(unsigned core)
{
    return core == core_id() ? core_own_affinity() : affinities[core];
}

void core_set_affinity(unsigned core, uint64_t affinity)
{
    affinities[core] = affinity;
}

bool in_interrupt(void)
{
    return core_in_interrupt();
}

unsigned long irq_save(void)
{
    unsigned long state = sysreg_read(DAIF);

    __asm__ volatile("msr daifset, #2" ::: "memory");
    return state & PSTATE_I;
}

void irq_restore(unsigned long state)
{
    if (state == 0)
        __asm__ volatile("msr daifclr, #2" ::: "memory");
}
