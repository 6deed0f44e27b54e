// SPDX-License-Identifier: BSD-3-Clause
/*
 * What main.c knows nothing of: a command, tests, a constructor.
 */
#include "app/selftest/selftest.h"
#include "lib/command.h"

#include <math.h>
#include <stdatomic.h>
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

/* Sections that linker.ld does not know. */
static int table[2] __attribute__((section(".table"))) = {1, 2};
static const int constants[2] __attribute__((section(".constants"))) = {3, 4};
static atomic_int sum;

__attribute__((noinline, section(".far_code"))) static int add_all(void)
{
    return table[0]++ + table[1] + constants[0] + constants[1];
}

SELFTEST(own, sections_of_its_own_are_what_they_say, 5)
{
    CHECK_EQUAL(add_all(), 10);
    CHECK_EQUAL(table[0], 2);
    atomic_fetch_add(&sum, 5);
    CHECK_EQUAL(atomic_load(&sum), 5);
}

SELFTEST(own, takes_the_root, 5)
{
    volatile double two = 2.0; /* else the compiler knows it */

    CHECK((int)(1000 * sqrt(two)) == 1414);
}
