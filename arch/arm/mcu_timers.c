// SPDX-License-Identifier: BSD-3-Clause
/*
 * The timers that a core has, and the one that ends its sleep (arch/timer.h).
 */
#include "arch/mcu_timers.h"

#include "arch/arm/mcu_timer.h"
#include "arch/time.h"
#include "arch/timer.h"

#include <errno.h>

#define HZ_MIN         1000000u
#define HZ_MAX         250000000u
#define RESET_US       1000u
#define REVISION_SHIFT 16 /* TIDR's upper half: there is one */
#define NS_PER_SECOND  UINT64_C(1000000000)

/* A wait that is longer wakes in between. So the product below has no more than 64 bits. */
#define SLEEP_MAX_NS   (UINT64_C(1) << 33)

struct mcu_timers mcu_timers;

static uint64_t ticks_per_ns; /* with 32 binary places */
static deadline_t armed;

static int reset(uintptr_t timer)
{
    deadline_t deadline = deadline_after_us(RESET_US);

    if (mmio_read32(timer + MCU_TIMER_TIDR) >> REVISION_SHIFT == 0)
        return -ENODEV;
    mmio_write32(timer + MCU_TIMER_TIOCP_CFG, MCU_TIMER_RESET);
    while ((mmio_read32(timer + MCU_TIMER_TIOCP_CFG) & MCU_TIMER_RESET) != 0)
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
    mmio_write32(timer + MCU_TIMER_TSICR, MCU_TIMER_NOT_POSTED);
    mcu_timer_stop(timer);
    mmio_write32(timer + MCU_TIMER_IRQENABLE_SET, MCU_TIMER_OVERFLOW);
    return 0;
}

int timer_attach(uintptr_t wake, uintptr_t alarm, uint32_t hz)
{
    int error = hz >= HZ_MIN && hz <= HZ_MAX ? 0 : -EINVAL;

    mcu_timers = (struct mcu_timers){0};
    if (error == 0)
        error = reset(wake);
    if (error == 0)
        error = reset(alarm);
    if (error != 0)
        return error;
    ticks_per_ns = ((uint64_t)hz << 32) / NS_PER_SECOND;
    mcu_timers = (struct mcu_timers){.wake = wake, .alarm = alarm, .hz = hz};
    return 0;
}

void timer_arm(deadline_t deadline)
{
    uint64_t now, left;

    armed = deadline;
    if (mcu_timers.wake == 0)
        return;
    now = time_now_ns();
    left = deadline > now ? deadline - now : 0;
    if (left > SLEEP_MAX_NS)
        left = SLEEP_MAX_NS;
    /* Two ticks more: that of the rounding, and that in which it is started. */
    mcu_timer_start(mcu_timers.wake, (uint32_t)(left * ticks_per_ns >> 32) + 2, 0);
}

bool timer_cancel(void)
{
    if (mcu_timers.wake != 0)
        mcu_timer_stop(mcu_timers.wake);
    return deadline_passed(armed);
}
