// SPDX-License-Identifier: BSD-3-Clause
/*
 * The generic timer: virtual counter and virtual timer (Arm ARM DDI 0487, D11.1 and D11.2).
 */
#include "arch/time.h"

#include "arch/barrier.h"
#include "arch/sysreg.h"
#include "arch/timer.h"

#define NS_PER_SECOND   UINT64_C(1000000000)
#define CNTV_CTL_ENABLE 1
#define CNTV_CTL_OFF    2 /* IMASK, and not ENABLE */
#define CNTV_CTL_MET    4 /* ISTATUS */

/* Whole seconds and the rest are converted apart, so that no product overflows 64 bits. */
static uint64_t scale(uint64_t value, uint64_t from, uint64_t to)
{
    return value / from * to + value % from * to / from;
}

uint64_t time_now_ns(void)
{
    barrier_context(); /* the counter may be read ahead of earlier instructions otherwise */
    return scale(sysreg_read(CNTVCT_EL0), sysreg_read(CNTFRQ_EL0), NS_PER_SECOND);
}

void timer_arm(deadline_t deadline)
{
    /* One tick more, because of rounding: when the alarm comes, the deadline has passed. */
    sysreg_write(CNTV_CVAL_EL0, scale(deadline, NS_PER_SECOND, sysreg_read(CNTFRQ_EL0)) + 1);
    sysreg_write(CNTV_CTL_EL0, CNTV_CTL_ENABLE);
    barrier_context(); /* armed before the WFI that follows */
}

bool timer_cancel(void)
{
    bool passed = (sysreg_read(CNTV_CTL_EL0) & CNTV_CTL_MET) != 0;

    sysreg_write(CNTV_CTL_EL0, CNTV_CTL_OFF);
    barrier_context(); /* the interrupt is gone before IRQs are unmasked */
    return passed;
}
