// SPDX-License-Identifier: BSD-3-Clause
/*
 * Commands that nobody waits for: a timeout that looks for those that are late while there are any
 * under way, and the work that deals with them. No clock is read where a command is submitted.
 */
#include "arch/relaxed.h"
#include "drivers/nvme/internal.h"

#include <errno.h>
#include <stddef.h>

static bool has_late(struct nvme_queue *queue)
{
    bool late = false;
    uint32_t ids;

    for (uint32_t i = 0; i < queue->mask && !late; i++)
        late = nvme_is_late(queue, &queue->slots[i], NULL, &ids);
    return late;
}

/* What is submitted from here on sets the timeout anew, if there is nothing now. */
static bool stays_watched(struct nvme_queue *queue)
{
    unsigned long state = spin_lock(&queue->lock);
    bool busy = nvme_queue_busy(queue) != 0;

    queue->watched = busy;
    spin_unlock(&queue->lock, state);
    return busy;
}

/* Interrupt context. */
static void look(void *context)
{
    struct nvme *nvme = context;
    bool again = __atomic_load_n(&nvme->halting, __ATOMIC_RELAXED), late = again;

    relaxed_store32(&nvme->tick, nvme->tick + 1);
    for (unsigned i = 0; i < nvme->queue_count; i++) {
        if (!stays_watched(&nvme->queues[i]))
            continue;
        again = true;
        late |= has_late(&nvme->queues[i]);
    }
    if (late)
        (void)work_queue(&nvme->work); /* -EALREADY: once is enough */
    if (again)
        nvme_watch(nvme);
}

static void work(void *context)
{
    nvme_recover(context, NULL);
}

int nvme_watch_begin(struct nvme *nvme)
{
    int error = timeout_begin(&nvme->timeout, look, nvme);

    if (error != 0)
        return error;
    work_init(&nvme->work, work, nvme);
    nvme->watches = true;
    return 0;
}

/* The work stays: it may be waiting for the mutex that the caller has. It does nothing while the
 * drive is suspended. */
int nvme_watch_pause(struct nvme *nvme)
{
    nvme->watch_paused = true;
    return timeout_end(&nvme->timeout);
}

int nvme_watch_resume(struct nvme *nvme)
{
    int error;

    if (!nvme->watch_paused)
        return 0;
    error = timeout_end(&nvme->timeout); /* should the pause have failed */
    if (error == 0)
        error = timeout_begin(&nvme->timeout, look, nvme);
    if (error != 0)
        return error;
    nvme->watch_paused = false;
    for (unsigned i = 0; i < nvme->queue_count; i++)
        nvme->queues[i].watched = false; /* nobody submits: who does next sets the timeout */
    return 0;
}

int nvme_watch_end(struct nvme *nvme)
{
    int error;

    if (!nvme->watches)
        return 0;
    error = timeout_end(&nvme->timeout);
    if (error == 0)
        error = work_cancel(&nvme->work);
    if (error == 0)
        nvme->watches = false;
    return error;
}
