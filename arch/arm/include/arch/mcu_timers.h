// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two timers of the MCU domain that an R5F has for itself: one ends the core's sleep in a wait
 * (arch/wait.h), the other is its alarm (arch/alarm.h). Which they are, and their power, is the
 * platform's business. Time itself is the GTC's (arch/time.h).
 *
 * Registers: TRM of the AM335x, SPRUH73, "DMTimer", which has the same module (docs/hardware.md).
 */
#ifndef ARCH_MCU_TIMERS_H
#define ARCH_MCU_TIMERS_H

#include <stdint.h>

/* As timer_attach() has been told; 0: there is none. */
struct mcu_timers {
    uintptr_t wake, alarm;
    uint32_t hz;
};
extern struct mcu_timers mcu_timers;

/* Resets both, and has waits and alarms use them from then on. The modules are on, hz is their
 * clock, and the interrupt controller has wake behind INTID 27 and alarm behind 30. Thread context,
 * nobody waits or has an alarm. -EINVAL: a clock below 1 MHz or above 250 MHz; -ENODEV: no such
 * timer answers there; -ETIMEDOUT: one does not come out of its reset. After an error waits poll,
 * and there are no alarms. */
int timer_attach(uintptr_t wake, uintptr_t alarm, uint32_t hz);

#endif
