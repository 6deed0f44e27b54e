// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an interrupt calls.
 */
#ifndef MSI_HANDLER_H
#define MSI_HANDLER_H

#include <stdint.h>

/* What a call of a handler came to. */
enum irq_return {
    IRQ_NONE,    /* the device had nothing to do: only many of these in a row are a storm */
    IRQ_HANDLED, /* something was done */
    IRQ_AGAIN,   /* and there is more: to be called again after this core's other interrupts */
};

/* Runs in interrupt context on the interrupt's core, where more urgent ones may interrupt it, never
 * on two cores at once for one interrupt. It must not wait, print, allocate, request or free, and
 * it does a bounded amount of work: what is left is for the next call (IRQ_AGAIN). Several events
 * may make only one call: ask the device how much there is to do. */
typedef enum irq_return (*irq_handler_t)(void *context);

/* Calls a handler so that what is more urgent than `priority` may interrupt it: the root's number.
 */
typedef enum irq_return (*irq_open_t)(irq_handler_t handler, void *context, uint8_t priority);

#endif
