// SPDX-License-Identifier: BSD-3-Clause
/*
 * The line editor. Invariant: the terminal's cursor stands at prompt + cursor, and shows the line.
 * Of a line too long nothing is shown or edited but its end: backspace brings it back.
 */
#include "app/prompt/line_editor.h"

#include <string.h>

#define CTRL(letter) ((letter) - '@')
#define KEY_ESCAPE   0x1b
#define KEY_DELETE   0x7f

enum escape {
    ESCAPE_NONE,
    ESCAPE_BEGUN,   /* after ESC */
    ESCAPE_SINGLE,  /* after ESC O: one character ends it */
    ESCAPE_CONTROL, /* after ESC [: parameters, then a final character */
};

/* Numbers of VT220 keys: ESC [ number ~. */
#define VT_HOME      1u
#define VT_DELETE    3u
#define VT_END       4u
#define VT_HOME_TOO  7u
#define VT_END_TOO   8u
#define NUMBER_LIMIT 1000u

static void show(const struct line_editor *editor, const char *text)
{
    editor->write(text, strlen(text));
}

static bool too_long(const struct line_editor *editor)
{
    return editor->length > LINE_EDITOR_MAX;
}

static void step_back(const struct line_editor *editor, size_t count)
{
    for (; count != 0; count--)
        editor->write("\b", 1);
}

/* Shows the line anew from position from, where the terminal's cursor stands. */
static void show_rest(const struct line_editor *editor, size_t from)
{
    editor->write(editor->line + from, editor->length - from);
    show(editor, "\033[K"); /* erase to the end of the line */
    step_back(editor, editor->length - editor->cursor);
}

/* Shows prompt and line from the start of a line of the screen. */
static void show_all(const struct line_editor *editor)
{
    show(editor, editor->prompt);
    editor->write(editor->line, editor->length);
    step_back(editor, editor->length - editor->cursor);
}

static void move_to(struct line_editor *editor, size_t position)
{
    if (position < editor->cursor)
        step_back(editor, editor->cursor - position);
    else
        editor->write(editor->line + editor->cursor, position - editor->cursor);
    editor->cursor = position;
}

/* Deletes [start, end), which the cursor is in or at an end of. */
static void delete_range(struct line_editor *editor, size_t start, size_t end)
{
    if (start == end)
        return;
    move_to(editor, start);
    memmove(editor->line + start, editor->line + end, editor->length - end);
    editor->length -= end - start;
    show_rest(editor, start);
}

static void insert(struct line_editor *editor, char character)
{
    size_t cursor = editor->cursor;

    if (editor->length >= LINE_EDITOR_MAX) {
        editor->length++; /* beyond the limit a character is only counted: the whole line will be
                             refused */
        return;
    }
    memmove(editor->line + cursor + 1, editor->line + cursor, editor->length - cursor);
    editor->line[cursor] = character;
    editor->length++;
    editor->cursor++;
    if (editor->cursor == editor->length)
        editor->write(&character, 1);
    else
        show_rest(editor, cursor);
}

static void replace_line(struct line_editor *editor, const char *text)
{
    move_to(editor, 0);
    editor->length = strlen(text);
    editor->cursor = editor->length;
    memcpy(editor->line, text, editor->length);
    show_rest(editor, 0);
}

static const char *history_line(const struct line_editor *editor, unsigned back)
{
    return editor->history[(editor->history_count - back) % LINE_EDITOR_HISTORY];
}

static void walk_history(struct line_editor *editor, unsigned back)
{
    unsigned kept =
        editor->history_count < LINE_EDITOR_HISTORY ? editor->history_count : LINE_EDITOR_HISTORY;

    if (back > kept)
        return;
    if (editor->back == 0) {
        memcpy(editor->typed, editor->line, editor->length);
        editor->typed[editor->length] = '\0';
    }
    editor->back = back;
    replace_line(editor, back == 0 ? editor->typed : history_line(editor, back));
}

