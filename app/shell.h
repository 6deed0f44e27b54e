// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt on the console.
 */
#ifndef APP_SHELL_H
#define APP_SHELL_H

#include <stdint.h>

/* Reads and does commands until `poweroff`; returns the exit status. Thread context, boot core. */
uint8_t shell_run(void);

/* app/main.c: the demonstration on the file that the loader left. 0 or a negative errno. */
int main_demo(void);

#endif
