// SPDX-License-Identifier: BSD-3-Clause
/*
 * Counts what code does: for tests that hold how it grows, whatever the machine's speed. A source
 * that is compiled with -fsanitize-coverage=trace-pc adds one for each block of code that it runs.
 */
#ifndef TESTS_HOST_SUPPORT_COST_H
#define TESTS_HOST_SUPPORT_COST_H

#include <stdint.h>

/* Everything since the last cost_start(). One thread. */
void cost_start(void);
void cost_add(uint64_t amount);
uint64_t cost_so_far(void);

#endif
