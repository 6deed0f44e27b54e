// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages, panic and caches on the host. Messages are only shown with HOST_LOG in the
 * environment: tests provoke errors all the time.
 */
#include "arch/cache.h"
#include "arch/exception.h"
#include "lib/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void print(const char *kind, const char *format, va_list arguments)
{
    pthread_mutex_lock(&log_lock);
    fprintf(stderr, "%s", kind);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    pthread_mutex_unlock(&log_lock);
}

void log_write(const struct log_subject *subject, enum log_level level, const char *format, ...)
{
    va_list arguments;
    char kind[64];

    if (getenv("HOST_LOG") == NULL)
        return;
    snprintf(kind, sizeof(kind), "%s: %s", subject->name, level == LOG_ERROR ? "error: " : "");
    va_start(arguments, format);
    print(kind, format, arguments);
    va_end(arguments);
}

noreturn void panic(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print("panic: ", format, arguments);
    va_end(arguments);
    abort();
}

/* The models see memory as the cores do. */
void dcache_clean_invalidate(const void *start, size_t size)
{
    (void)start;
    (void)size;
}

void dcache_invalidate(void *start, size_t size)
{
    (void)start;
    (void)size;
}
