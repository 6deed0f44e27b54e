// SPDX-License-Identifier: BSD-3-Clause
/*
 * A storm is an interrupt whose handler is called again and again: the device is broken, or the
 * handler does not clear the cause. Counting finds it: a call costs one increment, and the clock is
 * read once in IRQ_STORM_COUNT calls.
 */
#include "msi/storm.h"

#include "arch/time.h"
#include "msi/limits.h"

#define NS_PER_US 1000u

static uint32_t limit_count = IRQ_STORM_COUNT, limit_window_us = IRQ_STORM_WINDOW_US;
static uint64_t storms;

void irq_set_storm_limit(uint32_t count, uint32_t window_us)
{
    __atomic_store_n(&limit_window_us, window_us, __ATOMIC_RELAXED);
    __atomic_store_n(&limit_count, count, __ATOMIC_RELAXED);
}

struct irq_storm_window irq_storm_window_now(void)
{
    return (struct irq_storm_window){.start = time_now_ns()};
}

bool irq_storm_count_call(struct irq_storm_window *window)
{
    uint32_t limit = __atomic_load_n(&limit_count, __ATOMIC_RELAXED);

    if (++window->calls < limit || limit == 0)
        return false;

    uint64_t now = time_now_ns();
    uint64_t length = (uint64_t)__atomic_load_n(&limit_window_us, __ATOMIC_RELAXED) * NS_PER_US;
    bool storm = now - window->start < length;

    *window = (struct irq_storm_window){.start = now};
    if (storm)
        __atomic_add_fetch(&storms, 1, __ATOMIC_RELAXED);
    return storm;
}

uint64_t irq_storm_count(void)
{
    return __atomic_load_n(&storms, __ATOMIC_RELAXED);
}
