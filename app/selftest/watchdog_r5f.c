// SPDX-License-Identifier: BSD-3-Clause
/*
 * The watchdog where no timer of the core's own is there to bite. What hangs, who runs the test
 * ends (tools/twin --timeout); one that has ended late is told, and has not failed: it may only
 * have had little of a busy machine, and what it waits for has deadlines of its own.
 */
#include "app/selftest/watchdog.h"

#include "arch/time.h"

#include <inttypes.h>
#include <stdio.h>

#define NS_PER_SECOND UINT64_C(1000000000)

static const char *watched;
static uint64_t start_ns;
static uint32_t seconds_allowed;

void watchdog_start(const char *name, uint32_t seconds)
{
    watched = name;
    seconds_allowed = seconds;
    start_ns = time_now_ns();
}

bool watchdog_is_free(void)
{
    return true;
}

void watchdog_stop(void)
{
    const uint64_t seconds = (time_now_ns() - start_ns) / NS_PER_SECOND;

    if (seconds >= seconds_allowed)
        printf("# %s took %" PRIu64 " s, more than %" PRIu32 "\n", watched, seconds,
               seconds_allowed);
}
