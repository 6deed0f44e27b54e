// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where interrupts and unexpected exceptions go.
 */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* What an IRQ calls, with its core's context. */
typedef void (*exception_irq_handler_t)(void *context);

/* Sets the function that each IRQ calls, on any core, with IRQs masked. Until then IRQs stay
 * masked; this unmasks them on the calling core. For the interrupt layer. Thread context. */
void exception_set_irq_handler(exception_irq_handler_t handler);

/* What it is called with: on core n the address of contexts + n * size. Before the handler is set.
 */
void exception_set_irq_contexts(void *contexts, size_t size);

/* That function, or NULL: for who puts his own around it. Any context. */
exception_irq_handler_t exception_get_irq_handler(void);

/* For the interrupt layer, from an IRQ handler, about a handler that others may interrupt:
 * exception_open() unmasks IRQs, with a stack of their own; exception_close() undoes it. False, and
 * nothing was done: the handler is as deep as there are stacks (STACK_IRQ_LEVELS). */
bool exception_open(void);
void exception_close(void);

/* From the function of exception_set_irq_handler(), before all else, if this IRQ has interrupted a
 * handler: calls function(argument), and leaves that handler's FP/SIMD registers as they were. */
void exception_nested(void (*function)(void *argument), void *argument);

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
