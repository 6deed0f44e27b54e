// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the demonstration copies.
 */
#ifndef APP_DEMO_FILE_H
#define APP_DEMO_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Where it is in memory, and what people call it; a length of 0: there is none, and why. Thread
 * context. */
const char *demo_find_file(uintptr_t *start, size_t *length);

#endif
