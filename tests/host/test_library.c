// SPDX-License-Identifier: BSD-3-Clause
/*
 * What any program takes from lib/: commands and their words, the console's line ends and lock, log
 * lines, the rings of trace records. Compiled into this file, with commands and a console of the
 * test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

/* trace.c's memory and clock. */
static void *failing_calloc(size_t count, size_t size);
#define calloc failing_calloc
static uint64_t time_of_a_record(void);

#include "arch/time.h"
#define time_now_ns time_of_a_record

#include "lib/command.c"
#include "lib/console.c"
#include "lib/trace.c"

#undef calloc
#undef time_now_ns

/* newlib's; and the one that all other code calls here is tests/host/support/arch_log.c's. */
#include <stdio.h>
#define vsniprintf vsnprintf
#define log_write  library_log_write
#include "lib/log.c"
#undef log_write

#include "arch/smp.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

static unsigned allocations, failing_allocation;

static void *failing_calloc(size_t count, size_t size)
{
    return ++allocations == failing_allocation ? NULL : calloc(count, size);
}

/* ---- commands ---- */

static int last_count;
static char last_words[COMMAND_WORDS_MAX][16];

static int run_say(int count, char **words)
{
    last_count = count;
    for (int i = 0; i < count; i++)
        snprintf(last_words[i], sizeof(last_words[i]), "%s", words[i]);
    assert_null(words[count]);
    return count == 3 ? COMMAND_USAGE : count == 4 ? COMMAND_FAILED : COMMAND_DONE;
}

static int run_bare(int count, char **words)
{
    (void)words;
    return count == 1 ? COMMAND_DONE : COMMAND_USAGE;
}

/* As the linker lays them out. */
#define COMMANDS 3
const struct command commands_start[COMMANDS] = {
    {.name = "say", .arguments = "word", .run = run_say},
    {.name = "bare", .run = run_bare},
    {.name = "zero", .run = run_bare},
};
_Static_assert(sizeof(struct command) == 48, "below");
__asm__(".globl commands_end\n\t.set commands_end, commands_start + 3 * 48");

static int line(const char *text)
{
    char copy[128];

    snprintf(copy, sizeof(copy), "%s", text);
    return command_run_line(copy);
}

static void commands_are_found_by_name_and_in_alphabetical_order(void **state)
{
    (void)state;
    assert_ptr_equal(command_find("say"), &commands_start[0]);
    assert_null(command_find("sa"));
    assert_string_equal(command_get(0)->name, "bare");
    assert_string_equal(command_get(1)->name, "say");
    assert_string_equal(command_get(2)->name, "zero");
    assert_null(command_get(COMMANDS));
}

