// SPDX-License-Identifier: BSD-3-Clause
/*
 * A timer of each core for who wants an interrupt at a time and to know how late it came: the A53's
 * EL1 physical timer (Arm ARM DDI 0487, D11.2), or one of the MCU domain's that an R5F has
 * (arch/mcu_timers.h). Its PPI is ALARM_INTID: whoever has that (msi/local.h) has the core's alarm.
 */
#ifndef ARCH_ALARM_H
#define ARCH_ALARM_H

#include <stdint.h>

#define ALARM_INTID 30u

/* Raises this core's alarm after that many microseconds, until it is set anew or turned off. A core
 * without such a timer has none, and its alarm never comes. Any context. */
void alarm_set_us(uint32_t microseconds);
void alarm_off(void);

/* For how long this core's alarm has been due. Any context, while it is. */
uint64_t alarm_late_ns(void);

#endif
