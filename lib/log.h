// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages for people: to the console, one line at a time, never interleaved between cores.
 *
 * Thread context only: nothing prints on an interrupt path. The line names the device, the
 * operation and the numbers; no newline at its end.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stddef.h>

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The latest lines are kept, as many as LOG_KEPT bytes hold. Copies the last `lines` of them into
 * text, which has room for LOG_KEPT bytes; returns the length. Thread context. */
#define LOG_KEPT 16384u
size_t log_copy(char *text, unsigned lines);

#endif
