// SPDX-License-Identifier: BSD-3-Clause
/*
 * When to pause, from a seed that is printed; and the count of points passed.
 *
 * Each place that is compiled as a point gets about as many pauses as any other, however often it
 * is passed: of its first passings one in a few (enum delay_kind) pauses, of the later ones share
 * in as many as there were. So a loop that polls does not get them all.
 *
 * Nothing pauses before main().
 */
#include "tests/delay/points.h"

#include "tests/delay/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SHARE_DEFAULT 64u
#define FEW_TURNS     8u
#define SOME_TURNS    100u
#define PLACES        0x40000u /* as many as are told apart */

/* A place that is a point. Cores count at once and without locks: roughly is enough. */
struct site {
    uint32_t passed, paused;
};

struct delay_core {
    uint64_t random;
    uint64_t passed, pauses;
} __attribute__((aligned(64)));

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

static bool enabled;
static uint64_t seed;
static uint32_t share = SHARE_DEFAULT;
static struct delay_core delay_cores[DELAY_CORES];
static struct site sites[PLACES];

/* xorshift64 (G. Marsaglia, "Xorshift RNGs", 2003). */
static uint32_t next_random(struct delay_core *core)
{
    core->random ^= core->random << 13;
    core->random ^= core->random >> 7;
    core->random ^= core->random << 17;
    return (uint32_t)(core->random >> 32);
}

/* Of each sixteen, eight are a few turns of the other cores, six up to a hundred, and two up to
 * thousands, in which another core gets through a whole request or free. */
static void pause_core(struct delay_core *core)
{
    uint32_t kind = next_random(core) % 16, length = next_random(core);

    core->pauses++;
    delay_pause(length % (kind < 8 ? FEW_TURNS : kind < 14 ? SOME_TURNS : DELAY_MANY_TURNS));
}

void delay_pass(uintptr_t caller, enum delay_kind kind)
{
    if (!__atomic_load_n(&enabled, __ATOMIC_RELAXED))
        return;
    struct delay_core *core = &delay_cores[delay_core()];
    struct site *site = &sites[delay_place(caller) % PLACES];
    uint32_t one_in = site->passed / share;

    core->passed++;
    site->passed++;
    if (one_in < (uint32_t)kind)
        one_in = (uint32_t)kind;
    /* next_random() < 2^32 / one_in, without the division. */
    if ((uint64_t)next_random(core) * one_in >> 32 != 0) {
        delay_go_on();
        return;
    }
    site->paused++;
    pause_core(core);
}

void delay_now(void)
{
    pause_core(&delay_cores[delay_core()]);
}

static void report(void)
{
    uint64_t passed = 0, pauses = 0;
    unsigned sites_passed = 0, sites_paused = 0;

    __atomic_store_n(&enabled, false, __ATOMIC_RELAXED);
    for (unsigned core = 0; core < DELAY_CORES; core++) {
        passed += delay_cores[core].passed;
        pauses += delay_cores[core].pauses;
    }
    for (size_t i = 0; i < PLACES; i++) {
        sites_passed += sites[i].passed != 0 ? 1 : 0;
        sites_paused += sites[i].paused != 0 ? 1 : 0;
    }
    printf("# delays: seed 0x%" PRIx64 ",%u: %u points were passed, %" PRIu64
           " times; %u of them paused, %" PRIu64 " times\n",
           seed, (unsigned)share, sites_passed, passed, sites_paused, pauses);
    delay_tell_more();
}

uint64_t delay_seed(void)
{
    return seed;
}

void delay_read(const char *text, uint64_t *its_seed, uint32_t *its_share)
{
    char *end;

    *its_seed = strtoull(text, &end, 0);
    if (*end == ',')
        *its_share = (uint32_t)strtoul(end + 1, NULL, 0);
    if (*its_share == 0)
        *its_share = SHARE_DEFAULT;
}

int __wrap_main(int argc, char **argv)
{
    seed = delay_any_seed();
    delay_arguments(argc, argv, &seed, &share);
    printf("# delays: seed 0x%" PRIx64 ",%u (again with %s=0x%" PRIx64 ",%u)\n", seed,
           (unsigned)share, delay_again(), seed, (unsigned)share);
    for (unsigned core = 0; core < DELAY_CORES; core++)
        delay_cores[core].random = (seed + core + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    delay_begin(seed);
    atexit(report);
    __atomic_store_n(&enabled, true, __ATOMIC_RELEASE);
    return __real_main(argc, argv);
}
