// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the measurements share: a figure is a step that is done in rounds, each of them between two
 * readings of the core's counters (PMU, Arm ARM DDI 0487, D13) and between two marks.
 *
 * The marks are hints that no core knows and every core does nothing for (C6.2, HINT: a reserved
 * encoding is a NOP). Where there is somebody who
 * sees them, he can tell more than a PMU: what the other cores do meanwhile, accesses to devices,
 * and each function's part (docs/performance.md).
 */
#ifndef APP_BENCH_BENCH_H
#define APP_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_ROUNDS_MAX   1000u
#define BENCH_ARRIVAL_US   1000000u /* the most for an interrupt to come */

/* What counts knows them. Up to four figures can be measured in turns. */
#define BENCH_MARK(hint)   __asm__ volatile("hint #%0" : : "i"(hint) : "memory")
#define BENCH_BEGIN(place) BENCH_MARK(0x70 + (place))
#define BENCH_END()        BENCH_MARK(0x7f)

/* Of this core. The numbers wrap, and are good for differences. */
struct bench_reading {
    uint32_t instructions; /* at EL1 */
    uint64_t cycles;
};

/* A figure's rounds, in instructions and cycles. */
struct bench_figure {
    uint32_t rounds; /* so many were done */
    uint32_t count;  /* and so many of them counted: nothing else came in between */
    struct bench_reading before, in_handler;
    uint64_t enter[BENCH_ROUNDS_MAX], leave[BENCH_ROUNDS_MAX], cycles[BENCH_ROUNDS_MAX];
};

/* Any context, its own core. */
struct bench_reading bench_read(void);

/* Makes the core count. False: it does not count instructions (PMCEID0_EL0), only cycles. */
bool bench_counters_start(void);
void bench_counters_stop(void);

/* How many interrupts' handlers have been called, of all that are requested, and how many cores
 * have taken that had none. Thread context. */
uint64_t bench_calls(void);

/* A round of a figure that has no handler. */
#define BENCH_STEP(figure, place, step)                                                            \
    do {                                                                                           \
        (figure)->before = bench_read();                                                           \
        BENCH_BEGIN(place);                                                                        \
        step;                                                                                      \
        BENCH_END();                                                                               \
        bench_take(figure);                                                                        \
    } while (0)

/* Ends such a round. */
void bench_take(struct bench_figure *figure);

/* Prints the figures' rounds, and forgets them. part: each round was so many times the same. */
void bench_print(const char *name, struct bench_figure *figure, unsigned part);
void bench_print_interrupt(const char *name, struct bench_figure *figure);
void bench_print_error(const char *name, int error);

/* What is measured: each prints its figures. `figures`: four to work with, empty. 0, or the first
 * error, which is printed. Thread context, core 0. */
int bench_interrupts(uint32_t rounds, struct bench_figure *figures);
int bench_copies(uint32_t rounds, struct bench_figure *figures);
int bench_firmware(uint32_t rounds, struct bench_figure *figures);
int bench_requests(uint32_t rounds, struct bench_figure *figures);
int bench_messages(uint32_t rounds, struct bench_figure *figures);
int bench_channels(uint32_t rounds, struct bench_figure *figures);
int bench_binds(uint32_t rounds, struct bench_figure *figures);
int bench_packets(uint32_t rounds, struct bench_figure *figures);
int bench_frames(uint32_t rounds, struct bench_figure *figures);
int bench_drives(uint32_t rounds, struct bench_figure *figures);

#endif
