// SPDX-License-Identifier: BSD-3-Clause
/*
 * The line editor, watched through a terminal of one row that understands what it sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/prompt/line_editor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 600

static struct line_editor editor;

/* ------------------------------------------------------------------------ the terminal */

static struct {
    char row[COLUMNS + 1];
    size_t column;
    unsigned lines; /* that have been ended */
    bool escape;
} screen;

static void clear_row(void)
{
    screen.column = 0;
    memset(screen.row, '\0', COLUMNS);
}

/* A character of an escape sequence: to the end of the line, to the corner, all. */
static void put_escape(char character)
{
    static char sequence[8];
    static size_t length;

    sequence[length++] = character;
    sequence[length] = '\0';
    if (strcmp(sequence, "[K") == 0)
        memset(screen.row + screen.column, '\0', COLUMNS - screen.column);
    else if (strcmp(sequence, "[2J") == 0 || strcmp(sequence, "[H") == 0)
        clear_row();
    else {
        assert_true(length < 3);
        return;
    }
    screen.escape = false;
    length = 0;
}

static void put(char character)
{
    if (screen.escape) {
        put_escape(character);
    } else if (character == '\033') {
        screen.escape = true;
    } else if (character == '\b') {
        assert_true(screen.column > 0);
        screen.column--;
    } else if (character == '\r') {
        screen.column = 0;
    } else if (character == '\n') {
        screen.lines++;
        clear_row();
    } else {
        assert_true(character >= ' ' && character < 0x7f);
        assert_true(screen.column < COLUMNS);
        screen.row[screen.column++] = character;
    }
}

static void write_screen(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        put(text[i]);
}

/* ------------------------------------------------------------------------ typing */

/* Commands, and for `selftest` some suites. */
static const char *candidate(const char *line, size_t start, unsigned index)
{
    static const char *const commands[] = {"irq", "its", "log", "selftest"};
    static const char *const suites[] = {"list", "msi", "msi_scale", "msi_storm"};

    if (start == 0)
        return index < 4 ? commands[index] : NULL;
    return strncmp(line, "selftest ", 9) == 0 && index < 4 ? suites[index] : NULL;
}

static int set_up(void **state)
{
    (void)state;
    memset(&screen, 0, sizeof(screen));
    line_editor_init(&editor, "> ", write_screen, candidate);
    line_editor_start(&editor);
    return 0;
}

static void type(const char *keys)
{
    for (; *keys != '\0'; keys++)
        assert_int_equal(line_editor_key(&editor, (unsigned char)*keys), LINE_PENDING);
}

/* The screen shows the prompt and this text, the cursor behind `before` of its characters. */
static void expect(const char *text, size_t before)
{
    char row[COLUMNS + 1];

    row[0] = '>';
    row[1] = ' ';
    memcpy(row + 2, text, strlen(text) + 1);
    assert_string_equal(screen.row, row);
    assert_int_equal(screen.column, 2 + before);
}

static void enter(const char *text)
{
    assert_int_equal(line_editor_key(&editor, '\r'), LINE_DONE);
    assert_string_equal(line_editor_text(&editor), text);
    line_editor_start(&editor);
}

static void test_moving_and_inserting(void **state)
{
    (void)state;
    type("held");
    expect("held", 4);
    type("\033[D\033[D");
    expect("held", 2);
    type("l");
    expect("helld", 3);
    type("\x01X\x05Y");
    expect("XhelldY", 7);
    type("\033[H\033[C\x06");
    expect("XhelldY", 2);
    type("\x02\033OF");
    expect("XhelldY", 7);
    type("\033[1~");
    expect("XhelldY", 0);
    type("\033[D");
    expect("XhelldY", 0);
    type("\033[8~\033[C");
    expect("XhelldY", 7);
    type("\033[7~\033[4~\033OH");
    expect("XhelldY", 0);
    enter("XhelldY");
}

static void test_deleting(void **state)
{
    (void)state;
    type("one two three\x08\x7f");
    expect("one two thr", 11);
    type("\x17");
    expect("one two ", 8);
    type("\x17");
    expect("one ", 4);
    type("\x01\033[3~\x04");
    expect("e ", 0);
    type("abc\x15");
    expect("e ", 0);
    type("abc\x0b");
    expect("abc", 3);
    type("\x08\x08\x08\x08\x17\x15\x0b\x04");
    expect("", 0);
    enter("");
}

static void test_drawing_anew(void **state)
{
    (void)state;
    type("abc\x02");
    memset(screen.row, '#', 10);
    type("\x0c");
    expect("abc", 2);
}

static void test_history(void **state)
{
    (void)state;
    type("first");
    enter("first");
    type("second");
    enter("second");
    type("second");
    enter("second"); /* kept once */
    type("now\033[A");
    expect("second", 6);
    type("\x10");
    expect("first", 5);
    type("\033[A\033[A");
    expect("first", 5);
    type("!\033[B");
    expect("second", 6);
    type("\033[B");
    expect("now", 3);
    type("\x0e\033[B");
    expect("now", 3);
    enter("now");
}

static void test_history_turns_over(void **state)
{
    char line[8] = "line A";

    (void)state;
    for (unsigned i = 0; i < 5 * LINE_EDITOR_HISTORY + 3; i++) {
        line[5] = (char)('!' + i);
        type(line);
        enter(line);
    }
    for (unsigned i = 0; i < LINE_EDITOR_HISTORY; i++) {
        type("\033[A");
        line[5] = (char)('!' + 5 * LINE_EDITOR_HISTORY + 2 - i);
        expect(line, 6);
    }
    type("\033[A");
    expect(line, 6);
}

