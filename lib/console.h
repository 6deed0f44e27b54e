// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console: what people read and type, over the UART.
 *
 * Thread context. Output goes straight to the UART; where the UART is not up yet, it is dropped.
 */
#ifndef LIB_CONSOLE_H
#define LIB_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

/* Writes text in one piece: other cores' output comes before or after. A line feed becomes
 * carriage return and line feed. */
void console_write(const char *text, size_t length);

/* The next byte typed, or -ETIMEDOUT after timeout_us. One caller at a time. */
int console_getc(uint64_t timeout_us);

/* Waits until all has left the UART. */
void console_flush(void);

#endif
