// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that leave and come back.
 */
#ifndef MSI_EVACUATE_H
#define MSI_EVACUATE_H

/* Moves every interrupt of a device off the core, and lets no other come: what prefers the core
 * goes elsewhere, until irq_admit_core() takes it back (and moves nothing). When it returns 0 no
 * handler of a device's interrupt runs on the core. SGIs and PPIs are the core's own affair.
 * -EINVAL: no such core, or the last one; or the first error of a move: then what could be moved
 * has moved, and the call can be repeated. Thread context, any core. */
int irq_evacuate_core(unsigned core);
int irq_admit_core(unsigned core);

#endif
