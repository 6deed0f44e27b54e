// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an interrupt calls.
 */
#ifndef MSI_HANDLER_H
#define MSI_HANDLER_H

/* Runs in interrupt context on the interrupt's core, never on two cores at once for one interrupt.
 * It must not wait, print, allocate, request or free. Several events may make only one call: ask
 * the device how much there is to do. */
typedef void (*irq_handler_t)(void *context);

#endif
