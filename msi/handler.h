// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an interrupt calls.
 */
#ifndef MSI_HANDLER_H
#define MSI_HANDLER_H

#include <stdbool.h>
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

/* Whether this core's interrupts have left its threads no turn for a quarter of the time after
 * which the one that comes most often is masked as a storm (msi/limits.h). A handler that may have
 * honest work for so long can rest before: mask its interrupt for a while, with a timeout to unmask
 * it (msi/timeout.h). A handler asks it, with nothing to be done by its answer's time: some loads,
 * and the clock where the core is that busy. Interrupt context; of a handler that has interrupted
 * another one it is not true. */
bool irq_should_rest(void);

/* Calls a handler so that what is more urgent than `priority` may interrupt it: the root's number.
 */
typedef enum irq_return (*irq_open_t)(irq_handler_t handler, void *context, uint8_t priority);

#endif
