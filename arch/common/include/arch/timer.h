// SPDX-License-Identifier: BSD-3-Clause
/*
 * A timer as an alarm that ends WFI: the A53's is the EL1 virtual timer (Arm ARM DDI 0487, D11.2),
 * an R5F's one of the MCU domain's (arch/mcu_timers.h). For wait.c: nobody else uses it.
 */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include "arch/time.h"

/* Raises the timer's interrupt (INTID 27) on this core once the deadline has passed, or before,
 * until it is cancelled. With IRQs masked. timer_cancel(): whether it has passed. */
void timer_arm(deadline_t deadline);
bool timer_cancel(void);

#endif
