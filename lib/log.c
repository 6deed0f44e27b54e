// SPDX-License-Identifier: BSD-3-Clause
/*
 * Log lines: formatted on the caller's stack, written in one piece, and kept in a ring.
 */
#include "lib/log.h"

#include "arch/spinlock.h"
#include "arch/time.h"
#include "lib/console.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE     512
#define HEAD_SIZE     (LINE_SIZE / 2) /* at most */
#define CUT_MARK      " [cut]"
#define NS_PER_US     1000u
#define US_PER_SECOND UINT64_C(1000000)

static struct spinlock ring_lock = SPINLOCK_INIT;
static char ring[LOG_KEPT];
static size_t ring_used; /* bytes ever written: the next goes to ring_used % LOG_KEPT */

static void keep_line(const char *line, size_t length)
{
    unsigned long state = spin_lock(&ring_lock);

    size_t at = ring_used % LOG_KEPT, first = length < LOG_KEPT - at ? length : LOG_KEPT - at;

    memcpy(ring + at, line, first);
    memcpy(ring, line + first, length - first);
    ring_used += length;
    spin_unlock(&ring_lock, state);
}

/* Where the last `lines` lines of text begin. The first line may have lost its beginning to newer
 * text: then it is left out. */
static size_t tail_start(const char *text, size_t length, bool cut, unsigned lines)
{
    size_t start = length, line = length;

    for (; lines > 0 && line > 0; lines--) {
        line--; /* its line feed */
        while (line > 0 && text[line - 1] != '\n')
            line--;
        if (line != 0 || !cut)
            start = line;
    }
    return start;
}

size_t log_copy(char *text, unsigned lines)
{
    unsigned long state = spin_lock(&ring_lock);
    size_t length = ring_used < LOG_KEPT ? ring_used : LOG_KEPT;
    size_t first = ring_used - length;

    for (size_t i = 0; i < length; i++)
        text[i] = ring[(first + i) % LOG_KEPT];
    spin_unlock(&ring_lock, state);

    size_t start = tail_start(text, length, first != 0, lines);
    memmove(text, text + start, length - start);
    return length - start;
}

/* ---- subjects ---- */

/* linker.ld */
extern struct log_subject log_subjects_start[], log_subjects_end[];

static const char *const level_names[LOG_LEVELS] = {"error", "warning", "info", "debug"};

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

int log_level_of(const char *name)
{
    for (int level = 0; level < LOG_LEVELS; level++)
        if (strcmp(name, level_names[level]) == 0)
            return level;
    return -ENOENT;
}

const struct log_subject *log_get_subject(unsigned index)
{
    return index < (size_t)(log_subjects_end - log_subjects_start) ? &log_subjects_start[index]
                                                                   : NULL;
}

int log_set_level(const char *subject, enum log_level level)
{
    bool all = strcmp(subject, "*") == 0;
    int error = all ? 0 : -ENOENT;

    for (struct log_subject *s = log_subjects_start; s < log_subjects_end; s++) {
        if (!all && strcmp(subject, s->name) != 0)
            continue;
        __atomic_store_n(&s->level, level, __ATOMIC_RELAXED);
        error = 0;
    }
    return error;
}

/* ---- lines ---- */

/* A number in decimal, in `width` characters or more. Returns what is behind it. */
static char *put_number(char *text, uint64_t number, unsigned width, char filler)
{
    char digits[20]; /* of 2^64 */
    unsigned count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    for (; width > count; width--)
        *text++ = filler;
    while (count != 0)
        *text++ = digits[--count];
    return text;
}

/* A word and ": ", or what fits before end. */
static char *put_word(char *text, const char *end, const char *word)
{
    while (*word != '\0' && text < end)
        *text++ = *word++;
    for (word = ": "; *word != '\0' && text < end;)
        *text++ = *word++;
    return text;
}

/* "[    1.234567] subject: ", and the level unless it is LOG_INFO. Returns the length. By hand:
 * each line has it, and it would be half of what printf costs a line. */
static size_t write_head(char line[HEAD_SIZE], const struct log_subject *subject,
                         enum log_level level)
{
    uint64_t microseconds = time_now_ns() / NS_PER_US;
    char *text = line;

    *text++ = '[';
    text = put_number(text, microseconds / US_PER_SECOND, 5, ' ');
    *text++ = '.';
    text = put_number(text, microseconds % US_PER_SECOND, 6, '0');
    *text++ = ']';
    *text++ = ' ';
    text = put_word(text, line + HEAD_SIZE, subject->name);
    if (level != LOG_INFO)
        text = put_word(text, line + HEAD_SIZE, level_names[level]);
    return (size_t)(text - line);
}

void log_write(const struct log_subject *subject, enum log_level level, const char *format, ...)
{
    char line[LINE_SIZE];
    size_t start, room, length;
    va_list arguments;
    int wanted;

    if (level > __atomic_load_n(&subject->level, __ATOMIC_RELAXED))
        return;
    start = write_head(line, subject, level);
    room = sizeof(line) - start;
    va_start(arguments, format);
    wanted = vsniprintf(line + start, room, format, arguments);
    va_end(arguments);
    length = wanted < 0 ? 0 : (size_t)wanted;
    if (length >= room) {
        length = room - 1;
        memcpy(line + start + length - strlen(CUT_MARK), CUT_MARK, strlen(CUT_MARK));
    }
    line[start + length] = '\n'; /* in the terminator's place */
    keep_line(line, start + length + 1);
    console_write(line, start + length + 1);
}
