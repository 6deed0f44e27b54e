// SPDX-License-Identifier: BSD-3-Clause
/*
 * The alarm of an R5F, on a timer of the MCU domain's.
 */
#include "arch/alarm.h"

#include "arch/arm/mcu_timer.h"
#include "arch/mcu_timers.h"
#include "arch/time.h"

#define US_PER_SECOND 1000000u
#define NS_PER_US     UINT64_C(1000)

static deadline_t due;

void alarm_set_us(uint32_t microseconds)
{
    uint64_t ticks = (uint64_t)microseconds * mcu_timers.hz / US_PER_SECOND + 2;
    unsigned scale = 0;

    if (mcu_timers.alarm == 0)
        return;
    while (ticks > UINT32_MAX) {
        ticks = (ticks + 1) / 2;
        scale++;
    }
    mcu_timer_stop(mcu_timers.alarm);
    due = time_now_ns() + microseconds * NS_PER_US;
    mcu_timer_start(mcu_timers.alarm, (uint32_t)ticks, scale);
}

void alarm_off(void)
{
    if (mcu_timers.alarm != 0)
        mcu_timer_stop(mcu_timers.alarm);
}

uint64_t alarm_late_ns(void)
{
    uint64_t now = time_now_ns();

    return now > due ? now - due : 0;
}
