// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `parts`: what of the SoC is up, and another try of what is not.
 */
#include "lib/command.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct look {
    unsigned number; /* the next part's */
    uint32_t off;    /* a bit for each part that is not up, or was refused something */
    uint32_t told;   /* which of all are printed */
};

static void look_at_part(const char *name, int error, unsigned refused, void *argument)
{
    struct look *look = argument;
    uint32_t bit = UINT32_C(1) << look->number++;

    if (error != 0 || refused != 0)
        look->off |= bit;
    if ((look->told & bit) == 0)
        return;
    if (error == 0 && refused != 0)
        printf("  %-28s up; ranges refused: %u\n", name, refused);
    else if (error == 0)
        printf("  %-28s up\n", name);
    else if (error == -ENODEV)
        printf("  %-28s error %d: none there, or it needs a part that is off\n", name, error);
    else
        printf("  %-28s error %d\n", name, error);
}

/* Prints the chosen parts; returns which of all are not up, or not all of it. */
static uint32_t print_parts(uint32_t chosen)
{
    struct look look = {.told = chosen};

    platform_for_each_part(look_at_part, &look);
    return look.off;
}

static int retry(void)
{
    uint32_t off = print_parts(0);
    int error;

    if (off == 0) {
        printf("all parts are up\n");
        return COMMAND_DONE;
    }
    error = platform_retry();
    print_parts(off);
    return error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

static int run_parts(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "retry") == 0)
        return retry();
    if (count != 1)
        return COMMAND_USAGE;
    print_parts(UINT32_MAX);
    return COMMAND_DONE;
}

static const char *parts_words(unsigned word, unsigned index)
{
    return word == 1 && index == 0 ? "retry" : NULL;
}

COMMAND(parts, .arguments = "[retry]",
        .help = "the parts of the SoC that are brought up; tries again those that are off",
        .run = run_parts, .candidate = parts_words);
