// SPDX-License-Identifier: BSD-3-Clause
/*
 * The part of C11's <string.h> that the twin uses; the monitor has it in string.S. The twin is
 * freestanding: it is built without a C library.
 */
#ifndef TWIN_MONITOR_INCLUDE_STRING_H
#define TWIN_MONITOR_INCLUDE_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
