// SPDX-License-Identifier: BSD-3-Clause
/*
 * What main.c knows nothing of: a command, tests, a constructor.
 */
#include "app/selftest/selftest.h"
#include "lib/command.h"

#include <math.h>
#include <stdio.h>

static int run_greet(int count, char **words)
{
    uint64_t times;

    if (count != 2 || !command_read_number(words[1], 10, &times))
        return COMMAND_USAGE;
    while (times-- > 0)
        printf("%s, %.2f\n", GREETING, 22.0 / 7.0); /* an application may use floating point */
    return COMMAND_DONE;
}
COMMAND(greet, .arguments = "TIMES", .help = "says what the application says", .run = run_greet);

static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed++;
}

SELFTEST(own, is_constructed_once, 5)
{
    CHECK_EQUAL(constructed, 1);
}

SELFTEST(own, takes_the_root, 5)
{
    volatile double two = 2.0; /* else the compiler knows it */

    CHECK((int)(1000 * sqrt(two)) == 1414);
}
