// SPDX-License-Identifier: BSD-3-Clause
/*
 * stdout as a stream of the C library's that calls a function (fopencookie(3)).
 */
#include "tests/fuzz/support/output.h"

#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/types.h>

static void (*current)(const char *text, size_t length);

static ssize_t hand_over(void *cookie, const char *text, size_t size)
{
    (void)cookie;
    current(text, size);
    return (ssize_t)size;
}

void fuzz_catch_output(void (*write)(const char *text, size_t length))
{
    static FILE *stream;

    if (stream == NULL) {
        stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = hand_over});
        if (stream == NULL)
            abort();
        stdout = stream;
    }
    __fpurge(stream);
    current = write;
}
