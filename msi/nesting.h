// SPDX-License-Identifier: BSD-3-Clause
/*
 * Handlers that more urgent interrupts may interrupt: all, while there is an interrupt of a
 * priority that is not the default one. An exception that began while there was none opens no
 * handler, one that began then opens each: what it does is in the core's struct irq_generation.
 *
 * The code for it is in msi/nesting.c, and led to by such a priority alone (IRQ_PRIORITY_HIGH and
 * so on): an application that names none is linked without it.
 */
#ifndef MSI_NESTING_H
#define MSI_NESTING_H

#include "msi/handler.h"
#include "msi/quiesce.h"

#include <stddef.h>
#include <stdint.h>

/* Calls a handler. Interrupt context; `own` is the core's, priority the root's number of the
 * handler's. */
static inline enum irq_return irq_call_open(const struct irq_generation *own, irq_handler_t handler,
                                            void *context, uint8_t priority)
{
    return own->open != NULL ? own->open(handler, context, priority) : handler(context);
}

#endif
