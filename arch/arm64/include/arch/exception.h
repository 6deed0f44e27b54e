// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where interrupts and unexpected exceptions go.
 */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* Sets the function that each IRQ calls, on any core, with IRQs masked. Once, at boot:
 * it unmasks IRQs on the calling core, which stay masked until there is a handler. */
void exception_set_irq_handler(void (*handler)(void));

/* The handler that is set, or NULL. Setting another later is for tests that watch interrupts. */
void (*exception_get_irq_handler(void))(void);

/* Registers where panic() and exception reports go: a function that works in any context, whoever
 * holds which lock, and returns once the text has left. Until then they say nothing. */
void exception_set_output(void (*write)(const char *text, size_t length));

/* Whether a core is printing its last report. Locks that guard output give way then. */
bool panicking(void);

/* Prints the message, registers and a backtrace, and powers off with a failing status. */
noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From now on, each abort of this core for [start, start + size) is swallowed and counted: of a
 * load or store of one register, which is skipped (a load reads 0), or of a call to there, which
 * returns at once. For tests that prove a guard or a protection; size 0 turns it off. Returns how
 * many were swallowed since the last call. */
unsigned exception_expect_abort(uintptr_t start, uintptr_t size);

#endif