static void a_line_is_cut_at_blanks(void **state)
{
    (void)state;
    last_count = 0;
    assert_int_equal(line(""), 0);
    assert_int_equal(line(" \t\r\n"), 0);
    assert_int_equal(last_count, 0);
    assert_int_equal(line("  say\tthis \r\n"), COMMAND_DONE);
    assert_int_equal(last_count, 2);
    assert_string_equal(last_words[0], "say");
    assert_string_equal(last_words[1], "this");
    assert_int_equal(line("say a b"), COMMAND_USAGE);
    assert_int_equal(line("bare a"), COMMAND_USAGE);
    assert_int_equal(line("say a b c"), COMMAND_FAILED);
    assert_int_equal(line("said"), -ENOENT);
    assert_int_equal(line("say 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"), COMMAND_DONE);
    assert_int_equal(last_count, COMMAND_WORDS_MAX);
    assert_int_equal(line("say 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), -E2BIG);
}

static void numbers_are_whole_words_within_their_limit(void **state)
{
    static const struct {
        const char *word;
        uint64_t limit;
        bool is_number, is_hex;
        uint64_t number, hex;
    } cases[] = {
        {"0", 0, true, true, 0, 0},
        {"10", 16, true, true, 10, 16},
        {"10", 10, true, false, 10, 0},
        {"0x1F", 31, true, true, 31, 31},
        {"0X20", 31, false, false, 0, 0},
        {"ff", 255, false, true, 0, 255},
        {"0x", 9, false, false, 0, 0},
        {"", 9, false, false, 0, 0},
        {"-1", UINT64_MAX, false, false, 0, 0},
        {"+1", 9, false, false, 0, 0},
        {" 1", 9, false, false, 0, 0},
        {"1 ", 9, false, false, 0, 0},
        {"18446744073709551616", UINT64_MAX, false, false, 0, 0},
        {"0xffffffffffffffff", UINT64_MAX, true, true, UINT64_MAX, UINT64_MAX},
        {"0x10000000000000000", UINT64_MAX, false, false, 0, 0},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t number = 0;

        assert_int_equal(command_read_number(cases[i].word, cases[i].limit, &number),
                         cases[i].is_number);
        if (cases[i].is_number)
            assert_int_equal(number, cases[i].number);
        assert_int_equal(command_read_hex(cases[i].word, cases[i].limit, &number), cases[i].is_hex);
        if (cases[i].is_hex)
            assert_int_equal(number, cases[i].hex);
    }
}

/* ---- the console ---- */

static char out[1024];
static size_t out_length;
static unsigned writes, flushes;
static bool in_panic, was_locked;

bool panicking(void)
{
    return in_panic;
}

static int device_write(const char *text, size_t length)
{
    assert_true(out_length + length < sizeof(out));
    memcpy(out + out_length, text, length);
    out_length += length;
    writes++;
    was_locked = console_mutex.next != console_mutex.owner;
    return 0;
}

static int device_getc(uint64_t timeout_us)
{
    return (int)timeout_us;
}

static int device_flush(void)
{
    flushes++;
    return 0;
}

static bool device_discard_through(unsigned char byte)
{
    return byte == 0x03;
}

static const struct console_device device = {device_write, device_getc, device_flush,
                                             device_discard_through};

static const char *written(const char *text)
{
    out_length = 0;
    console_write(text, strlen(text));
    out[out_length] = '\0';
    return out;
}

static void without_a_device_nothing_is_written_or_read(void **state)
{
    (void)state;
    console_attach(NULL);
    out_length = 0;
    console_write("lost", 4);
    assert_int_equal(out_length, 0);
    assert_int_equal(console_getc(5), -ENODEV);
    assert_false(console_interrupted());
    console_flush();
    assert_int_equal(flushes, 0);
}

static void write_in_a_handler(void *argument)
{
    (void)argument;
    (void)written("x");
}

static void lines_end_as_terminals_want_it(void **state)
{
    char text[200], wanted[400] = "";

    (void)state;
    host_reset();
    console_attach(&device);
    assert_string_equal(written("a\nb\r\n\n"), "a\r\nb\r\n\r\n");
    assert_true(was_locked);
    for (unsigned length = 1; length < sizeof(text); length++) { /* round the chunk's end */
        memset(text, '\n', length);
        text[length] = '\0';
        strcat(wanted, "\r\n");
        assert_string_equal(written(text), wanted);
    }
    host_run_in_interrupt(write_in_a_handler, NULL); /* against the rules: without the lock */
    assert_int_equal(out_length, 1);
    assert_false(was_locked);
    in_panic = true;
    assert_string_equal(written("x"), "");
    in_panic = false;
    assert_int_equal(console_getc(5), 5);
    assert_true(console_interrupted());
    console_flush();
    assert_int_equal(flushes, 1);
}

/* ---- log lines ---- */

/* As the linker lays them out. */
struct log_subject log_subjects_start[] = {{"first", LOG_INFO}, {"second", LOG_INFO}};
_Static_assert(sizeof(struct log_subject) == 16, "below");
__asm__(".globl log_subjects_end\n\t.set log_subjects_end, log_subjects_start + 2 * 16");

/* The line with this many letters as its text; what stands in front of them has a fixed length. */
static const char *logged(size_t letters)
{
    char text[2 * LINE_SIZE];

    assert_true(letters < sizeof(text));
    memset(text, 'a', letters);
    text[letters] = '\0';
    out_length = 0;
    library_log_write(&log_subjects_start[0], LOG_ERROR, "%s", text);
    out[out_length] = '\0';
    return out;
}

static size_t letters_in(const char *line)
{
    size_t count = 0;

    for (const char *at = strrchr(line, ':'); *at != '\0'; at++)
        count += *at == 'a';
    return count;
}

static bool ends_with(const char *line, const char *end)
{
    return strlen(line) >= strlen(end) && strcmp(line + strlen(line) - strlen(end), end) == 0;
}

static void a_line_that_is_too_long_ends_in_the_cut_mark(void **state)
{
    static char kept[LOG_KEPT];
    size_t room;

    (void)state;
    host_reset();
    console_attach(&device);
    assert_non_null(strstr(logged(3), "] first: error: aaa\r\n"));
    room = LINE_SIZE - (strlen(out) - 1 - 3); /* a carriage return is not of the line */
    assert_true(ends_with(logged(room), "aaa\r\n"));
    assert_int_equal(letters_in(out), room);
    for (size_t letters = room + 1; letters < room + 20; letters++) {
        assert_true(ends_with(logged(letters), "a [cut]\r\n"));
        assert_int_equal(strlen(out), LINE_SIZE + 1);
        assert_int_equal(letters_in(out), room - strlen(CUT_MARK));
        assert_int_equal(log_copy(kept, 1), LINE_SIZE);
        assert_memory_equal(kept, out, LINE_SIZE - 1);
        assert_int_equal(kept[LINE_SIZE - 1], '\n');
    }
}

static void levels_and_subjects_have_names(void **state)
{
    (void)state;
    for (int level = 0; level < LOG_LEVELS; level++)
        assert_int_equal(log_level_of(log_level_name((enum log_level)level)), level);
    assert_string_equal(log_level_name(LOG_ERROR), "error");
    assert_string_equal(log_level_name(LOG_DEBUG), "debug");
    assert_int_equal(log_level_of("loud"), -ENOENT);
    assert_string_equal(log_get_subject(0)->name, "first");
    assert_string_equal(log_get_subject(1)->name, "second");
    assert_null(log_get_subject(2));
    assert_null(log_get_subject(UINT32_MAX));
}

static void messages_beyond_a_subjects_level_are_left_out(void **state)
{
    (void)state;
    host_reset();
    console_attach(&device);
    assert_int_equal(log_set_level("third", LOG_DEBUG), -ENOENT);
    assert_int_equal(log_set_level("first", LOG_WARNING), 0);
    out_length = 0;
    library_log_write(&log_subjects_start[0], LOG_INFO, "left out");
    assert_int_equal(out_length, 0);
    library_log_write(&log_subjects_start[1], LOG_INFO, "written");
    assert_int_not_equal(out_length, 0);
    assert_int_equal(log_set_level("*", LOG_INFO), 0);
    out_length = 0;
    library_log_write(&log_subjects_start[0], LOG_INFO, "written");
    assert_int_not_equal(out_length, 0);
}

/* ---- traces ---- */

TRACE_EVENT(one, "%llu %llu");

static unsigned told_on, told_off;

static void switched(bool on)
{
    told_on += on;
    told_off += !on;
}

static struct {
    unsigned count, core;
    uint64_t time, first;
} visited;

static void visit(unsigned core, const struct trace_record *record, void *argument)
{
    assert_null(argument);
    assert_true(record->time >= visited.time);
    visited.count++;
    visited.core = core;
    visited.time = record->time;
    visited.first = record->values[0];
}

static void records_come_back_in_the_order_of_time(void **state)
{
    static struct trace_subscriber before = {.switched = switched}, during = {.switched = switched};
    uint64_t lost;

    (void)state;
    host_reset();
    assert_int_equal(trace_start(3), -EINVAL);
    assert_int_equal(trace_start(17), -EINVAL);
    assert_int_equal(trace_stop(), -EALREADY);
    for (failing_allocation = 1; failing_allocation <= CORE_MAX; failing_allocation++) {
        allocations = 0;
        assert_int_equal(trace_start(0), -ENOMEM);
        assert_false(trace_is_on());
    }
    failing_allocation = 0;
    trace_subscribe(&before);
    assert_int_equal(trace_start(4), 0);
    trace_subscribe(&during);
    assert_int_equal(told_on, 2);
    assert_int_equal(trace_start(4), -EBUSY);
    assert_int_equal(trace_visit(visit, NULL, &lost), -EBUSY);
    for (unsigned i = 0; i < 40; i++) {
        host_thread.core = i < 20 ? 0 : i % 3;
        trace(one, i, 0);
    }
    host_thread.core = 0;
    assert_int_equal(trace_stop(), 0);
    assert_int_equal(told_off, 2);
    trace(one, 99, 0);
    trace_write(&trace_event_one, 99, 0); /* a core that had looked before it was stopped */
    memset(&visited, 0, sizeof(visited));
    assert_int_equal(trace_visit(visit, NULL, &lost), 0);
    assert_int_equal(visited.count + lost, 40);
    assert_int_equal(lost, 11); /* 20 and 7 in a ring of 16, the others less */
    assert_int_equal(visited.first, 39);
    assert_int_equal(visited.core, 0);
    assert_int_equal(trace_start(4), 0);
    assert_int_equal(trace_stop(), 0);
    memset(&visited, 0, sizeof(visited));
    assert_int_equal(trace_visit(visit, NULL, &lost), 0);
    assert_int_equal(visited.count, 0);
    free_rings();
}

/* Core 1 is in the middle of a record when core 0 stops the trace, and takes its time. */
#define LINGER 5000u /* looks at whether core 0 has gone on */

static struct {
    bool wanted, inside, stop_returned, too_early;
} lingering;

static void set(bool *flag)
{
    __atomic_store_n(flag, true, __ATOMIC_SEQ_CST);
}

static bool is_set(const bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

static uint64_t time_of_a_record(void)
{
    if (lingering.wanted && host_thread.core == 1) {
        set(&lingering.inside);
        while (trace_is_on())
            sched_yield();
        for (unsigned i = 0; i < LINGER && !is_set(&lingering.stop_returned); i++)
            sched_yield();
        lingering.too_early = is_set(&lingering.stop_returned);
    }
    return time_now_ns();
}

static void record_slowly(void *argument)
{
    (void)argument;
    trace(one, 7, 0);
}

static void stopping_waits_for_a_record_that_is_being_written(void **state)
{
    uint64_t lost;

    (void)state;
    host_reset();
    lingering.wanted = true;
    assert_int_equal(trace_start(4), 0);
    assert_int_equal(smp_start(1, record_slowly, NULL), 0);
    while (!is_set(&lingering.inside))
        sched_yield();
    assert_int_equal(trace_stop(), 0);
    set(&lingering.stop_returned);
    memset(&visited, 0, sizeof(visited));
    assert_int_equal(trace_visit(visit, NULL, &lost), 0);
    assert_int_equal(visited.count, 1);
    assert_int_equal(visited.core, 1);
    assert_int_equal(visited.first, 7);
    assert_int_equal(smp_join(1, 1000000), 0);
    lingering.wanted = false;
    assert_false(lingering.too_early);
    free_rings();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_found_by_name_and_in_alphabetical_order),
        cmocka_unit_test(a_line_is_cut_at_blanks),
        cmocka_unit_test(numbers_are_whole_words_within_their_limit),
        cmocka_unit_test(without_a_device_nothing_is_written_or_read),
        cmocka_unit_test(lines_end_as_terminals_want_it),
        cmocka_unit_test(a_line_that_is_too_long_ends_in_the_cut_mark),
        cmocka_unit_test(levels_and_subjects_have_names),
        cmocka_unit_test(messages_beyond_a_subjects_level_are_left_out),
        cmocka_unit_test(records_come_back_in_the_order_of_time),
        cmocka_unit_test(stopping_waits_for_a_record_that_is_being_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