static void remember(struct line_editor *editor)
{
    if (editor->length == 0 ||
        (editor->history_count != 0 && strcmp(history_line(editor, 1), editor->line) == 0))
        return;
    memcpy(editor->history[editor->history_count % LINE_EDITOR_HISTORY], editor->line,
           editor->length + 1);
    editor->history_count++;
    if (editor->history_count == 2 * LINE_EDITOR_HISTORY)
        editor->history_count = LINE_EDITOR_HISTORY; /* the same places, and it can't wrap */
}

static size_t word_start(const struct line_editor *editor)
{
    size_t start = editor->cursor;

    while (start > 0 && editor->line[start - 1] == ' ')
        start--;
    while (start > 0 && editor->line[start - 1] != ' ')
        start--;
    return start;
}

static void delete_left(struct line_editor *editor)
{
    if (too_long(editor))
        editor->length--;
    else if (editor->cursor > 0)
        delete_range(editor, editor->cursor - 1, editor->cursor);
}

/* ---- completion ---- */

struct completion {
    size_t start;      /* of the word, up to the cursor */
    unsigned count;    /* candidates that begin with it */
    const char *first; /* of these */
    size_t common;     /* how many characters all of them share */
};

static size_t shared(const char *a, const char *b, size_t limit)
{
    size_t length = 0;

    while (length < limit && a[length] != '\0' && a[length] == b[length])
        length++;
    return length;
}

/* The next candidate that begins with the word, from *index on. */
static const char *next_match(struct line_editor *editor, size_t start, unsigned *index)
{
    const char *text;

    while ((text = editor->candidate(editor->line, start, (*index)++)) != NULL)
        if (strncmp(text, editor->line + start, editor->cursor - start) == 0)
            return text;
    return NULL;
}

static struct completion look_up(struct line_editor *editor)
{
    struct completion found = {.start = editor->cursor};
    const char *text;
    unsigned index = 0;

    while (found.start > 0 && editor->line[found.start - 1] != ' ')
        found.start--;
    while ((text = next_match(editor, found.start, &index)) != NULL) {
        if (found.count++ == 0) {
            found.first = text;
            found.common = strlen(text);
        }
        found.common = shared(found.first, text, found.common);
    }
    return found;
}

static void list_candidates(struct line_editor *editor, size_t start)
{
    unsigned index = 0;
    const char *text;

    show(editor, "\n");
    while ((text = next_match(editor, start, &index)) != NULL) {
        show(editor, text);
        show(editor, "  ");
    }
    show(editor, "\n");
    show_all(editor);
}

/* Adds what all candidates share, and a blank where there is but one; lists them where that adds
 * nothing. */
static void complete(struct line_editor *editor)
{
    struct completion found;

    if (editor->candidate == NULL)
        return;
    editor->line[editor->length] = '\0';
    found = look_up(editor);
    if (found.count == 0)
        return;

    size_t typed = editor->cursor - found.start;

    for (size_t i = typed; i < found.common; i++)
        insert(editor, found.first[i]);
    if (found.count == 1)
        insert(editor, ' ');
    else if (found.common == typed)
        list_candidates(editor, found.start);
}

/* The keys that edit. A line that is too long can only be shortened, with backspace and Ctrl-U. */
static void edit(struct line_editor *editor, int key)
{
    size_t cursor = editor->cursor, length = editor->length;

    switch (key) {
    case CTRL('A'):
        move_to(editor, 0);
        break;
    case CTRL('E'):
        move_to(editor, length);
        break;
    case CTRL('B'):
        move_to(editor, cursor > 0 ? cursor - 1 : 0);
        break;
    case CTRL('F'):
        move_to(editor, cursor < length ? cursor + 1 : length);
        break;
    case CTRL('D'):
        delete_range(editor, cursor, cursor < length ? cursor + 1 : length);
        break;
    case CTRL('K'):
        delete_range(editor, cursor, length);
        break;
    case CTRL('U'):
        delete_range(editor, 0, cursor);
        break;
    case CTRL('W'):
        delete_range(editor, word_start(editor), cursor);
        break;
    case CTRL('P'):
        walk_history(editor, editor->back + 1);
        break;
    case CTRL('N'):
        if (editor->back > 0)
            walk_history(editor, editor->back - 1);
        break;
    case CTRL('L'):
        show(editor, "\033[H\033[2J"); /* to the corner, and all erased */
        show_all(editor);
        break;
    case CTRL('I'):
        complete(editor);
        break;
    default: /* means nothing here */
        break;
    }
}

