// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command that suspends the SoC until a key is typed, or another interrupt comes.
 */
#include "drivers/uart/uart.h"
#include "lib/command.h"
#include "lib/console.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

/* Before all was ready. */
static bool is_typed(void *argument)
{
    (void)argument;
    return uart_peek() >= 0;
}

static int run_suspend(int count, char **words)
{
    int error;

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    printf("until a key is typed, or another interrupt comes\n");
    fflush(stdout);
    console_flush(); /* the end of output is an interrupt, too */
    if (uart_peek() == '\n')
        (void)console_getc(0); /* of a line that ends in both */
    error = platform_suspend(is_typed, NULL);
    if (error == -ECANCELED && is_typed(NULL))
        error = 0; /* it had no need to sleep */
    if (error == -ENOTSUP)
        printf("the secure monitor does not offer it\n");
    else if (error == -ECANCELED)
        printf("there is work to be done first\n");
    else if (error != 0)
        printf("error %d\n", error);
    else
        printf("awake\n");
    return error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

COMMAND(suspend, .help = "suspends the SoC (PSCI), with all interrupts", .run = run_suspend);
