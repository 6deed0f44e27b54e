// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt on the console.
 */
#ifndef APP_PROMPT_PROMPT_H
#define APP_PROMPT_PROMPT_H

#include <stdint.h>

/* Reads and does commands (lib/command.h) until `poweroff`; returns the exit status. Thread
 * context, boot core. */
uint8_t prompt_run(void);

/* Makes prompt_run() return the status once the command that runs has ended. */
void prompt_finish(uint8_t status);

#endif
