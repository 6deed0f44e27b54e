// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cache maintenance by address, on a cache of the test's own, with lines of each size: what the
 * core sees and what a device sees are two copies, and an instruction moves one line between them.
 * QEMU has no caches; this is what shows which lines are cleaned, which are thrown away, and that a
 * neighbour's data on a shared line is not.
 *
 * The code is compiled into this file, with its instructions going to that cache.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/barrier.h"
#include "arch/cache.h"
#include "arch/sysreg.h"

#define SIZE     2048u
#define LINE_MIN 16u
#define LINE_MAX 256u
#define FIRST    LINE_MAX /* of what tests use: a line more on each side is looked at */

static uint8_t seen[SIZE] __attribute__((aligned(SIZE))); /* by the core: the cache's copy */
static uint8_t memory[SIZE];                              /* by devices */
static bool dirty[SIZE / LINE_MIN];                       /* each line, by its first bytes */
static unsigned touched[SIZE / LINE_MIN], line_bytes, operations;

/* DminLine, and something in the fields beside it. */
uint64_t host_sysreg_read(const char *name)
{
    assert_string_equal(name, "CTR_EL0");
    return UINT64_C(0x84408004) | (uint64_t)__builtin_ctz(line_bytes / 4u) << 16;
}

static void write_back(size_t at)
{
    if (dirty[at / LINE_MIN])
        memcpy(memory + at, seen + at, line_bytes);
    dirty[at / LINE_MIN] = false;
}

static void drop(size_t at)
{
    memcpy(seen + at, memory + at, line_bytes);
    dirty[at / LINE_MIN] = false;
}

static void maintain(const char *instruction, uintptr_t address)
{
    size_t at = (address - (uintptr_t)seen) & ~(size_t)(line_bytes - 1u);

    if (address < (uintptr_t)seen || at >= SIZE || ++operations > 4 * SIZE)
        fail_msg("%s of a line far from what was meant", instruction);
    touched[at / LINE_MIN]++;
    if (strstr(instruction, "civac") != NULL) {
        write_back(at);
        drop(at);
    } else {
        assert_non_null(strstr(instruction, "ivac"));
        drop(at);
    }
}

/* `at` is the loop's own. */
#define __asm__
#define volatile(...) maintain(#__VA_ARGS__, at)
#include "arch/arm64/cache.c"
#undef volatile
#undef __asm__

/* The core's bytes are its own, dirty or not; a device has written others since. */
static void begin(bool written_by_core)
{
    for (size_t i = 0; i < SIZE; i++) {
        seen[i] = (uint8_t)(i * 7u);
        memory[i] = (uint8_t)(i * 7u + 100u);
    }
    for (size_t i = 0; i < SIZE / LINE_MIN; i++)
        dirty[i] = written_by_core;
    memset(touched, 0, sizeof(touched));
    operations = 0;
}

/* How often the line is to be touched: once if any of the range is on it; where both of the range's
 * ends share it with neighbours, `shared` times. */
static unsigned touches(size_t at, size_t start, size_t end, unsigned shared)
{
    if (start == end || end <= at || start >= at + line_bytes)
        return 0;
    return start > at && end < at + line_bytes ? shared : 1;
}

static void check_touched(size_t start, size_t size, unsigned shared)
{
    for (size_t at = 0; at < SIZE; at += line_bytes)
        assert_int_equal(touched[at / LINE_MIN], touches(at, start, start + size, shared));
}

static void check_clean(size_t start, size_t size)
{
    begin(true);
    dcache_clean_invalidate(seen + start, size);
    for (size_t i = start; i < start + size; i++)
        assert_int_equal(memory[i], (uint8_t)(i * 7u));
    if (size != 0) /* a line more does no harm here */
        check_touched(start, size, 1);
}

static void check_invalidate(size_t start, size_t size)
{
    size_t first = (start + line_bytes - 1) & ~(size_t)(line_bytes - 1),
           end = (start + size) & ~(size_t)(line_bytes - 1);

    /* What a device has written is seen, on shared lines too if nobody else has written there. */
    begin(false);
    dcache_invalidate(seen + start, size);
    for (size_t i = start; i < start + size; i++)
        assert_int_equal(seen[i], (uint8_t)(i * 7u + 100u));
    check_touched(start, size, 2);

    /* What a neighbour has written is not lost, nor what a device has written to whole lines. */
    begin(true);
    dcache_invalidate(seen + start, size);
    for (size_t i = 0; i < SIZE; i++)
        if (i < start || i >= start + size)
            assert_int_equal(seen[i], (uint8_t)(i * 7u));
        else if (i >= first && i < end)
            assert_int_equal(seen[i], (uint8_t)(i * 7u + 100u));
}

/* Close to the ends of lines each byte, elsewhere some. */
static size_t step(size_t at)
{
    return at % line_bytes < 2 || at % line_bytes + 3 > line_bytes ? 1 : line_bytes / 8;
}

static void for_each_range(void (*check)(size_t start, size_t size))
{
    for (line_bytes = LINE_MIN; line_bytes <= LINE_MAX; line_bytes *= 2)
        for (size_t start = 0; start <= line_bytes; start += step(start))
            for (size_t size = 0; size <= 2 * line_bytes + 1; size += step(size))
                check(FIRST + start, size);
}

static void cleaning_writes_each_line_of_a_range_back(void **state)
{
    (void)state;
    for_each_range(check_clean);
}

static void invalidating_keeps_what_neighbours_have_written(void **state)
{
    (void)state;
    for_each_range(check_invalidate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_writes_each_line_of_a_range_back),
        cmocka_unit_test(invalidating_keeps_what_neighbours_have_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
