// SPDX-License-Identifier: BSD-3-Clause
/*
 * The cores' alarms (arch/alarm.h) by the virtual clock, as PPIs of the GIC in memory.
 */
#include "arch/alarm.h"
#include "arch/core.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

static uint64_t due[CORE_MAX]; /* UINT64_MAX: it is off, or interrupts */

static uint64_t next(void)
{
    uint64_t first = UINT64_MAX;

    for (unsigned core = 0; core < CORE_MAX; core++)
        if (due[core] < first)
            first = due[core];
    return first;
}

static void raise_due(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++) {
        if (due[core] > host_now_ns())
            continue;
        due[core] = UINT64_MAX;
        gic_host_ppi(core, ALARM_INTID, true);
        host_wake_all();
    }
}

static void set(unsigned core, uint64_t at, bool first)
{
    for (unsigned i = 0; i < CORE_MAX && first; i++)
        due[i] = UINT64_MAX;
    due[core] = at;
    gic_host_ppi(core, ALARM_INTID, false);
}

static const struct host_alarms alarms = {.next = next, .raise = raise_due, .set = set};

void alarm_set_us(uint32_t microseconds)
{
    host_change_alarms(&alarms, core_id(), host_now_ns() + microseconds * UINT64_C(1000));
}

void alarm_off(void)
{
    host_change_alarms(&alarms, core_id(), UINT64_MAX);
}
