// SPDX-License-Identifier: BSD-3-Clause
/*
 * One of the MCU domain's timers, as a one-shot: it counts up, and its overflow is the interrupt,
 * which stays until it is stopped. In non-posted mode: a write is done when the next access is.
 */
#ifndef ARCH_ARM_MCU_TIMER_H
#define ARCH_ARM_MCU_TIMER_H

#include "arch/mmio.h"

#include <stdint.h>

enum mcu_timer_register {
    MCU_TIMER_TIDR = 0x00,
    MCU_TIMER_TIOCP_CFG = 0x10,
    MCU_TIMER_IRQSTATUS = 0x28,
    MCU_TIMER_IRQENABLE_SET = 0x2c,
    MCU_TIMER_TCLR = 0x38,
    MCU_TIMER_TCRR = 0x3c,
    MCU_TIMER_TSICR = 0x54,
};

#define MCU_TIMER_RESET         1u /* TIOCP_CFG */
#define MCU_TIMER_OVERFLOW      2u /* IRQSTATUS, IRQENABLE */
#define MCU_TIMER_NOT_POSTED    0u /* TSICR */
#define MCU_TIMER_START         1u /* TCLR */
#define MCU_TIMER_PRESCALE(log) ((log) == 0 ? 0u : 0x20u | ((log)-1u) << 2)

/* The interrupt is gone when this returns. */
static inline void mcu_timer_stop(uintptr_t timer)
{
    mmio_write32(timer + MCU_TIMER_TCLR, 0);
    mmio_write32(timer + MCU_TIMER_IRQSTATUS, MCU_TIMER_OVERFLOW);
    (void)mmio_read32(timer + MCU_TIMER_IRQSTATUS);
}

/* One that is stopped: after that many ticks of its clock divided by 2 to the power of `scale` (0
 * to 8). */
static inline void mcu_timer_start(uintptr_t timer, uint32_t ticks, unsigned scale)
{
    mmio_write32(timer + MCU_TIMER_TCRR, -ticks);
    mmio_write32(timer + MCU_TIMER_TCLR, MCU_TIMER_START | MCU_TIMER_PRESCALE(scale));
}

#endif
