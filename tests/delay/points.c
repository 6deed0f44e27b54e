// SPDX-License-Identifier: BSD-3-Clause
/*
 * When and how long to pause, from a seed that is printed; and the count of points passed.
 *
 * Each place that is compiled as a point gets about as many pauses as any other, however often it
 * is passed: of its first passings one in a few (enum delay_kind) pauses, of the later ones share
 * in as many as there were. So a loop that polls does not get them all.
 *
 * The boot argument delays=SEED or delays=SEED,SHARE sets both. Nothing pauses before main().
 */
#include "tests/delay/points.h"

#include "arch/memory_map.h"
#include "arch/per_core.h"
#include "arch/sysreg.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_DEFAULT 64u
#define FEW_TURNS     8u
#define SOME_TURNS    100u
#define MANY_TURNS    4000u
#define TURN_NS       UINT64_C(100)
#define NS_PER_SECOND UINT64_C(1000000000)
#define TEXT_MAX      0x100000u /* of the image, as far as places are told apart */
#define ARGUMENT      "delays="

/* BL: A64, C6.2.34. */
#define BL_MASK       0xfc000000u
#define BL_CODE       0x94000000u
#define INSTRUCTION   4u

/* A place that is a point. Cores count at once and without locks: roughly is enough. */
struct site {
    uint32_t passed, paused;
};

struct delay_core {
    uint64_t random;
    uint64_t passed, pauses, paused_ns;
} __attribute__((aligned(64)));

/* The linker's: the points' functions. */
extern uint8_t __start_delay_points[], __stop_delay_points[];

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

static bool enabled;
static uint64_t seed;
static uint32_t share = SHARE_DEFAULT;
static struct delay_core delay_cores[CORE_MAX];
static struct site sites[TEXT_MAX / INSTRUCTION]; /* by the return address */

/* xorshift64 (G. Marsaglia, "Xorshift RNGs", 2003). */
static uint32_t next_random(struct delay_core *core)
{
    core->random ^= core->random << 13;
    core->random ^= core->random >> 7;
    core->random ^= core->random << 17;
    return (uint32_t)(core->random >> 32);
}

/* Functions of arch/ have points themselves, and would come back here. */
static uint64_t now_ns(void)
{
    return sysreg_read(CNTVCT_EL0) * (NS_PER_SECOND / 1000) / (sysreg_read(CNTFRQ_EL0) / 1000);
}

/* Of each sixteen, eight are a few turns of the other cores, six up to a hundred, and two up to
 * thousands, in which another core gets through a whole request or free. A turn is a YIELD, on
 * which tools/twin --turns lets the next core go on, and lasts 100 ns at least: where cores run
 * side by side, YIELD does nothing. */
static void pause_core(struct delay_core *core)
{
    uint32_t kind = next_random(core) % 16, length = next_random(core);
    uint32_t turns = length % (kind < 8 ? FEW_TURNS : kind < 14 ? SOME_TURNS : MANY_TURNS);
    uint64_t start = now_ns();

    for (uint32_t turn = 0; turn < turns || now_ns() - start < turns * TURN_NS; turn++)
        __asm__ volatile("yield");
    core->pauses++;
    core->paused_ns += now_ns() - start;
}

void delay_pass(uintptr_t caller, enum delay_kind kind)
{
    if (!__atomic_load_n(&enabled, __ATOMIC_RELAXED))
        return;
    struct delay_core *core = &delay_cores[core_self()->number];
    struct site *site = &sites[(caller - (uintptr_t)text_start) % TEXT_MAX / INSTRUCTION];
    uint32_t one_in = site->passed / share;

    core->passed++;
    site->passed++;
    if (one_in < (uint32_t)kind)
        one_in = (uint32_t)kind;
    /* next_random() < 2^32 / one_in, without the division. */
    if ((uint64_t)next_random(core) * one_in >> 32 != 0)
        return;
    site->paused++;
    pause_core(core);
}

/* ---- the report ---- */

/* Calls of points in the image. */
static unsigned count_points(void)
{
    unsigned count = 0;

    for (const uint32_t *at = (const uint32_t *)text_start; at < (const uint32_t *)text_end; at++) {
        int64_t offset = (int64_t)((uint64_t)*at << 38) >> 36;
        uintptr_t target = (uintptr_t)at + (uintptr_t)offset;

        if ((*at & BL_MASK) == BL_CODE && target >= (uintptr_t)__start_delay_points &&
            target < (uintptr_t)__stop_delay_points)
            count++;
    }
    return count;
}

static void report(void)
{
    uint64_t passed = 0, pauses = 0, ns = 0;
    unsigned sites_passed = 0, sites_paused = 0;

    __atomic_store_n(&enabled, false, __ATOMIC_RELAXED);
    for (unsigned core = 0; core < CORE_MAX; core++) {
        passed += delay_cores[core].passed;
        pauses += delay_cores[core].pauses;
        ns += delay_cores[core].paused_ns;
    }
    for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        sites_passed += sites[i].passed != 0 ? 1 : 0;
        sites_paused += sites[i].paused != 0 ? 1 : 0;
    }
    printf("# delays: seed 0x%" PRIx64 ",%u: of %u points %u were passed, %" PRIu64
           " times; %u of them paused, %" PRIu64 " times, %" PRIu64 " ms in all\n",
           seed, (unsigned)share, count_points(), sites_passed, passed, sites_paused, pauses,
           ns / 1000000);
}

/* ---- the beginning ---- */

static void read_arguments(int argc, char **argv)
{
    char *end;

    seed = now_ns();
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], ARGUMENT, strlen(ARGUMENT)) != 0)
            continue;
        seed = strtoull(argv[i] + strlen(ARGUMENT), &end, 0);
        if (*end == ',')
            share = (uint32_t)strtoul(end + 1, NULL, 0);
        if (share == 0)
            share = SHARE_DEFAULT;
    }
}

int __wrap_main(int argc, char **argv)
{
    read_arguments(argc, argv);
    printf("# delays: seed 0x%" PRIx64 ",%u (again with the boot argument delays=0x%" PRIx64
           ",%u)\n",
           seed, (unsigned)share, seed, (unsigned)share);
    for (unsigned core = 0; core < CORE_MAX; core++)
        delay_cores[core].random = (seed + core + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    atexit(report);
    __atomic_store_n(&enabled, true, __ATOMIC_RELEASE);
    return __real_main(argc, argv);
}
