// SPDX-License-Identifier: BSD-3-Clause
/*
 * One execution: the input, and the ways in which it ends.
 *
 * An input that takes too long is a failure. What counts is the process's own time: a machine that
 * stands still, or has other things to do, says nothing about the input. The timer runs all along
 * and looks whether the execution is still the same one, so an execution costs no system call.
 * libFuzzer's own limit, by the clock on the wall, is for what waits instead of computing.
 */
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#define INPUT_SECONDS 10 /* of processor time; inputs take milliseconds */

/* libFuzzer's and the sanitizers' names. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

static const uint8_t *input;
static size_t left;
static jmp_buf end;
static volatile unsigned long executions; /* begun */
static volatile bool executing;

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

/* Another second of processor time has gone. */
static void second(int number)
{
    static unsigned long looked_at;
    static unsigned seconds;

    (void)number;
    if (!executing || looked_at != executions) {
        looked_at = executions;
        seconds = 0;
    } else if (++seconds == INPUT_SECONDS) {
        fuzz_fail("the input takes more than %d seconds of processor time", INPUT_SECONDS);
    }
}

static void start_seconds(void)
{
    const struct itimerval each = {{.tv_sec = 1}, {.tv_sec = 1}};
    struct sigaction action = {.sa_handler = second, .sa_flags = SA_RESTART};

    if (sigaction(SIGPROF, &action, NULL) != 0 || setitimer(ITIMER_PROF, &each, NULL) != 0)
        fuzz_fail("there is no timer for the limit of an input");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (executions++ == 0)
        start_seconds();
    fuzz_memory_reset();
    input = data;
    left = size;
    executing = true;
    if (setjmp(end) == 0)
        fuzz_one();
    executing = false;
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

bool fuzz_lies(unsigned times)
{
    return fuzz_left() != 0 && fuzz_below(times) == 1;
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
