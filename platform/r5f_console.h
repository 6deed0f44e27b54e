// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console of an R5F: MCU_UART0, and the text in memory that Linux shows as the core's trace.
 * The UART is core 0's: in split mode, of core 1 there is the text only.
 */
#ifndef PLATFORM_R5F_CONSOLE_H
#define PLATFORM_R5F_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* Attaches it; panics go there too. `uart`: whether the UART is to be used, if it answers. What is
 * written goes to memory in any case. Boot core, once, before anybody writes. */
void platform_r5f_console_attach(bool uart);

/* Whether the UART is used. Any context. */
bool platform_r5f_console_has_uart(void);

/* Where panics go then (exception_set_output()). */
void platform_r5f_panic_output(const char *text, size_t length);

#endif
