// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for what handlers count, and a handler that counts.
 */
#ifndef TESTS_TARGET_COUNTING_H
#define TESTS_TARGET_COUNTING_H

#include <stdint.h>

/* Waits until *count, which a handler adds to before it calls wait_notify(), is `least` or more.
 * 0 or -ETIMEDOUT. Thread context. */
int wait_for_count(const uint64_t *count, uint64_t least, uint64_t timeout_us);

/* The same, for what takes long: it is given up only if *count does not grow for pause_us, however
 * slow the machine is. */
int wait_while_it_grows(const uint64_t *count, uint64_t least, uint64_t pause_us);

/* A channel's callback, whose context is such a count: of copies that have succeeded. */
void count_copy(void *context, void *cookie, int status);

#endif
