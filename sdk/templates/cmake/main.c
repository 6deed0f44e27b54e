// SPDX-License-Identifier: BSD-3-Clause
/*
 * An application of k3metal with a command of its own at the prompt.
 */
#include "app/prompt/prompt.h"
#include "arch/core.h"
#include "lib/command.h"

#include <stdio.h>

static int run_hello(int count, char **words)
{
    if (count > 2)
        return COMMAND_USAGE;
    printf("hello %s from core %u of %u\n", count == 2 ? words[1] : "world", core_id(), core_count());
    return COMMAND_DONE;
}

COMMAND(hello, .arguments = "[name]", .help = "says hello", .run = run_hello);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) { /* boot arguments are commands too */
        int status = command_run_line(argv[i]);

        if (status != COMMAND_DONE)
            return COMMAND_FAILED;
    }
    return argc > 1 ? COMMAND_DONE : prompt_run();
}
