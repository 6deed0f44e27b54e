// SPDX-License-Identifier: BSD-3-Clause
/*
 * What becomes of commands that don't end, and of a controller that can't go on: look whether only
 * the interrupt was lost; abort (NVM Express Base Specification 1.4, 5.1); disable and start again
 * (7.3.2); a reset by the bus; and off the bus for good.
 *
 * A request ends once, and only when the controller does not access its buffer any more: a
 * completion has come, or the controller is off.
 */
#include "arch/core.h"
#include "drivers/nvme/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>

LOG_USE(nvme);

#define ABORTED_US 1000000u /* for a command that is said to be aborted */
#define LOOK_US    1000u

/* ---- with the handlers out of the way ---- */

static void mask_all(struct nvme *nvme, bool mask)
{
    for (unsigned i = 0; i < nvme->vector_count; i++) {
        if (nvme->vectors[i].irq == NULL)
            continue;
        if (mask)
            irq_mask(nvme->vectors[i].irq);
        else
            irq_unmask(nvme->vectors[i].irq);
    }
}

int nvme_wait_for_handlers(struct nvme *nvme)
{
    int error = 0;

    for (unsigned i = 0; i < nvme->vector_count && error == 0; i++)
        if (nvme->vectors[i].irq != NULL)
            error = irq_synchronize(nvme->vectors[i].irq);
    return error;
}

/* No handler runs, and none begins until mask_all(false). -EAGAIN. */
static int quiesce(struct nvme *nvme)
{
    mask_all(nvme, true);
    return nvme_wait_for_handlers(nvme);
}

/* Takes what has come without an interrupt. */
static int look_without_interrupt(struct nvme *nvme)
{
    int error = quiesce(nvme);

    for (unsigned i = 0; i < nvme->vector_count && error == 0; i++)
        (void)nvme_vector_interrupt(&nvme->vectors[i]);
    mask_all(nvme, false);
    return error;
}

void nvme_stop_all(struct nvme *nvme, int error)
{
    for (unsigned i = 0; i < nvme->queue_count; i++)
        nvme_queue_stop(&nvme->queues[i], error);
    nvme_queue_stop(&nvme->admin, error);
}

/* ---- halting ---- */

static void end_all(struct nvme_queue *queue, int error)
{
    uint32_t ids;

    if (queue->nvme == NULL)
        return; /* it has never been there */
    nvme_queue_drain(queue);
    for (uint32_t i = 0; i < queue->mask; i++) {
        struct nvme_slot *slot = &queue->slots[i];

        nvme_queue_end(queue, slot,
                       nvme_is_late(queue, slot, NULL, &ids) && error == -EIO ? -ETIMEDOUT : error);
    }
}

static int take_off(struct nvme *nvme)
{
    int error = nvme_controller_disable(nvme);

    if (error != 0 && !nvme->gone && nvme->port.reset != NULL) {
        log_error(nvme, "%s: does not stop, error %d: reset by its bus", nvme->config.name, error);
        error = nvme->port.reset(nvme->port.context);
        if (error == 0)
            error = nvme_controller_disable(nvme);
    }
    if (error != 0)
        nvme->port.quiet(nvme->port.context);
    return error;
}

int nvme_halt(struct nvme *nvme, int error)
{
    int off;

    nvme_stop_all(nvme, error == -EIO ? -EAGAIN : error);
    if (quiesce(nvme) != 0)
        return -EAGAIN;
    off = take_off(nvme);
    if (off != 0 && error == -EIO)
        error = -ENODEV;
    for (unsigned i = 0; i < nvme->queue_count; i++)
        end_all(&nvme->queues[i], error);
    end_all(&nvme->admin, error);
    return off != -EAGAIN ? off : -EIO;
}

/* ---- going on ---- */

static void give_up(struct nvme *nvme, int error)
{
    log_error(nvme, "%s: does not come back, error %d", nvme->config.name, error);
    nvme->dead = true;
    (void)nvme_halt(nvme, -ENODEV);
    nvme->port.quiet(nvme->port.context);
}

