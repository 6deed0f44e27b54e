// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where all interrupts are, to be put back when cores have been away.
 */
#ifndef MSI_PLACES_H
#define MSI_PLACES_H

struct irq_places;

/* Notes the core of each interrupt of a device. Thread context. NULL: there is no memory, or it is
 * not thread context. */
struct irq_places *irq_places_note(void);

/* Moves those that are elsewhere back to where they were, and frees the note. What has been
 * requested or freed meanwhile is left alone, and so is what was on a core that takes no interrupts
 * now (irq_evacuate_core()). Thread context. -EDEADLK; -EAGAIN: a handler has not returned for 5 s;
 * or the first error of a move: the others have moved. */
int irq_places_put_back(struct irq_places *places);

#endif
