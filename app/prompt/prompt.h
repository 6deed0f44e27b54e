// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt on the console.
 */
#ifndef APP_PROMPT_PROMPT_H
#define APP_PROMPT_PROMPT_H

#include <stdint.h>

/* Reads lines and runs the commands in them (lib/command.h) until one calls prompt_finish();
 * returns the status that it gave. Thread context, boot core. */
uint8_t prompt_run(void);

/* Makes prompt_run() return the status when the command that is running has ended. For commands:
 * thread context, boot core. */
void prompt_finish(uint8_t status);

#endif