void nvme_go_on(struct nvme *nvme, int error)
{
    if (error == 0) {
        for (unsigned i = 0; i < nvme->queue_count; i++)
            nvme_queue_reset(&nvme->queues[i]);
        nvme_queue_reset(&nvme->admin);
        mask_all(nvme, false);
        error = nvme_start(nvme);
    }
    if (error != 0)
        give_up(nvme, error);
}

bool nvme_halts_later(struct nvme *nvme, int error)
{
    const bool later = error == -EAGAIN;

    __atomic_store_n(&nvme->halting, later, __ATOMIC_RELAXED);
    if (later) {
        log_error(nvme, "%s: a handler does not return", nvme->config.name);
        nvme_watch(nvme); /* tried again, also if nothing is under way */
    }
    return later;
}

static void restart(struct nvme *nvme)
{
    int error = nvme_halt(nvme, -EIO);

    if (nvme_halts_later(nvme, error))
        return;
    nvme->counters.resets++;
    nvme_go_on(nvme, error);
}

/* ---- what is late ---- */

/* It ends within this time, if the controller is as good as its word. */
static int wait_until_ended(const struct nvme_slot *slot, uint32_t ids)
{
    const deadline_t deadline = deadline_after_us(ABORTED_US);

    while (__atomic_load_n(&slot->ids, __ATOMIC_RELAXED) == ids) {
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
        delay_us(LOOK_US);
    }
    return 0;
}

/* Also if the controller says that it has not aborted it, it may have ended meanwhile. */
static int abort_one(struct nvme *nvme, const struct nvme_slot *slot, uint32_t ids)
{
    int error = nvme_abort(nvme, ids);

    if (error != 0 && error != -ENOENT)
        return error;
    error = wait_until_ended(slot, ids);
    nvme->counters.aborts += error == 0;
    return error;
}

static int abort_late(struct nvme *nvme, struct nvme_queue *queue,
                      const struct block_request *request)
{
    int error = 0;
    uint32_t ids;

    for (uint32_t i = 0; i < queue->mask && error == 0; i++) {
        const struct nvme_slot *slot = &queue->slots[i];

        if (!nvme_is_late(queue, slot, request, &ids))
            continue;
        nvme->counters.timeouts++;
        log_error(nvme, "%s: command 0x%x of queue %u is late", nvme->config.name,
                  (unsigned)NVME_COMMAND_ID(ids), (unsigned)queue->number);
        error = nvme_controller_is_well(nvme) ? abort_one(nvme, slot, ids) : -EIO;
    }
    return error;
}

void nvme_recover(struct nvme *nvme, const struct block_request *request)
{
    int error;

    if (mutex_lock(&nvme->mutex) != 0)
        return;
    if (!nvme->dead && !nvme->closing && !nvme->suspended) {
        error = nvme->halting ? -EAGAIN : look_without_interrupt(nvme);
        for (unsigned i = 0; i < nvme->queue_count && error == 0; i++)
            error = abort_late(nvme, &nvme->queues[i], request);
        if (error != 0)
            restart(nvme);
    }
    mutex_unlock(&nvme->mutex);
}

void nvme_expire(struct block_device *device, struct block_request *request)
{
    nvme_recover((struct nvme *)device, request);
}

/* ---- room ---- */

static bool may_submit(void *argument)
{
    struct nvme_queue *queue = argument;
    unsigned long state = spin_lock(&queue->lock);
    bool may =
        queue->stopped == 0 ? nvme_queue_busy(queue) < queue->mask : queue->stopped != -EAGAIN;

    spin_unlock(&queue->lock, state);
    return may;
}

static int wait_for_queue(struct nvme_queue *queue, uint64_t timeout_us)
{
    int error;

    __atomic_add_fetch(&queue->wanting, 1, __ATOMIC_SEQ_CST);
    error = wait_until_signal(may_submit, queue, deadline_after_us(timeout_us));
    __atomic_sub_fetch(&queue->wanting, 1, __ATOMIC_RELAXED);
    return error;
}

int nvme_wait_for_room(struct block_device *device)
{
    struct nvme *nvme = (struct nvme *)device;
    struct nvme_queue *queue = nvme->queue_of_core[core_id()];

    if (wait_for_queue(queue, nvme->block.timeout_us) == 0)
        return 0;
    nvme_recover(nvme, NULL);
    return wait_for_queue(queue, nvme->block.timeout_us);
}
