// SPDX-License-Identifier: BSD-3-Clause
/*
 * What tests/delay/points.c needs of the machine: tests/delay/target.c for the image,
 * tests/delay/host.c for the host tests.
 */
#ifndef DELAY_MACHINE_H
#define DELAY_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DELAY_CORES 8u

/* The longest pause: another core gets through a whole request or free. On the host a turn is only
 * a basic block. */
#if defined(HOST_TEST)
#define DELAY_MANY_TURNS 30000u
#else
#define DELAY_MANY_TURNS 4000u
#endif

/* The seed and the share as they were asked for; where they were not, they are left as they are.
 * "again": what has to be said to get the same ones once more. */
void delay_arguments(int argc, char **argv, uint64_t *seed, uint32_t *share);
const char *delay_again(void);

/* A seed for who gives none, the running core, and a place as a small number. */
uint64_t delay_any_seed(void);
unsigned delay_core(void);
size_t delay_place(uintptr_t caller);

/* Before the first pause; after the last one, for the report. */
void delay_begin(uint64_t seed);
void delay_tell_more(void);

/* A point is passed that does not pause; and a pause of so many turns of the other cores. */
void delay_go_on(void);
void delay_pause(uint32_t turns);

/* tests/delay/points.c: sets text's seed and share, "SEED" or "SEED,SHARE". */
void delay_read(const char *text, uint64_t *seed, uint32_t *share);

#endif
