// SPDX-License-Identifier: BSD-3-Clause
/*
 * What can be typed at the prompt.
 */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command {
    const char *name, *argument, *help;
    /* Does it. Returns whether the argument (never NULL, no blanks in front) was understood; if
     * not, nothing has been done. */
    bool (*run)(const char *argument);
};

extern const struct command commands[];
extern const size_t command_count;

/* Reads a whole number in [0, limit] (decimal, 0x hexadecimal) and moves *text behind it and the
 * blanks after it. False: there is none. */
bool read_number(const char **text, uint64_t limit, uint64_t *number);

/* app/memory.c: words of memory, or of registers that are safe to read. */
bool command_mem(const char *argument);

/* app/bench.c: what an interrupt costs. */
bool command_bench(const char *argument);

#endif
