// SPDX-License-Identifier: BSD-3-Clause
/*
 * The EL1 physical timer of each core, for who wants an interrupt at a time and to know how late it
 * came (Arm ARM DDI 0487, D11.2). Its PPI is ALARM_INTID: whoever has that (msi/local.h) has
 * the core's alarm.
 */
#ifndef ARCH_ALARM_H
#define ARCH_ALARM_H

#include <stdint.h>

#define ALARM_INTID 30u

/* Raises this core's alarm after that many microseconds, until it is set anew or turned off. Any
 * context. */
void alarm_set_us(uint32_t microseconds);
void alarm_off(void);

/* What a core that loses its power has to keep of its alarm; and has it as it was, due if it has
 * become so meanwhile. On the core, any context. */
struct alarm {
    uint64_t control, at;
};
void alarm_note(struct alarm *alarm);
void alarm_restore(const struct alarm *alarm);

/* For how long this core's alarm has been due. Any context, while it is. */
uint64_t alarm_late_ns(void);

#endif