static void control(struct line_editor *editor, int key)
{
    if (key == CTRL('H') || key == KEY_DELETE) {
        delete_left(editor);
    } else if (!too_long(editor)) {
        edit(editor, key);
    } else if (key == CTRL('U')) {
        editor->length = LINE_EDITOR_MAX;
        move_to(editor, LINE_EDITOR_MAX);
        delete_range(editor, 0, LINE_EDITOR_MAX);
    }
}

/* The key that an escape sequence stands for; 0: none that is known. */
static int escape_key(char final, unsigned number)
{
    switch (final) {
    case 'A':
        return CTRL('P');
    case 'B':
        return CTRL('N');
    case 'C':
        return CTRL('F');
    case 'D':
        return CTRL('B');
    case 'H':
        return CTRL('A');
    case 'F':
        return CTRL('E');
    case '~':
        if (number == VT_HOME || number == VT_HOME_TOO)
            return CTRL('A');
        if (number == VT_END || number == VT_END_TOO)
            return CTRL('E');
        return number == VT_DELETE ? CTRL('D') : 0;
    default:
        return 0;
    }
}

/* Takes a character of an escape sequence. False: it is not part of one, and means itself. */
static bool take_escape(struct line_editor *editor, unsigned char key)
{
    unsigned state = editor->escape;

    if (key < ' ' || key >= KEY_DELETE) { /* no part of a sequence: it has been cut */
        editor->escape = ESCAPE_NONE;
        return false;
    }
    if (state == ESCAPE_BEGUN) {
        editor->number = 0;
        editor->escape = key == '[' ? ESCAPE_CONTROL : key == 'O' ? ESCAPE_SINGLE : ESCAPE_NONE;
        return editor->escape != ESCAPE_NONE;
    }
    if (state == ESCAPE_CONTROL && key < '@') { /* a parameter or intermediate character */
        if (key >= '0' && key <= '9' && editor->number < NUMBER_LIMIT)
            editor->number = editor->number * 10 + (unsigned)(key - '0');
        return true;
    }
    editor->escape = ESCAPE_NONE;
    control(editor, escape_key((char)key, editor->number));
    return true;
}

static enum line_event finish(struct line_editor *editor)
{
    bool refused = too_long(editor);

    if (!refused) {
        move_to(editor, editor->length);
        editor->line[editor->length] = '\0';
        remember(editor);
    } else {
        editor->line[0] = '\0';
    }
    show(editor, "\n");
    return refused ? LINE_TOO_LONG : LINE_DONE;
}

enum line_event line_editor_key(struct line_editor *editor, unsigned char key)
{
    bool after_return = editor->after_return;

    editor->after_return = false;
    if (editor->escape != ESCAPE_NONE && take_escape(editor, key))
        return LINE_PENDING;
    if (key == '\n' && after_return)
        return LINE_PENDING; /* a line ended by both is one line */
    if (key == '\r' || key == '\n') {
        editor->after_return = key == '\r';
        return finish(editor);
    }
    if (key == CTRL('C')) {
        show(editor, "^C\n");
        return LINE_CANCELLED;
    }
    if (key == KEY_ESCAPE)
        editor->escape = ESCAPE_BEGUN;
    else if (key >= ' ' && key < KEY_DELETE)
        insert(editor, (char)key);
    else if (key <= KEY_DELETE)
        control(editor, key);
    return LINE_PENDING;
}

void line_editor_init(struct line_editor *editor, const char *prompt,
                      void (*write)(const char *text, size_t length), line_candidate_t candidate)
{
    memset(editor, 0, sizeof(*editor));
    editor->prompt = prompt;
    editor->write = write;
    editor->candidate = candidate;
}

void line_editor_start(struct line_editor *editor)
{
    editor->length = 0;
    editor->cursor = 0;
    editor->back = 0;
    editor->escape = ESCAPE_NONE;
    show(editor, editor->prompt);
}

const char *line_editor_text(const struct line_editor *editor)
{
    return editor->line;
}

size_t line_editor_length(const struct line_editor *editor)
{
    return editor->length;
}
