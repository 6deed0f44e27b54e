// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the console shows, as text in memory: what Linux's remoteproc shows as a core's trace, and a
 * debugger finds when there is no UART.
 *
 * The text is zero-terminated at all times, so somebody else may read it while it grows. When it is
 * full, its older half goes, at a line's end, and it begins with LOG_BUFFER_CUT. Carriage returns
 * and zeros are left out.
 */
#ifndef LIB_LOG_BUFFER_H
#define LIB_LOG_BUFFER_H

#include <stddef.h>

#define LOG_BUFFER_CUT   "[cut]\n"
#define LOG_BUFFER_LEAST 64u

/* The memory that the text is in from now on, of `size` bytes, LOG_BUFFER_LEAST or more; it is
 * empty at first. Who reads it on another core must see it: not cached. Boot core, once. */
void log_buffer_init(char *memory, size_t size);

/* Appends text; before log_buffer_init() it is dropped. One caller at a time; the last report of a
 * panic may interrupt it. At most `length` and the buffer's size of bytes are moved. */
void log_buffer_write(const char *text, size_t length);

#endif
