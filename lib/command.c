// SPDX-License-Identifier: BSD-3-Clause
/*
 * The registered commands: found, cut into words, run.
 */
#include "lib/command.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* from linker.ld, in the order of linking */
extern const struct command commands_start[], commands_end[];

/* How many names stand before this one in the alphabet. */
static unsigned rank(const struct command *command)
{
    unsigned before = 0;

    for (const struct command *other = commands_start; other < commands_end; other++)
        before += strcmp(other->name, command->name) < 0 ? 1 : 0;
    return before;
}

const struct command *command_get(unsigned index)
{
    for (const struct command *command = commands_start; command < commands_end; command++)
        if (rank(command) == index)
            return command;
    return NULL;
}

const struct command *command_find(const char *name)
{
    for (const struct command *command = commands_start; command < commands_end; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int command_run(const struct command *command, int count, char **words)
{
    int status = command->run(count, words);

    if (status == COMMAND_USAGE)
        printf("usage: %s%s%s\n", command->name, command->arguments != NULL ? " " : "",
               command->arguments != NULL ? command->arguments : "");
    return status;
}

int command_run_line(char *line)
{
    char *words[COMMAND_WORDS_MAX + 1];
    char *position = line;
    unsigned count = 0;

    for (char *word = strtok_r(line, BLANKS, &position); word != NULL;
         word = strtok_r(NULL, BLANKS, &position)) {
        if (count == COMMAND_WORDS_MAX)
            return -E2BIG;
        words[count++] = word;
    }
    words[count] = NULL;
    if (count == 0)
        return 0;

    const struct command *command = command_find(words[0]);

    return command == NULL ? -ENOENT : command_run(command, (int)count, words);
}

static bool read_digits(const char *digits, const char *allowed, int base, uint64_t limit,
                        uint64_t *number)
{
    size_t length = strspn(digits, allowed);

    if (length == 0 || digits[length] != '\0')
        return false;
    errno = 0;
    *number = strtoull(digits, NULL, base);
    return errno == 0 && *number <= limit;
}

static bool has_hex_mark(const char *word)
{
    return word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
}

bool command_read_hex(const char *word, uint64_t limit, uint64_t *number)
{
    return read_digits(has_hex_mark(word) ? word + 2 : word, "0123456789abcdefABCDEF", 16, limit,
                       number);
}

bool command_read_number(const char *word, uint64_t limit, uint64_t *number)
{
    if (has_hex_mark(word))
        return command_read_hex(word, limit, number);
    return read_digits(word, "0123456789", 10, limit, number);
}
