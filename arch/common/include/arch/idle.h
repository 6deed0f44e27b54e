// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a core does while its thread has nothing else to do: a task that somebody has registered
 * runs a little at a time, and the core sleeps in between.
 *
 * A thread says itself where that may be: other waits (wait_for(), delay_us(), mutex_lock()) may be
 * in the middle of something, with a mutex held or a line half printed, and run nothing.
 */
#ifndef ARCH_IDLE_H
#define ARCH_IDLE_H

#include "arch/wait.h"

/* Both are called on each core, for that core. */
struct idle_task {
    bool (*pending)(void); /* whether there is something to run; as a condition of wait_for() */
    void (*run)(void);     /* runs a part of it: thread context */
};

/* Registers the task, which must live for ever; the same one may be registered again. There is room
 * for one: it is the interrupt layer's (msi/work.h). Any context. */
void idle_set_task(const struct idle_task *task);

/* Whether this core's task is pending, as a condition of a wait; and runs it, if it is. Cores that
 * have no function to run (smp_start()) do so. Thread context. */
bool idle_has_task(void);
void idle_run_task(void);

/* Waits as wait_for() does, and has this core's task run meanwhile; what is pending runs first,
 * also where the condition holds already. What the caller does with a mutex held, the task must not
 * need. Whoever reads the console waits here. Errors as wait_for(). A run of the task is not cut
 * off by the timeout. */
int idle_for(wait_condition_t condition, void *argument, uint64_t timeout_us);

#endif
