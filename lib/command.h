// SPDX-License-Identifier: BSD-3-Clause
/*
 * Commands: what can be typed at the prompt or, if a command says so, given as a boot argument.
 *
 * A command registers itself from its own file; there is no list of them anywhere else:
 *
 *     static int run_hello(int count, char **words)
 *     {
 *         printf("hello %s\n", count > 1 ? words[1] : "world");
 *         return COMMAND_DONE;
 *     }
 *     COMMAND(hello, .arguments = "[name]", .help = "says hello", .run = run_hello);
 */
#ifndef LIB_COMMAND_H
#define LIB_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* What run() returns; also the exit status of an image that ends with it. */
enum command_status {
    COMMAND_DONE = 0,
    COMMAND_FAILED = 1,
    COMMAND_USAGE = 2, /* the words make no sense, and nothing has been done */
};

/* One command: what COMMAND() below fills in. */
struct command {
    const char *name;
    const char *arguments; /* for the help; NULL: it takes none */
    const char *help;      /* a line */
    /* Does it: words[0] is the name, words[count] is NULL. Thread context, boot core. */
    int (*run)(int count, char **words);
    /* For completion: what word number `word` (from 1) can be, one after the other, NULL after the
     * last. May be NULL. */
    const char *(*candidate)(unsigned word, unsigned index);
    bool at_boot; /* may be a boot argument: "name" or "name=word" */
};

#define COMMAND(name_, ...)                                                                        \
    extern const struct command command_##name_; /* global: a name is there once */                \
    const struct command command_##name_                                                           \
        __attribute__((used, section(".commands"))) = {.name = #name_, __VA_ARGS__}

#define COMMAND_WORDS_MAX 16u

/* Command number `index` (from 0, sorted by name); NULL after the last. Any context. */
const struct command *command_get(unsigned index);

/* The command with this name; NULL: none. Any context. */
const struct command *command_find(const char *name);

/* Cuts the line into words at blanks (the line is changed) and runs the command; for wrong words it
 * prints a line of usage. Returns its status (0 for an empty line); -ENOENT: there is no such
 * command, and line holds its name; -E2BIG: more than COMMAND_WORDS_MAX words. Thread context, boot
 * core. */
int command_run_line(char *line);

/* Runs a command with its words; if they are wrong (COMMAND_USAGE), prints a line of usage. Returns
 * its status. Thread context, boot core. */
int command_run(const struct command *command, int count, char **words);

/* A whole number in [0, limit]: decimal, or hexadecimal after 0x. False: the word is not one. Any
 * context. */
bool command_read_number(const char *word, uint64_t limit, uint64_t *number);

/* The same as U-Boot reads numbers: hexadecimal, with or without 0x. Any context. */
bool command_read_hex(const char *word, uint64_t limit, uint64_t *number);

#endif
