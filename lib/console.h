// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console: what people read and type, over whatever device the platform attaches.
 *
 * Thread context. Before a device is attached, output is dropped.
 */
#ifndef LIB_CONSOLE_H
#define LIB_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A device that can be the console. All in thread context, each one caller at a time; errors are
 * negative errno values. */
struct console_device {
    int (*write)(const char *text, size_t length);
    int (*getc)(uint64_t timeout_us); /* a byte, or -ETIMEDOUT */
    int (*flush)(void);               /* waits until all has left */
    /* Drops what has been received up to the last such byte; whether there was one. */
    bool (*discard_through)(unsigned char byte);
};

/* Makes a device the console; it must live on. Boot core, before anybody writes. */
void console_attach(const struct console_device *device);

/* The device that is the console; NULL: none yet. Thread context. */
const struct console_device *console_attached(void);

/* Makes another device the console. Once this returns nobody writes to the one before any more,
 * which was not NULL. Thread context; the one who reads the console. */
void console_replace(const struct console_device *device);

/* Writes text in one piece: other cores' output comes before or after. A line feed becomes
 * carriage return and line feed. */
void console_write(const char *text, size_t length);

/* The next byte typed, 0-255; meanwhile the core's deferred work runs (arch/idle.h). One caller at
 * a time. -ETIMEDOUT: none within timeout_us; -ENODEV: no device is attached. */
int console_getc(uint64_t timeout_us);

/* Whether Ctrl-C has been typed since the last read; what was typed up to it is dropped. Long work
 * asks now and then whether it should end. One caller at a time. */
bool console_interrupted(void);

/* Waits until all has left the device. */
void console_flush(void);

#endif
