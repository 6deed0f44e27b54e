// SPDX-License-Identifier: BSD-3-Clause
/*
 * A suspend of the SoC, in which the drive may lose its power (NVM Express Base Specification 1.4,
 * 7.6.2): what is under way ends first, the drive is shut down, and afterwards started like one
 * that was reset. No timeout wakes the SoC meanwhile.
 */
#include "arch/wait.h"
#include "drivers/nvme/internal.h"
#include "lib/log.h"

#include <errno.h>

LOG_USE(nvme);

/* From whatever state it is in. One that can't be watched does not go on. */
static void start_again(struct nvme *nvme, int error)
{
    if (error == 0)
        error = nvme_watch_resume(nvme);
    if (error != 0) {
        nvme_go_on(nvme, error);
        return;
    }
    error = nvme_halt(nvme, -EIO);
    if (!nvme_halts_later(nvme, error))
        nvme_go_on(nvme, error);
}

/* Nothing is under way. */
static int shut_down(struct nvme *nvme)
{
    int error = nvme_shut_down(nvme);

    if (error == 0)
        error = nvme_halt(nvme, -EIO);
    if (error == 0)
        error = nvme_watch_pause(nvme);
    if (error != 0) {
        log_error(nvme, "%s: does not shut down: error %d", nvme->config.name, error);
        start_again(nvme, 0);
    }
    if (error == 0 || nvme->dead) /* which has nothing to lose */
        return 0;
    return error == -EAGAIN ? -EBUSY : -EIO;
}

static int suspend(struct nvme *nvme)
{
    int error;

    if (nvme->halting)
        return -EBUSY;
    error = nvme_come_to_rest(nvme, -EAGAIN);
    if (error == 0) {
        error = shut_down(nvme);
        nvme->suspended = error == 0 && !nvme->dead;
        return error;
    }
    for (unsigned i = 0; i < nvme->queue_count; i++)
        nvme_queue_stop(&nvme->queues[i], 0);
    return -EBUSY;
}

int nvme_suspend(struct nvme *nvme)
{
    int error = mutex_lock(&nvme->mutex);

    if (error != 0)
        return error;
    if (nvme->closing)
        error = -EBUSY;
    else if (!nvme->dead)
        error = suspend(nvme);
    mutex_unlock(&nvme->mutex);
    return error;
}

void nvme_resume(struct nvme *nvme, int error)
{
    if (mutex_lock(&nvme->mutex) != 0)
        return;
    nvme->gone = error != 0;
    if (nvme->suspended) {
        nvme->suspended = false;
        start_again(nvme, error);
    } else if (error != 0 && !nvme->closing) {
        nvme_stop_all(nvme, error); /* what is under way ends when it is late */
    }
    mutex_unlock(&nvme->mutex);
}
