// SPDX-License-Identifier: BSD-3-Clause
/*
 * The arguments of a Cortex-R5F's program (platform/r5f_arguments.h): zero-terminated text in the
 * image's data, behind a mark by which tools find it in a file, even in one without symbols
 * (docs/r5f.md).
 */
#include "platform/r5f_arguments.h"

#include "lib/log.h"
#include "platform/application.h"

#include <stdbool.h>

#define MARK     "k3metal-arguments:"
#define TEXT_MAX 256

LOG_USE(boot);

struct boot_arguments {
    char mark[sizeof(MARK) - 1];
    char text[TEXT_MAX];
};
extern struct boot_arguments boot_arguments; /* for debuggers, too */

struct boot_arguments boot_arguments __attribute__((section(".arguments"))) = {.mark = MARK};

int r5f_arguments(char **words)
{
    bool lost;
    int count;

    boot_arguments.text[TEXT_MAX - 1] = '\0';
    count = platform_split_arguments(boot_arguments.text, words, R5F_ARGUMENTS_MAX, &lost);
    if (lost)
        log_warning(boot, "of the arguments, %d words are taken; they end with \"%s\"",
                    R5F_ARGUMENTS_MAX, words[count - 1]);
    return count;
}
