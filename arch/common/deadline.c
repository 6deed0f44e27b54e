// SPDX-License-Identifier: BSD-3-Clause
/*
 * Deadlines (arch/time.h).
 */
#include "arch/time.h"

/* 292 years: with the time since boot, and in ticks of up to 1 GHz, it fits 64 bits. */
#define LONGEST_US ((uint64_t)INT64_MAX / 1000u)

deadline_t deadline_after_us(uint64_t microseconds)
{
    return time_now_ns() + (microseconds < LONGEST_US ? microseconds : LONGEST_US) * 1000u;
}
