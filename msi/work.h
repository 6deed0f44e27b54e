// SPDX-License-Identifier: BSD-3-Clause
/*
 * Deferred work: what a handler leaves to thread context, where it may wait, print, allocate, and
 * request and free interrupts.
 *
 * Each core has a list. What is queued for a core runs there once, in the order in which it was
 * queued, one after the other and never on two cores at once. There is one thread a core, and
 * nothing takes the core away from it: so work runs where the thread says that it has nothing else
 * to do. A core other than the boot core does between the functions that smp_start() gives it; the
 * boot core while it reads the console (the prompt). Whatever else runs on a core calls idle_for()
 * (arch/idle.h) where it would call wait_for(), or work_run() now and then.
 *
 * A core that goes off (platform_core_off()) runs what is queued for it before. What is queued for
 * it by its number while it is off waits until it is back, or is cancelled. What an interrupt
 * queues runs where the interrupt has moved to.
 *
 * A driver embeds the work in a structure of its own. To take it down: first what queues it
 * (irq_free(), udma_channel_close()), then work_cancel().
 */
#ifndef MSI_WORK_H
#define MSI_WORK_H

#include <stdbool.h>
#include <stdint.h>

/* Thread context, on the core that it was queued for. A wait in it holds up the core's other work,
 * not the core's interrupts. It may queue any work, its own too, or give the work's memory away. */
typedef void (*work_function_t)(void *context);

/* All of it is this layer's after work_init(). */
struct work {
    work_function_t function;
    void *context;
    struct work *next;
    uint64_t ticket; /* the number of its place, while it is queued */
    uint32_t core;   /* in whose list it is, or on which it runs; or was last */
    bool queued, cancelled;
};

/* Makes a work that is queued nowhere. Not while it is queued; what runs is not ended by it. Any
 * context. */
void work_init(struct work *work, work_function_t function, void *context);

/* Queues it for the calling core, or for the one that is named. While its function runs it can be
 * queued once more: then it comes back on that same core, whichever is named. Where two cores name
 * different ones at once, it is one of them. What was written before is seen by the function. Any
 * context. -EALREADY: it is queued and has not begun, so that one call stands for both; -ECANCELED;
 * -EINVAL: no such core. */
int work_queue(struct work *work);
int work_queue_on(struct work *work, unsigned core);

/* Waits until a call has ended that began after everything that was queued before; for work of the
 * calling core it runs the core's list up to there. 0 also if there is nothing to wait for, or it
 * has been cancelled and does not run any more. Thread context. -EDEADLK: elsewhere, or in a work's
 * function for work of the same core; -ETIMEDOUT: the core it is queued for has not come to it (it
 * may be off), or not to its end. */
int work_flush(struct work *work, uint64_t timeout_us);

/* When it returns 0, the function runs on no core and never will again; work_queue() returns
 * -ECANCELED. What was queued and had not begun is dropped. Thread context. -EDEADLK: elsewhere, or
 * in that function itself: nothing was done; -EAGAIN: the function has not returned for 5 s: it is
 * not called again, but its memory is still in use: cancel it again. */
int work_cancel(struct work *work);

/* Whether anything is queued for one of these cores, a bit for each; what runs is not. Any context.
 */
bool work_is_queued(uint32_t cores);

/* Runs what is queued for the calling core, and was so when it was called. For loops that compute.
 * Returns how many functions it has called: none outside of thread context, and in such a function.
 */
unsigned work_run(void);

#endif
