// SPDX-License-Identifier: BSD-3-Clause
/*
 * A lock between cores at EL3, where interrupts are always masked.
 *
 * The cores are threads of QEMU, often more than the host has processors: a core that spins may
 * keep the core that holds the lock from running, and QEMU gives no processor up for YIELD or WFE.
 * So a waiting core tries for a few microseconds and then sleeps in WFI. To be woken it borrows its
 * timer (CNTPS) from machine.c, whose tick could do nothing without the lock anyway. For the same
 * reason this is not a ticket lock: a core that sleeps would hold up all that came after it.
 */
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define SPINS               200u
#define PAUSE_TICKS_FIRST   1000u /* 16 us */
#define PAUSE_TICKS_LAST    8000u
#define TIMER_ENABLE        1u

/* Only the timer gets past that: another interrupt, of the twin's or the guest's, would end the WFI
 * at once as long as it is pending. */
#define PRIORITY_MASK_PAUSE (PRIORITY_TIMER + 0x20u)

static bool try_take(struct lock *lock)
{
    return __atomic_load_n(&lock->taken, __ATOMIC_RELAXED) == 0 &&
           __atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE) == 0;
}

static void pause(uint64_t ticks)
{
    uint64_t mask = read_sysreg(ICC_PMR_EL1);
    uint64_t deadline = read_sysreg(cntps_cval_el1), control = read_sysreg(cntps_ctl_el1);

    write_sysreg(ICC_PMR_EL1, PRIORITY_MASK_PAUSE);
    write_sysreg(cntps_tval_el1, ticks);
    write_sysreg(cntps_ctl_el1, TIMER_ENABLE);
    synchronise_context();
    wait_for_interrupt();
    write_sysreg(cntps_cval_el1, deadline);
    write_sysreg(cntps_ctl_el1, control);
    write_sysreg(ICC_PMR_EL1, mask);
    synchronise_context();
}

void lock_take(struct lock *lock)
{
    uint64_t ticks = PAUSE_TICKS_FIRST;

    for (;;) {
        for (unsigned i = 0; i < SPINS; i++)
            if (try_take(lock))
                return;
        pause(ticks);
        if (ticks < PAUSE_TICKS_LAST)
            ticks *= 2;
    }
}

void lock_release(struct lock *lock)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}
