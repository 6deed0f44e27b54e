// SPDX-License-Identifier: BSD-3-Clause
/*
 * Log lines where lib/log.c has no part in what is fuzzed: formatted, for the sanitizers to see,
 * and dropped. With FUZZ_LOG in the environment they are shown.
 */
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void log_write(const struct log_subject *subject, enum log_level level, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (getenv("FUZZ_LOG") != NULL)
        fprintf(stderr, "%s: %s: %s\n", subject->name, log_level_name(level), text);
}

const char *log_level_name(enum log_level level)
{
    return level == LOG_ERROR ? "error" : "message";
}
