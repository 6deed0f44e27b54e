// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console's text in memory: what a reader finds there after every single character, with memory
 * of its size exactly.
 */
#include "lib/log_buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIZE 256u

static char *memory;

static int set_up(void **state)
{
    (void)state;
    memory = malloc(SIZE);
    assert_non_null(memory);
    memset(memory, 'x', SIZE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(memory);
    return 0;
}

static void put(const char *text)
{
    log_buffer_write(text, strlen(text));
}

static void is_dropped_before_there_is_memory(void **state)
{
    (void)state;
    put("lost");
    assert_int_equal(memory[0], 'x');
}

static void has_what_was_written(void **state)
{
    (void)state;
    log_buffer_init(memory, SIZE);
    assert_string_equal(memory, "");
    put("one\r\n");
    put("two");
    assert_string_equal(memory, "one\ntwo");
    log_buffer_init(memory, SIZE);
    assert_string_equal(memory, "");
}

/* It would be the text's end for a reader, for good. */
static void a_zero_that_somebody_prints_is_left_out(void **state)
{
    (void)state;
    log_buffer_init(memory, SIZE);
    log_buffer_write("one\0two\0\r\n", 10);
    put("three");
    assert_string_equal(memory, "onetwo\nthree");
}

static void fills_its_memory_and_no_more(void **state)
{
    char line[SIZE];

    (void)state;
    memset(line, 'a', sizeof(line));
    log_buffer_init(memory, SIZE);
    log_buffer_write(line, SIZE - 1);
    assert_int_equal(strnlen(memory, SIZE), SIZE - 1);
    log_buffer_write("b", 1);
    assert_true(strnlen(memory, SIZE) < SIZE - 1);
    assert_int_equal(memory[strnlen(memory, SIZE) - 1], 'b');
}

/* After every character: it ends, and its end is what was written last; lines are whole. */
static void keeps_the_newest_lines(void **state)
{
    char line[32];

    (void)state;
    log_buffer_init(memory, SIZE);
    for (unsigned number = 0; number < 1000; number++) {
        int length = snprintf(line, sizeof(line), "line %u\r\n", number);

        for (int i = 0; i < length; i++) {
            log_buffer_write(line + i, 1);
            assert_true(strnlen(memory, SIZE) < SIZE);
        }
        snprintf(line, sizeof(line), "line %u\n", number);
        assert_string_equal(memory + strlen(memory) - strlen(line), line);
        assert_true(number < 40 || strncmp(memory, LOG_BUFFER_CUT "line ", 11) == 0);
        assert_true(number < 40 || strlen(memory) > SIZE / 3);
    }
}

static void cuts_a_line_that_is_longer_than_all(void **state)
{
    char line[3 * SIZE];

    (void)state;
    memset(line, 'a', sizeof(line));
    log_buffer_init(memory, SIZE);
    log_buffer_write(line, sizeof(line));
    assert_true(strnlen(memory, SIZE) < SIZE);
    assert_int_equal(strncmp(memory, LOG_BUFFER_CUT "aaa", 9), 0);
}

static void takes_the_least_memory(void **state)
{
    (void)state;
    log_buffer_init(memory + SIZE - LOG_BUFFER_LEAST, LOG_BUFFER_LEAST);
    for (unsigned i = 0; i < 1000; i++)
        put(i % 7 == 0 ? "\n" : "word ");
    assert_true(strnlen(memory + SIZE - LOG_BUFFER_LEAST, LOG_BUFFER_LEAST) < LOG_BUFFER_LEAST);
    assert_int_equal(memory[SIZE - LOG_BUFFER_LEAST - 1], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_dropped_before_there_is_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_what_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_zero_that_somebody_prints_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fills_its_memory_and_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_the_newest_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_a_line_that_is_longer_than_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_the_least_memory, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
