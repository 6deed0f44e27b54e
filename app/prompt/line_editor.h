// SPDX-License-Identifier: BSD-3-Clause
/*
 * Editing one line on a terminal that understands ANSI sequences (ECMA-48), with a history.
 *
 *   left, right, Ctrl-B, Ctrl-F   one character      backspace, Ctrl-H   deletes to the left
 *   home, end, Ctrl-A, Ctrl-E     ends of the line   delete, Ctrl-D      deletes under the cursor
 *   up, down, Ctrl-P, Ctrl-N      history            Ctrl-K, Ctrl-U      deletes to the end, start
 *   Ctrl-C                        forgets the line   Ctrl-W              deletes a word
 *   tab                           completes a word   Ctrl-L              clears the screen
 *
 * It knows keys and an output function, no console: it runs anywhere.
 */
#ifndef APP_PROMPT_LINE_EDITOR_H
#define APP_PROMPT_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_EDITOR_MAX     256u /* characters in a line */
#define LINE_EDITOR_HISTORY 16u  /* lines, a power of two */

enum line_event {
    LINE_PENDING,  /* the line goes on */
    LINE_DONE,     /* it has been ended, and is in line_editor_text() */
    LINE_TOO_LONG, /* it has been ended, but had line_editor_length() characters: none are kept */
    LINE_CANCELLED,
};

/* What the word that starts at `start` of the line can be: candidate number index, NULL after the
 * last. The line before start is as typed, and ended somewhere behind it. */
typedef const char *(*line_candidate_t)(const char *line, size_t start, unsigned index);

struct line_editor {
    void (*write)(const char *text, size_t length);
    line_candidate_t candidate; /* NULL: nothing is completed */
    const char *prompt;

    char line[LINE_EDITOR_MAX + 1];
    size_t length; /* may be beyond LINE_EDITOR_MAX: then the rest is only counted */
    size_t cursor;

    char history[LINE_EDITOR_HISTORY][LINE_EDITOR_MAX + 1];
    unsigned history_count;          /* lines ever kept */
    unsigned back;                   /* how far up: 0 is the line being typed */
    char typed[LINE_EDITOR_MAX + 1]; /* which is kept here meanwhile */

    unsigned escape; /* where in an escape sequence */
    unsigned number; /* its parameter */
    bool after_return;
};

/* A new editor; write gets what the terminal is to show; candidate may be NULL. */
void line_editor_init(struct line_editor *editor, const char *prompt,
                      void (*write)(const char *text, size_t length), line_candidate_t candidate);

/* Shows the prompt of a new, empty line. */
void line_editor_start(struct line_editor *editor);

/* Takes a byte that was typed. After anything but LINE_PENDING, line_editor_start() is next. */
enum line_event line_editor_key(struct line_editor *editor, unsigned char key);

const char *line_editor_text(const struct line_editor *editor);
size_t line_editor_length(const struct line_editor *editor);

#endif
