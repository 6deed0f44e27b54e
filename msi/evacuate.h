// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that leave and come back.
 */
#ifndef MSI_EVACUATE_H
#define MSI_EVACUATE_H

/* Moves every interrupt of a device off the core, and lets no other come to it: a request that
 * prefers the core gets another one. When it returns 0, no handler of a device's interrupt runs on
 * the core. SGIs and PPIs stay. Thread context, any core. -EINVAL: no such core, or the last one
 * that is left; -EDEADLK; -EAGAIN: everything has moved, but a handler has not returned for 5 s; or
 * the first error of a move (irq_set_affinity()): then the others have moved. In both cases no
 * interrupt comes to the core any more, and the call can be repeated. */
int irq_evacuate_core(unsigned core);

/* Lets interrupts come to the core again; moves none back. Thread context, any core. -EINVAL: no
 * such core; -EDEADLK. */
int irq_admit_core(unsigned core);

#endif
