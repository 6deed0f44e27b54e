// SPDX-License-Identifier: BSD-3-Clause
/*
 * The commands that are about the firmware itself: help, version, log, and ways to end.
 */
#include "app/prompt/prompt.h"
#include "arch/exception.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_LINES_DEFAULT 40u
#define HELP_COLUMN       30

static const char *arguments_of(const struct command *command)
{
    return command->arguments != NULL ? command->arguments : "";
}

/* Two columns; a long first one has the second below it. */
static void print_help(const struct command *command)
{
    int width = printf("%s %s", command->name, arguments_of(command));

    if (width >= HELP_COLUMN)
        printf("\n%*s%s\n", HELP_COLUMN, "", command->help);
    else
        printf("%*s%s\n", HELP_COLUMN - width, "", command->help);
}

static int run_help(int count, char **words)
{
    const struct command *command;

    if (count == 2 && (command = command_find(words[1])) != NULL) {
        printf("%s %s\n  %s\n", command->name, arguments_of(command), command->help);
        return COMMAND_DONE;
    }
    if (count != 1)
        return COMMAND_USAGE;
    for (unsigned i = 0; (command = command_get(i)) != NULL; i++)
        print_help(command);
    return COMMAND_DONE;
}

static const char *command_names(unsigned word, unsigned index)
{
    const struct command *command = word == 1 ? command_get(index) : NULL;

    return command == NULL ? NULL : command->name;
}

COMMAND(help, .arguments = "[command]", .help = "this list, or one of it", .run = run_help,
        .candidate = command_names);

static int run_version(int count, char **words)
{
    char identity[96];

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    version_describe(identity, sizeof(identity));
    printf("%s, %s\n", identity, version_of_image.compiler);
    return COMMAND_DONE;
}

COMMAND(version, .help = "release, commit, compiler", .run = run_version);

/* ---- log ---- */

static void print_levels(void)
{
    const struct log_subject *subject;

    for (unsigned i = 0; (subject = log_get_subject(i)) != NULL; i++)
        printf("  %-12s %s\n", subject->name, log_level_name((enum log_level)subject->level));
}

static int set_level(const char *subject, const char *name)
{
    int level = log_level_of(name);

    if (level < 0)
        return COMMAND_USAGE;
    if (log_set_level(subject, (enum log_level)level) == 0)
        return COMMAND_DONE;
    printf("log: no subject \"%s\"; `log levels` lists them, * is all\n", subject);
    return COMMAND_FAILED;
}

static int print_lines(uint64_t lines)
{
    char *text = malloc(LOG_KEPT);

    if (text == NULL) {
        printf("log: no memory\n");
        return COMMAND_FAILED;
    }
    fwrite(text, 1, log_copy(text, (unsigned)lines), stdout);
    free(text);
    return COMMAND_DONE;
}

static int run_log(int count, char **words)
{
    uint64_t lines = LOG_LINES_DEFAULT;

    if (count == 2 && strcmp(words[1], "levels") == 0) {
        print_levels();
        return COMMAND_DONE;
    }
    if (count == 4 && strcmp(words[1], "level") == 0)
        return set_level(words[2], words[3]);
    if (count > 2 || (count == 2 && !command_read_number(words[1], UINT32_MAX, &lines)))
        return COMMAND_USAGE;
    return print_lines(lines);
}

static const char *log_words(unsigned word, unsigned index)
{
    static const char *const first[] = {"level", "levels"};

    if (word == 1)
        return index < sizeof(first) / sizeof(first[0]) ? first[index] : NULL;
    if (word == 3)
        return index < LOG_LEVELS ? log_level_name((enum log_level)index) : NULL;

    const struct log_subject *subject = word == 2 ? log_get_subject(index) : NULL;

    return subject == NULL ? NULL : subject->name;
}

COMMAND(log, .arguments = "[lines | levels | level subject level]",
        .help = "the latest messages (40); the levels of all subjects; sets one", .run = run_log,
        .candidate = log_words);

/* ---- ends ---- */

static int run_panic(int count, char **words)
{
    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    panic("asked for at the prompt");
}

COMMAND(panic, .help = "ends with a panic, to see one", .run = run_panic);

static int run_poweroff(int count, char **words)
{
    uint64_t status = 0;

    if (count > 2 || (count == 2 && !command_read_number(words[1], UINT8_MAX, &status)))
        return COMMAND_USAGE;
    prompt_finish((uint8_t)status);
    return COMMAND_DONE;
}

COMMAND(poweroff, .arguments = "[status]", .help = "ends, with a status (0-255, default 0)",
        .run = run_poweroff);
