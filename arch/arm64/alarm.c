// SPDX-License-Identifier: BSD-3-Clause
/*
 * The EL1 physical timer (Arm ARM DDI 0487, D11.2).
 */
#include "arch/alarm.h"
#include "arch/alarm_state.h"

#include "arch/barrier.h"
#include "arch/sysreg.h"

#define US_PER_SECOND   UINT64_C(1000000)
#define NS_PER_SECOND   UINT64_C(1000000000)
#define CNTP_CTL_ENABLE 1
#define CNTP_CTL_OFF    2 /* IMASK, and not ENABLE */

void alarm_set_us(uint32_t microseconds)
{
    uint64_t ticks = microseconds * sysreg_read(CNTFRQ_EL0) / US_PER_SECOND;

    barrier_context(); /* the counter may be read ahead of earlier instructions otherwise */
    sysreg_write(CNTP_CVAL_EL0, sysreg_read(CNTPCT_EL0) + ticks);
    sysreg_write(CNTP_CTL_EL0, CNTP_CTL_ENABLE);
    barrier_context(); /* an alarm that was due is not before this returns */
}

void alarm_off(void)
{
    sysreg_write(CNTP_CTL_EL0, CNTP_CTL_OFF);
    barrier_context(); /* the interrupt is gone when this returns */
}

void alarm_note(struct alarm *alarm)
{
    *alarm = (struct alarm){sysreg_read(CNTP_CTL_EL0), sysreg_read(CNTP_CVAL_EL0)};
}

void alarm_restore(const struct alarm *alarm)
{
    sysreg_write(CNTP_CVAL_EL0, alarm->at);
    sysreg_write(CNTP_CTL_EL0, alarm->control);
    barrier_context(); /* an alarm that is due is pending when this returns */
}

/* The product overflows for an alarm that is late by minutes. */
uint64_t alarm_late_ns(void)
{
    barrier_context(); /* as above */
    return (sysreg_read(CNTPCT_EL0) - sysreg_read(CNTP_CVAL_EL0)) * NS_PER_SECOND /
           sysreg_read(CNTFRQ_EL0);
}
