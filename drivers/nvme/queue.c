// SPDX-License-Identifier: BSD-3-Clause
/*
 * A queue pair: its memory, and what is asked of it.
 */
#include "arch/relaxed.h"
#include "drivers/nvme/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Queues begin at a page; those that are longer are contiguous. */
static void *pages(struct nvme *nvme, size_t size)
{
    const size_t page = (size_t)1 << nvme->page_shift;

    return aligned_alloc(page, (size + page - 1) & ~(page - 1));
}

static uintptr_t doorbell(const struct nvme *nvme, uint16_t number, bool completions)
{
    const uintptr_t stride = (uintptr_t)4 << NVME_CAP_DSTRD(nvme->capabilities);

    return nvme->port.registers + NVME_DOORBELLS + (2u * number + completions) * stride;
}

int nvme_queue_allocate(struct nvme *nvme, struct nvme_queue *queue, uint16_t number,
                        uint32_t entries)
{
    *queue = (struct nvme_queue){
        .mask = entries - 1,
        .completion_mask = 2 * entries - 1,
        .stopped = -EAGAIN,
        .number = number,
        .nvme = nvme,
        .tail_doorbell = doorbell(nvme, number, false),
        .head_doorbell = doorbell(nvme, number, true),
        .commands = pages(nvme, entries * sizeof(*queue->commands)),
        .completions = pages(nvme, 2 * entries * sizeof(*queue->completions)),
        .lists = number != 0 ? pages(nvme, entries * sizeof(*queue->lists)) : NULL,
        .slots = calloc(entries, sizeof(*queue->slots)),
        .free_slots = calloc(entries, sizeof(*queue->free_slots)),
    };
    if (queue->commands == NULL || queue->completions == NULL || queue->slots == NULL ||
        queue->free_slots == NULL || (number != 0 && queue->lists == NULL)) {
        nvme_queue_release(queue);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < entries; i++)
        queue->slots[i].ids = i * NVME_COMMAND_ONE | number;
    nvme_queue_reset(queue);
    return 0;
}

/* The ids go on: a completion from before is nobody's. */
void nvme_queue_reset(struct nvme_queue *queue)
{
    const uint32_t entries = queue->mask + 1;

    memset(queue->commands, 0, entries * sizeof(*queue->commands));
    memset(queue->completions, 0, 2 * entries * sizeof(*queue->completions));
    for (uint32_t i = 0; i < queue->mask; i++)
        queue->free_slots[i] = (uint16_t)i;
    queue->base += queue->taken;
    queue->tail = queue->head = queue->taken = 0;
    queue->given = queue->mask;
    queue->phase = NVME_PHASE;
}

void nvme_queue_release(struct nvme_queue *queue)
{
    free(queue->commands);
    free(queue->completions);
    free(queue->lists);
    free(queue->slots);
    free(queue->free_slots);
    *queue = (struct nvme_queue){.stopped = -ENODEV};
}

void nvme_queue_stop(struct nvme_queue *queue, int error)
{
    unsigned long state = spin_lock(&queue->lock);

    queue->stopped = error;
    spin_unlock(&queue->lock, state);
    wait_signal(queue); /* who waits for room */
}

uint32_t nvme_queue_busy(const struct nvme_queue *queue)
{
    const uint32_t given = __atomic_load_n(&queue->given, __ATOMIC_RELAXED);

    return queue->mask - (given - __atomic_load_n(&queue->taken, __ATOMIC_RELAXED));
}

bool nvme_is_late(struct nvme_queue *queue, const struct nvme_slot *slot,
                  const struct block_request *request, uint32_t *ids)
{
    const uint32_t now = relaxed_load32(&queue->nvme->tick);
    unsigned long state = spin_lock(&queue->lock);
    const void *under_way = __atomic_load_n(&slot->request, __ATOMIC_RELAXED);
    bool late = under_way != NULL && (under_way == request || now - slot->tick > NVME_TICKS);

    *ids = __atomic_load_n(&slot->ids, __ATOMIC_RELAXED);
    spin_unlock(&queue->lock, state);
    return late;
}
