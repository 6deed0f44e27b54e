// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt: one line, one command. Bad input gets one line of usage.
 */
#include "app/shell.h"

#include "app/commands.h"
#include "app/line_editor.h"
#include "drivers/uart/uart.h"
#include "lib/console.h"
#include "msi/platform.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WAIT_US 1000000u
#define PROMPT  "k3metal> "

static bool finished;
static uint8_t exit_status;

void shell_finish(uint8_t status)
{
    exit_status = status;
    finished = true;
}

/* Splits the line into a command and the rest, and does it. */
static void do_line(const char *line)
{
    line += strspn(line, " ");
    size_t length = strcspn(line, " ");
    const char *argument = line + length + strspn(line + length, " ");

    if (length == 0)
        return;
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];

        if (strncmp(line, command->name, length) != 0 || command->name[length] != '\0')
            continue;
        if (!command->run(argument))
            printf("usage: %s %s\n", command->name, command->argument);
        return;
    }
    printf("no command \"%.*s\"; try help\n", (int)length, line);
}

/* Says once if what was typed did not all arrive. */
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

/* Trailing blanks are no argument. */
static void do_edited(const struct line_editor *editor)
{
    char line[LINE_EDITOR_MAX + 1];
    size_t length = line_editor_length(editor);

    while (length > 0 && line_editor_text(editor)[length - 1] == ' ')
        length--;
    memcpy(line, line_editor_text(editor), length);
    line[length] = '\0';
    do_line(line);
}

uint8_t shell_run(void)
{
    static struct line_editor editor;

    finished = false;
    exit_status = 0;
    line_editor_init(&editor, PROMPT, console_write);
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
            printf("the line has %zu characters, the most is %u: not done\n",
                   line_editor_length(&editor), LINE_EDITOR_MAX);
        tell_lost_input();
        irq_service(); /* what interrupts have left to be told, before the next prompt */
        fflush(stdout);
        if (!finished)
            line_editor_start(&editor);
    }
    return exit_status;
}
