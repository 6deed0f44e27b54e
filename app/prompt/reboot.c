// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command that resets the board: of the core that has PSCI.
 */
#include "arch/psci.h"
#include "lib/command.h"
#include "lib/console.h"

#include <stdio.h>

static int run_reboot(int count, char **words)
{
    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    printf("rebooting\n");
    fflush(stdout);
    console_flush();
    psci_system_reset();
}

COMMAND(reboot, .help = "resets the board", .run = run_reboot);
