// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where interrupts and unexpected exceptions go.
 */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* Sets the function that each IRQ calls, on any core, with IRQs masked. Once, at boot:
 * it unmasks IRQs on the calling core, which stay masked until there is a handler. */
void exception_set_irq_handler(void (*handler)(void));

/* The handler that is set, or NULL. Setting another later is for tests that watch interrupts. */
void (*exception_get_irq_handler(void))(void);

/* Registers where panic() and exception reports go: a function that works in any context, whoever
 * holds which lock, and returns once the text has left. */
void exception_set_output(void (*write)(const char *text, size_t length));

/* Where they go until then, from the first instruction in C on, MMU on or off. A platform defines
 * it; without it they say nothing. */
void exception_early_output(const char *text, size_t length);

/* Whether a core is printing its last report. Locks that guard output give way then. */
bool panicking(void);

/* Prints the message, registers and a backtrace, and powers off with a failing status. */
noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
