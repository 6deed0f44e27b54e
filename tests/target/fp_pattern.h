// SPDX-License-Identifier: BSD-3-Clause
/*
 * Floating point registers with a pattern in them, for what must find them as it has left them.
 */
#ifndef TESTS_TARGET_FP_PATTERN_H
#define TESTS_TARGET_FP_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

/* Sets two of those that a handler finds in use, and the status, of which five bits are the
 * value's; and whether they are so. Nobody else of the thread, or the handler, uses them in
 * between. Any context. */
void fp_set(uint64_t value);
bool fp_is(uint64_t value);

#endif
