// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt: one line, one command. Bad input gets one line of usage.
 */
#include "app/prompt/prompt.h"

#include "app/prompt/line_editor.h"
#include "drivers/uart/uart.h"
#include "lib/command.h"
#include "lib/console.h"
#include "msi/service.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WAIT_US 1000000u
#define PROMPT  "k3metal> "

static bool running, finished;
static uint8_t exit_status;

void prompt_finish(uint8_t status)
{
    exit_status = status;
    finished = true;
}

/* ---- completion ---- */

/* How many words stand before position start. */
static unsigned words_before(const char *line, size_t start)
{
    unsigned words = 0;

    for (size_t i = 0; i < start; i++)
        words += line[i] != ' ' && (i == 0 || line[i - 1] == ' ') ? 1 : 0;
    return words;
}

/* What can stand at start: the first word is a command, the others are what the command says. */
static const char *candidate(const char *line, size_t start, unsigned index)
{
    unsigned word = words_before(line, start);

    if (word == 0) {
        const struct command *command = command_get(index);

        return command == NULL ? NULL : command->name;
    }

    char name[LINE_EDITOR_MAX + 1];
    size_t blanks = strspn(line, " "), length = strcspn(line + blanks, " ");

    memcpy(name, line + blanks, length);
    name[length] = '\0';

    const struct command *command = command_find(name);

    return command == NULL || command->candidate == NULL ? NULL : command->candidate(word, index);
}

/* ---- lines ---- */

/* Says once for each time if typed input was lost. */
static void tell_lost_input(void)
{
    static uint64_t told;
    struct uart_counters counters;

    uart_get_counters(&counters);
    if (counters.overruns != told)
        printf("console: input was lost %" PRIu64 " times: it came faster than it was read\n",
               counters.overruns - told);
    told = counters.overruns;
}

static void do_edited(const struct line_editor *editor)
{
    char line[LINE_EDITOR_MAX + 1];
    int status;

    memcpy(line, line_editor_text(editor), line_editor_length(editor) + 1);
    status = command_run_line(line);
    if (status == -ENOENT)
        printf("no command \"%s\"; try help\n", line + strspn(line, " "));
    else if (status == -E2BIG)
        printf("the line has more than %u words: not done\n", COMMAND_WORDS_MAX);
}

uint8_t prompt_run(void)
{
    static struct line_editor editor;

    running = true;
    finished = false;
    exit_status = 0;
    line_editor_init(&editor, PROMPT, console_write, candidate);
    line_editor_start(&editor);
    while (!finished) {
        int key = console_getc(WAIT_US);
        enum line_event event;

        if (key < 0)
            continue;
        event = line_editor_key(&editor, (unsigned char)key);
        if (event == LINE_PENDING)
            continue;
        if (event == LINE_DONE)
            do_edited(&editor);
        else if (event == LINE_TOO_LONG)
            printf("the line has %lu characters, the most is %u: not done\n",
                   (unsigned long)line_editor_length(&editor), LINE_EDITOR_MAX);
        tell_lost_input();
        irq_service(); /* logs strays and storms, before the next prompt */
        fflush(stdout);
        if (!finished)
            line_editor_start(&editor);
    }
    running = false;
    return exit_status;
}

static int run_console(int count, char **words)
{
    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    if (running) {
        printf("this is the prompt\n");
        return COMMAND_FAILED;
    }
    return prompt_run();
}

COMMAND(console, .help = "the prompt (as a boot argument)", .run = run_console, .at_boot = true);
