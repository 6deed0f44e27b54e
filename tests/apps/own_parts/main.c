// SPDX-License-Identifier: BSD-3-Clause
/*
 * An application with the prompt and the self-test that adds a command and tests of its own
 * (parts.c), and nothing of k3metal's own tests (tests/system/apps).
 */
#include "app/prompt/prompt.h"
#include "app/selftest/selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void leave(void)
{
    puts("good night");
}

int main(int argc, char **argv)
{
    if (atexit(leave) != 0)
        return EXIT_FAILURE;
    if (argc > 1 && strcmp(argv[1], "test") == 0)
        return selftest_run(NULL) == 0 ? 0 : 1;
    return prompt_run();
}
