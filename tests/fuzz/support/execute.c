// SPDX-License-Identifier: BSD-3-Clause
/*
 * One execution: the input, and the ways in which it ends.
 */
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* libFuzzer's and the sanitizers' names. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

static const uint8_t *input;
static size_t left;
static jmp_buf end;

/* A small quarantine stays in the processor's caches. Leaks: every execution ends by freeing all.
 */
const char *__asan_default_options(void)
{
    return "detect_leaks=0:quarantine_size_mb=4:malloc_context_size=6:abort_on_error=0";
}

const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_memory_reset();
    input = data;
    left = size;
    if (setjmp(end) == 0)
        fuzz_one();
    return 0;
}

uint64_t fuzz_take(unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes && left != 0; i++) {
        value |= (uint64_t)*input++ << (8 * i);
        left--;
    }
    return value;
}

unsigned fuzz_below(unsigned limit)
{
    return (unsigned)fuzz_take(limit > 0x100 ? 2 : 1) % limit;
}

size_t fuzz_left(void)
{
    return left;
}

const uint8_t *fuzz_take_rest(size_t *size)
{
    *size = left;
    left = 0;
    return input;
}

noreturn void fuzz_leave(void)
{
    longjmp(end, 1);
}

noreturn void fuzz_fail(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "fuzz: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}
