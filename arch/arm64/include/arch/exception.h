// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where interrupts and unexpected exceptions go.
 */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* Sets the function that each IRQ calls, on any core, with IRQs masked. Until then IRQs stay
 * masked; this unmasks them on the calling core. For the interrupt layer. Thread context. */
void exception_set_irq_handler(void (*handler)(void));

/* Sets where panic() and exception reports go: a function that works in any context, takes no lock,
 * and returns once the text has left the device. Boot core, thread context. */
void exception_set_output(void (*write)(const char *text, size_t length));

/* Where they go until then, from the first instruction in C on, with the MMU on or off. The
 * platform defines it; without a definition they print nothing. */
void exception_early_output(const char *text, size_t length);

/* Whether a core is printing its last report. Locks that guard output are not taken then. Any
 * context. */
bool panicking(void);

/* Prints the message, registers and a backtrace, and powers off with status 1. The other cores
 * stop. Any context. */
noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
