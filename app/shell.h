// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt on the console.
 */
#ifndef APP_SHELL_H
#define APP_SHELL_H

#include <stdint.h>

struct device_tree_info;

/* Reads and does commands until `poweroff`; returns the exit status. Thread context, boot core. */
uint8_t shell_run(void);

/* Makes shell_run() return the status once the command that runs has ended. */
void shell_finish(uint8_t status);

/* app/main.c: the demonstration on the file that the loader left. 0 or a negative errno. */
int main_demo(void);

/* app/main.c: what the loader's device tree says, or what stands in for it. */
const struct device_tree_info *main_device_tree(void);

#endif