static void test_line_ends(void **state)
{
    (void)state;
    type("a");
    assert_int_equal(line_editor_key(&editor, '\r'), LINE_DONE);
    line_editor_start(&editor);
    assert_int_equal(line_editor_key(&editor, '\n'), LINE_PENDING); /* one line, not two */
    type("b");
    assert_int_equal(line_editor_key(&editor, '\n'), LINE_DONE);
    line_editor_start(&editor);
    assert_int_equal(line_editor_key(&editor, '\n'), LINE_DONE);
    assert_string_equal(line_editor_text(&editor), "");
}

static void test_cancelling(void **state)
{
    (void)state;
    type("abc");
    assert_int_equal(line_editor_key(&editor, 3), LINE_CANCELLED);
    line_editor_start(&editor);
    expect("", 0);
    type("\033[A");
    expect("", 0); /* not in the history */
}

static void test_what_means_nothing(void **state)
{
    (void)state;
    type("a\033[5~b\033[1;5Cc\033OPd\033[99999999999999999999~e");
    expect("abcde", 5);
    type("\x07\x0f\x13\x1d\xff\x80\xc3\xa4");
    expect("abcde", 5);
    type("\033f\033\033[D");
    expect("abcdef", 5);
    type("\tg");
    expect("abcdegf", 6);
    assert_int_equal(line_editor_key(&editor, 0), LINE_PENDING);
    type("\033["); /* cut in the middle */
    assert_int_equal(line_editor_key(&editor, '\r'), LINE_DONE);
    assert_string_equal(line_editor_text(&editor), "abcdegf");
}

static void test_completing(void **state)
{
    unsigned lines;

    (void)state;
    type("l\t");
    expect("log ", 4);
    type("\x15i\t"); /* irq or its: nothing to add, so both are shown, and the line once more */
    expect("i", 1);
    lines = screen.lines;
    type("\t");
    assert_int_equal(screen.lines, lines + 2);
    type("r\t");
    expect("irq ", 4);
    type("\t");
    expect("irq ", 4); /* it knows no words */
    type("\x15selftest m\t");
    expect("selftest msi", 12);
    type("_s\t");
    expect("selftest msi_s", 14);
    type("t\t");
    expect("selftest msi_storm ", 19);
    type("\x15xlog\x01\x06"); /* in the middle of a word: what stands before counts */
    type("\x7fl\t");
    expect("log log", 4);
    type("\x15\x0bzzz\t");
    expect("zzz", 3);
}

static void test_completing_without_candidates(void **state)
{
    (void)state;
    line_editor_init(&editor, "> ", write_screen, NULL);
    memset(&screen, 0, sizeof(screen));
    line_editor_start(&editor);
    type("i\t");
    expect("i", 1);
}

static void test_the_longest_line(void **state)
{
    char longest[LINE_EDITOR_MAX + 1];

    (void)state;
    memset(longest, 'x', LINE_EDITOR_MAX);
    longest[LINE_EDITOR_MAX] = '\0';
    type(longest);
    enter(longest);
    type("\033[A");
    enter(longest);
}

static void test_a_line_too_long(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        type("x\033[D");
    assert_int_equal(line_editor_key(&editor, '\r'), LINE_TOO_LONG);
    assert_int_equal(line_editor_length(&editor), 1000);
    assert_string_equal(line_editor_text(&editor), "");
    line_editor_start(&editor);
    type("\033[A");
    expect("", 0);
    /* Backspace makes it one that can be done. */
    for (unsigned i = 0; i < LINE_EDITOR_MAX + 10; i++)
        type("y");
    for (unsigned i = 0; i < LINE_EDITOR_MAX + 9; i++)
        type("\x7f");
    expect("y", 1);
    for (unsigned i = 0; i < LINE_EDITOR_MAX + 10; i++)
        type("y");
    type("\x15z");
    expect("z", 1);
    enter("z");
}

/* The line stands as the screen shows it, whatever is typed. */
static void test_any_keys(void **state)
{
    static const char *const keys[] = {
        "a",    "b ",   "\033[A", "\033[B", "\033[C",  "\033[D", "\x01", "\x05",
        "\x0b", "\x15", "\x17",   "\x7f",   "\033[3~", "\x0c",   "\t",   "longer text"};

    (void)state;
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        type(keys[(unsigned)rand() % (sizeof(keys) / sizeof(keys[0]))]);
        if (editor.length <= LINE_EDITOR_MAX) {
            char line[LINE_EDITOR_MAX + 1];

            memcpy(line, editor.line, editor.length);
            line[editor.length] = '\0';
            expect(line, editor.cursor);
        }
        if (rand() % 50 == 0) {
            line_editor_key(&editor, '\r');
            line_editor_start(&editor);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_moving_and_inserting, set_up),
        cmocka_unit_test_setup(test_deleting, set_up),
        cmocka_unit_test_setup(test_drawing_anew, set_up),
        cmocka_unit_test_setup(test_history, set_up),
        cmocka_unit_test_setup(test_history_turns_over, set_up),
        cmocka_unit_test_setup(test_line_ends, set_up),
        cmocka_unit_test_setup(test_cancelling, set_up),
        cmocka_unit_test_setup(test_what_means_nothing, set_up),
        cmocka_unit_test_setup(test_completing, set_up),
        cmocka_unit_test_setup(test_completing_without_candidates, set_up),
        cmocka_unit_test_setup(test_the_longest_line, set_up),
        cmocka_unit_test_setup(test_a_line_too_long, set_up),
        cmocka_unit_test_setup(test_any_keys, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
