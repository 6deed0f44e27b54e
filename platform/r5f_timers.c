// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's timers: where they are, their power and their clock.
 */
#include "platform/r5f_timers.h"

#include "arch/mcu_timers.h"
#include "drivers/ti_sci/ti_sci.h"
#include "platform/am65x.h"
#include "platform/r5f_number.h"

#include <errno.h>

#define TIMER_CLOCK 0u /* TI-SCI's, of a timer: what it counts */

static unsigned wake_timer(void)
{
    return AM65X_R5F_TIMERS * platform_r5f_number();
}

static unsigned alarm_timer(void)
{
    return wake_timer() + 1;
}

static uintptr_t base_of(unsigned timer)
{
    return AM65X_MCU_TIMER0_BASE + timer * AM65X_MCU_TIMER_STRIDE;
}

static uint16_t device_of(unsigned timer)
{
    return (uint16_t)(AM65X_DEV_MCU_TIMER0 + timer);
}

/* Both have one clock: alarms are as exact as waits. */
static int attach(void)
{
    uint64_t hz, alarm_hz;
    int error = ti_sci_clock_frequency(device_of(wake_timer()), TIMER_CLOCK, &hz);

    if (error == 0)
        error = ti_sci_clock_frequency(device_of(alarm_timer()), TIMER_CLOCK, &alarm_hz);
    if (error == 0 && (hz != alarm_hz || hz > UINT32_MAX))
        error = -EINVAL;
    return error == 0 ? timer_attach(base_of(wake_timer()), base_of(alarm_timer()), (uint32_t)hz)
                      : error;
}

int platform_timers_start(void)
{
    int error = ti_sci_device_get(device_of(wake_timer()));

    if (error != 0)
        return error;
    error = ti_sci_device_get(device_of(alarm_timer()));
    if (error == 0)
        error = attach();
    if (error != 0) {
        (void)ti_sci_device_put(device_of(alarm_timer()));
        (void)ti_sci_device_put(device_of(wake_timer()));
    }
    return error;
}
