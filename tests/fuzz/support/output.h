// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where printf() of the fuzzed code goes: newlib hands it to console_write() (lib/newlib.c).
 */
#ifndef TESTS_FUZZ_SUPPORT_OUTPUT_H
#define TESTS_FUZZ_SUPPORT_OUTPUT_H

#include <stddef.h>

/* From now on write() gets what is written to stdout. What an earlier execution left is dropped. */
void fuzz_catch_output(void (*write)(const char *text, size_t length));

#endif
