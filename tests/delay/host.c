// SPDX-License-Identifier: BSD-3-Clause
/*
 * Delays in host tests. The environment variable DELAYS=SEED or DELAYS=SEED,SHARE sets both.
 */
#include "tests/delay/machine.h"
#include "tests/delay/points.h"
#include "tests/delay/turns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CALL_SIZE 4u /* of a call at least */

/* The linker's: where the program begins. */
extern uint8_t __executable_start[];

/* Called at the begin of each basic block (-fsanitize-coverage=trace-pc). */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    DELAY_PASS(DELAY_ACCESS);
}

/* tests/delay/around_atomics.h */
void delay_at_atomic(void);
void delay_at_atomic(void)
{
    DELAY_PASS(DELAY_ATOMIC);
}

void delay_arguments(int argc, char **argv, uint64_t *seed, uint32_t *share)
{
    const char *text = getenv("DELAYS");

    (void)argc;
    (void)argv;
    if (text != NULL)
        delay_read(text, seed, share);
}

const char *delay_again(void)
{
    return "DELAYS";
}

uint64_t delay_any_seed(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec;
}

unsigned delay_core(void)
{
    return turns_self();
}

size_t delay_place(uintptr_t caller)
{
    return (caller - (uintptr_t)__executable_start) / CALL_SIZE;
}

void delay_begin(uint64_t seed)
{
    turns_begin(seed);
}

void delay_go_on(void)
{
    turns_go_on();
}

void delay_pause(uint32_t turns)
{
    turns_pause(turns);
}

void delay_tell_more(void)
{
    printf("# delays: the threads changed %" PRIu64 " times\n", turns_changes());
}
