// SPDX-License-Identifier: BSD-3-Clause
/*
 * The alarm (arch/alarm.h) of a core that loses its power.
 */
#ifndef ARCH_ALARM_STATE_H
#define ARCH_ALARM_STATE_H

#include <stdint.h>

/* What a core that loses its power has to keep of its alarm; and has it as it was, due if it has
 * become so meanwhile. On the core, any context. */
struct alarm {
    uint64_t control, at;
};
void alarm_note(struct alarm *alarm);
void alarm_restore(const struct alarm *alarm);

#endif
