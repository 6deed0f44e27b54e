// SPDX-License-Identifier: BSD-3-Clause
/*
 * Delays in the image: cores pause by themselves. The boot argument delays=SEED or
 * delays=SEED,SHARE sets both.
 */
#include "arch/memory_map.h"
#include "arch/per_core.h"
#include "arch/sysreg.h"
#include "tests/delay/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TURN_NS       UINT64_C(100)
#define NS_PER_SECOND UINT64_C(1000000000)
#define ARGUMENT      "delays="

/* BL: A64, C6.2.34. */
#define BL_MASK       0xfc000000u
#define BL_CODE       0x94000000u
#define INSTRUCTION   4u

/* The linker's: the points' functions. */
extern uint8_t __start_delay_points[], __stop_delay_points[];

static struct {
    uint64_t ns;
} __attribute__((aligned(64))) paused[DELAY_CORES];

/* Functions of arch/ have points themselves, and would come back here. */
static uint64_t now_ns(void)
{
    return sysreg_read(CNTVCT_EL0) * (NS_PER_SECOND / 1000) / (sysreg_read(CNTFRQ_EL0) / 1000);
}

void delay_arguments(int argc, char **argv, uint64_t *seed, uint32_t *share)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], ARGUMENT, strlen(ARGUMENT)) == 0)
            delay_read(argv[i] + strlen(ARGUMENT), seed, share);
    }
}

const char *delay_again(void)
{
    return "the boot argument delays";
}

uint64_t delay_any_seed(void)
{
    return now_ns();
}

unsigned delay_core(void)
{
    return core_self()->number;
}

size_t delay_place(uintptr_t caller)
{
    return (caller - (uintptr_t)text_start) / INSTRUCTION;
}

void delay_begin(uint64_t seed)
{
    (void)seed;
}

void delay_go_on(void)
{
}

/* A turn is a YIELD, on which tools/twin --turns lets the next core go on, and lasts 100 ns at
 * least: where cores run side by side, YIELD does nothing. */
void delay_pause(uint32_t turns)
{
    uint64_t start = now_ns();

    for (uint32_t turn = 0; turn < turns || now_ns() - start < turns * TURN_NS; turn++)
        __asm__ volatile("yield");
    paused[delay_core()].ns += now_ns() - start;
}

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

void delay_tell_more(void)
{
    uint64_t ns = 0;

    for (unsigned core = 0; core < DELAY_CORES; core++)
        ns += paused[core].ns;
    printf("# delays: the image has %u points; the pauses were %" PRIu64 " ms in all\n",
           count_points(), ns / 1000000);
}
