// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MCU domain's timers, of which each of the two R5Fs has two: core 0 MCU_TIMER0 and 1, core 1
 * MCU_TIMER2 and 3 (docs/hardware.md). What they are for is said in arch/mcu_timers.h.
 */
#ifndef PLATFORM_R5F_TIMERS_H
#define PLATFORM_R5F_TIMERS_H

/* Turns them on, and has waits and alarms use them. Thread context, once the system firmware
 * answers, and before irq_core_init(): a loader may have left one of them on, whose interrupt would
 * come for ever. The errors of ti_sci_device_get(), ti_sci_clock_frequency() and timer_attach(),
 * after which waits poll, there are no alarms, and both are given back. */
int platform_timers_start(void);

#endif
