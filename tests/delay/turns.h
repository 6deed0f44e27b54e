// SPDX-License-Identifier: BSD-3-Clause
/*
 * Threads of a host test one at a time: a turn is a point that some thread passes. A thread goes
 * on until it pauses, or waits for another one, or one whose pause is over is let in.
 */
#ifndef DELAY_TURNS_H
#define DELAY_TURNS_H

#include <stdint.h>

/* The caller is the one thread that there is. */
void turns_begin(uint64_t seed);

/* A number of the running thread, below DELAY_CORES. */
unsigned turns_self(void);

/* The running thread passes a point; it stands still until so many turns have passed. */
void turns_go_on(void);
void turns_pause(uint32_t turns);

/* How often another thread got its turn. */
uint64_t turns_changes(void);

#endif
