// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts for people: the list of those in use, and a picture of how they are connected.
 */
#ifndef APP_IRQ_REPORT_H
#define APP_IRQ_REPORT_H

/* One line an interrupt: device, index, name, core, count, state, route; then what is left. Thread
 * context. */
void irq_print_table(void);

/* The topology in Graphviz's language: from each source over each stage of its route to its core.
 * Thread context. */
void irq_print_dot(void);

#endif
