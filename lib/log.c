// SPDX-License-Identifier: BSD-3-Clause
/*
 * Log lines: formatted on the caller's stack, written in one piece.
 */
#include "lib/log.h"

#include "lib/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 512
#define CUT_MARK  " [cut]"

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
