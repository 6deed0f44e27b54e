// SPDX-License-Identifier: BSD-3-Clause
/*
 * The core's mask of IRQs, and its sleep, inline: for arch/ and where each interrupt or copy
 * passes (Arm ARM DDI 0406, B1.3.3 "Program Status Registers"). Others: irq_save() in arch/core.h.
 * Any context.
 */
#ifndef ARCH_INTERRUPT_MASK_H
#define ARCH_INTERRUPT_MASK_H

#include "arch/cp15.h"
#include "arch/mcu_timers.h"

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t interrupt_cpsr(void)
{
    uint32_t value;

    __asm__ volatile("mrs %0, cpsr" : "=r"(value)::"memory");
    return value;
}

static inline bool interrupt_is_masked(void)
{
    return (interrupt_cpsr() & CPSR_I) != 0;
}

static inline void interrupt_mask(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void interrupt_unmask(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

/* Until an interrupt is pending, masked or not; for a moment only, as long as there is no timer
 * that would end a sleep. Stores are out before the core stops. */
static inline void interrupt_sleep(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
    if (mcu_timers.wake != 0)
        __asm__ volatile("wfi" ::: "memory");
}

/* In a loop that polls. */
static inline void interrupt_poll_pause(void)
{
    __asm__ volatile("yield");
}

#endif
