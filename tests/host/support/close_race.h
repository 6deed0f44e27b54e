// SPDX-License-Identifier: BSD-3-Clause
/*
 * Closes under everybody's hands, on the host: core 0 opens something, lets the other cores begin
 * to use it, and closes it while they go on until they are refused. The close waits where it frees
 * the interrupt, and with it the handle, until all of them are out of the handle's functions: a
 * test's WRAP has irq_free (mk/host.mk).
 */
#ifndef TESTS_HOST_SUPPORT_CLOSE_RACE_H
#define TESTS_HOST_SUPPORT_CLOSE_RACE_H

#include <stdbool.h>

/* Whether closes wait. Nobody else may run. */
void close_race_hold(bool hold);

/* Core 0: what is open is open for this round, counted up from 1; returns when all others have
 * begun. */
void close_race_let_begin(unsigned round);

/* The others: waits until the round is open. */
void close_race_wait(unsigned round);

/* They say that they are in it, and that they were refused and are out. */
void close_race_begun(void);
void close_race_left(void);

#endif
