// SPDX-License-Identifier: BSD-3-Clause
/*
 * The watchdog on the EL1 physical timer, PPI INTID 30 (Arm DDI 0487, D11.2; Server Base System
 * Architecture, table "PPI allocations"): the virtual timer belongs to arch/wait.h.
 */
#include "app/selftest/watchdog.h"

#include "arch/barrier.h"
#include "arch/exception.h"
#include "msi/local.h"

#include <stddef.h>

#define PHYSICAL_TIMER_INTID 30u
#define CNTP_CTL_ENABLE      1u

static const char *watched;

static void stop_timer(void)
{
    __asm__ volatile("msr cntp_ctl_el0, xzr");
    barrier_context(); /* the line is low before the interrupt is looked at again */
}

static void start_timer(uint32_t seconds)
{
    uint64_t frequency, now;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    __asm__ volatile("mrs %0, cntpct_el0" : "=r"(now));
    __asm__ volatile("msr cntp_cval_el0, %0" : : "r"(now + seconds * frequency));
    __asm__ volatile("msr cntp_ctl_el0, %0" : : "r"((uint64_t)CNTP_CTL_ENABLE));
    barrier_context();
}

static enum irq_return bite(void *context)
{
    (void)context;
    stop_timer();
    panic("Bail out! self-test %s did not end within its deadline", watched);
    return IRQ_HANDLED;
}

void watchdog_start(const char *name, uint32_t seconds)
{
    watched = name;
    if (irq_ppi_request(PHYSICAL_TIMER_INTID, bite, NULL) != 0)
        panic("Bail out! self-test: the watchdog's timer interrupt is taken");
    start_timer(seconds);
}

bool watchdog_is_free(void)
{
    return irq_ppi_request(PHYSICAL_TIMER_INTID, bite, NULL) == 0 &&
           irq_ppi_free(PHYSICAL_TIMER_INTID) == 0;
}

void watchdog_stop(void)
{
    stop_timer();
    irq_ppi_free(PHYSICAL_TIMER_INTID);
}
