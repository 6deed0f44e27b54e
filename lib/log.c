// SPDX-License-Identifier: BSD-3-Clause
/*
 * Log lines: formatted on the caller's stack, written in one piece, and kept in a ring.
 */
#include "lib/log.h"

#include "arch/spinlock.h"
#include "lib/console.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 512
#define CUT_MARK  " [cut]"

static struct spinlock ring_lock = SPINLOCK_INIT;
static char ring[LOG_KEPT];
static size_t ring_used; /* bytes ever written: the next goes to ring_used % LOG_KEPT */

static void keep_line(const char *line, size_t length)
{
    unsigned long state = spin_lock(&ring_lock);

    for (size_t i = 0; i < length; i++)
        ring[ring_used++ % LOG_KEPT] = line[i];
    spin_unlock(&ring_lock, state);
}

/* Where the last `lines` lines of text begin. The first line may have lost its beginning to the
 * ring's turn: then it does not count. */
static size_t tail_start(const char *text, size_t length, bool cut, unsigned lines)
{
    size_t start = length, line = length;

    for (; lines > 0 && line > 0; lines--) {
        line--; /* its line feed */
        while (line > 0 && text[line - 1] != '\n')
            line--;
        if (line != 0 || !cut)
            start = line;
    }
    return start;
}

size_t log_copy(char *text, unsigned lines)
{
    unsigned long state = spin_lock(&ring_lock);
    size_t length = ring_used < LOG_KEPT ? ring_used : LOG_KEPT;
    size_t first = ring_used - length;

    for (size_t i = 0; i < length; i++)
        text[i] = ring[(first + i) % LOG_KEPT];
    spin_unlock(&ring_lock, state);

    size_t start = tail_start(text, length, first != 0, lines);
    memmove(text, text + start, length - start);
    return length - start;
}

static void write_line(const char *prefix, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void write_line(const char *prefix, const char *format, va_list arguments)
{
    char line[LINE_SIZE];
    size_t start = strlen(prefix), room = sizeof(line) - start - sizeof("\n") + 1, length;
    int wanted;

    memcpy(line, prefix, start);
    wanted = vsnprintf(line + start, room, format, arguments);
    length = wanted < 0 ? 0 : (size_t)wanted;
    if (length >= room) {
        length = room - 1;
        memcpy(line + start + length - strlen(CUT_MARK), CUT_MARK, strlen(CUT_MARK));
    }
    line[start + length] = '\n';
    keep_line(line, start + length + 1);
    console_write(line, start + length + 1);
}

void log_info(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("error: ", format, arguments);
    va_end(arguments);
}
