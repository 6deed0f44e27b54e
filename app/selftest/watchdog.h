// SPDX-License-Identifier: BSD-3-Clause
/*
 * A deadline for the running test: when it passes, the firmware panics, which prints where the
 * core was and powers off with a failing status. On an R5F a test that has ended late is told.
 */
#ifndef APP_SELFTEST_WATCHDOG_H
#define APP_SELFTEST_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the watchdog on the calling core. name must live until watchdog_stop(), which the same
 * core calls. A test that hangs with IRQs masked is left to the deadline of whoever runs the
 * self-test. */
void watchdog_start(const char *name, uint32_t seconds);
void watchdog_stop(void);

/* Whether the timer that it wants is nobody's on the calling core. Thread context. */
bool watchdog_is_free(void);

#endif
