// SPDX-License-Identifier: BSD-3-Clause
/*
 * The core's mask of IRQs, and its sleep, inline: for arch/ and where each interrupt or copy
 * passes (Arm ARM DDI 0487, D17.2 "DAIF"). Others: irq_save() in arch/core.h. Any context.
 */
#ifndef ARCH_INTERRUPT_MASK_H
#define ARCH_INTERRUPT_MASK_H

#include "arch/sysreg.h"

#include <stdbool.h>

static inline bool interrupt_is_masked(void)
{
    return (sysreg_read(DAIF) & PSTATE_I) != 0;
}

static inline void interrupt_mask(void)
{
    __asm__ volatile("msr daifset, #2" ::: "memory");
}

static inline void interrupt_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

/* Until an interrupt is pending, masked or not. Stores are out before the core stops. */
static inline void interrupt_sleep(void)
{
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

/* In a loop that polls. */
static inline void interrupt_poll_pause(void)
{
    __asm__ volatile("yield");
}

#endif
