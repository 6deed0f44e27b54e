// SPDX-License-Identifier: BSD-3-Clause
/*
 * Time since boot, and deadlines: from the A53's generic timer, or from the counter behind that
 * (GTC).
 */
#ifndef ARCH_TIME_H
#define ARCH_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds since the counter started; never goes backwards on one core. Any context. */
uint64_t time_now_ns(void);

/* A point in time in nanoseconds, as time_now_ns() counts. */
typedef uint64_t deadline_t;

/* That far from now; what is more than 292 years is these. Any context. */
deadline_t deadline_after_us(uint64_t microseconds);

static inline bool deadline_passed(deadline_t deadline)
{
    return time_now_ns() >= deadline;
}

#endif
