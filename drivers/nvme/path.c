// SPDX-License-Identifier: BSD-3-Clause
/*
 * The way of a command: into a submission queue, and out of the completion queue in its interrupt
 * (NVM Express Base Specification 1.4, 4.1 "Submission Queue & Completion Queue Definition").
 *
 * As many slots as the submission queue has entries less 1, and twice as many entries to complete:
 * so neither queue is ever full, also while a handler, which tells the controller only at its end
 * what it has taken, has freed a queue of slots that are in use again. A slot's command id changes
 * each time, so that a completion that comes twice, or from before a reset, is told from the next
 * one's. A completion is one load: its queue, id, phase and status are 64 bits.
 */
#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/relaxed.h"
#include "arch/spinlock_inline.h"
#include "drivers/nvme/internal.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>

/* ---- submitting ---- */

/* With the lock. The next free slot; NULL: none. */
static inline struct nvme_slot *take_slot(struct nvme_queue *queue)
{
    const uint32_t taken = queue->taken;

    /* Acquire: the completion that has freed it was the end of its use. */
    if (taken == __atomic_load_n(&queue->given, __ATOMIC_ACQUIRE))
        return NULL;
    relaxed_store32(&queue->taken, taken + 1);
    return &queue->slots[queue->free_slots[taken & queue->mask]];
}

/* With the lock. The command at the tail is complete, and the slot's. Whether somebody has to see
 * to it that the queue is watched. */
static inline bool ring(struct nvme_queue *queue, struct nvme_slot *slot, void *request)
{
    const uint32_t tail = queue->tail + 1;
    bool watched = queue->watched;

    slot->tick = relaxed_load32(&queue->nvme->tick);
    queue->watched = true;
    __atomic_store_n(&slot->request, request, __ATOMIC_RELAXED);
    queue->tail = tail;
    barrier_before_doorbell(); /* the command, its list, and what is written to the drive, first */
    mmio_write32(queue->tail_doorbell, tail & queue->mask);
    return !watched;
}

/* The pages of a buffer (4.3): the first may begin anywhere, the others follow it. */
static inline void describe(const struct nvme_queue *queue, struct nvme_command *command,
                            const struct nvme_slot *slot, uintptr_t address, uintptr_t bytes)
{
    const uintptr_t page = (uintptr_t)1 << queue->nvme->page_shift, end = address + bytes;
    uintptr_t next = (address | (page - 1)) + 1;
    uint64_t *list;

    command->prp1 = address;
    if (end <= next) {
        command->prp2 = 0;
        return;
    }
    if (end - next <= page) {
        command->prp2 = next;
        return;
    }
    list = queue->lists[slot - queue->slots];
    command->prp2 = (uintptr_t)list;
    for (; next < end; next += page)
        *list++ = next;
}

/* With the lock. */
static inline bool put(struct nvme_queue *queue, struct nvme_slot *slot,
                       struct block_request *request)
{
    const struct nvme *nvme = queue->nvme;
    struct nvme_command *command = &queue->commands[queue->tail & queue->mask];
    static const uint8_t opcodes[] = {
        [BLOCK_READ] = NVME_IO_READ, [BLOCK_WRITE] = NVME_IO_WRITE, [BLOCK_FLUSH] = NVME_IO_FLUSH};

    command->opcode_id = opcodes[request->operation] | (uint32_t)slot->id << 16;
    command->namespace = nvme->namespace;
    if (request->operation != BLOCK_FLUSH) {
        describe(queue, command, slot, (uintptr_t)request->buffer,
                 (uintptr_t)request->count << nvme->block_shift);
        command->dw10 = (uint32_t)request->first;
        command->dw11 = (uint32_t)(request->first >> 32);
        command->dw12 = request->count - 1;
    } else {
        command->prp1 = command->prp2 = 0;
        command->dw10 = command->dw11 = command->dw12 = 0;
    }
    return ring(queue, slot, request);
}

static inline int check(const struct block_device *device, const struct block_request *request)
{
    uint64_t left;

    if (request->done == NULL || request->operation > BLOCK_FLUSH)
        return -EINVAL;
    if (request->operation == BLOCK_FLUSH)
        return 0;
    if (request->count - 1u >= device->count_max || request->buffer == NULL ||
        ((uintptr_t)request->buffer & (device->alignment - 1u)) != 0)
        return -EINVAL;
    if (__builtin_sub_overflow(relaxed_load64(&device->blocks), request->first, &left))
        return -ERANGE;
    return request->count <= left ? 0 : -ERANGE;
}

int nvme_submit(struct block_device *device, struct block_request *request)
{
    struct nvme *nvme = (struct nvme *)device; /* its first member */
    struct nvme_queue *queue = nvme->queue_of_core[core_id()];
    struct nvme_slot *slot;
    bool watch = false;
    unsigned long state;
    int error = check(device, request);

    if (error != 0)
        return error;
    state = spin_lock_inline(&queue->lock);
    error = queue->stopped;
    if (error == 0) {
        slot = take_slot(queue);
        if (slot != NULL)
            watch = put(queue, slot, request);
        else
            error = -EAGAIN;
    }
    spin_unlock_inline(&queue->lock, state);
    if (watch)
        nvme_watch(nvme);
    return error;
}

int nvme_queue_put_admin(struct nvme_queue *queue, struct nvme_admin *admin)
{
    unsigned long state = spin_lock(&queue->lock);
    int error = queue->stopped;
    struct nvme_slot *slot = error == 0 ? take_slot(queue) : NULL;

    if (slot != NULL) {
        struct nvme_command *command = &queue->commands[queue->tail & queue->mask];

        *command = admin->command;
        command->opcode_id |= (uint32_t)slot->id << 16;
        (void)ring(queue, slot, admin);
    } else if (error == 0) {
        error = -EAGAIN;
    }
    spin_unlock(&queue->lock, state);
    return error;
}

/* ---- completing ---- */

/* Nobody else counts there meanwhile. */
static inline void count(uint64_t *counter)
{
    relaxed_store64(counter, *counter + 1);
}

/* Nobody uses the slot with this number any more; its next command has another id. */
static inline void give_slot(struct nvme_queue *queue, uint32_t number)
{
    struct nvme_slot *slot = &queue->slots[number];
    const uint32_t given = queue->given, mask = queue->mask;

    __atomic_store_n(&slot->ids, slot->ids + (mask + 1) * NVME_COMMAND_ONE, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->request, NULL, __ATOMIC_RELAXED);
    queue->free_slots[given & mask] = (uint16_t)number;
    __atomic_store_n(&queue->given, given + 1, __ATOMIC_RELEASE);
}

/* The next completion, if it has come. Acquire: what else the controller has written is read
 * afterwards. */
static inline bool take_entry(struct nvme_queue *queue, uint64_t *entry)
{
    /* Read here, and not again behind the load. */
    const uint32_t head = queue->head, mask = queue->completion_mask;
    const uint64_t phase = queue->phase;

    *entry = __atomic_load_n(&queue->completions[head & mask].ids_status, __ATOMIC_ACQUIRE);
    if ((*entry & NVME_PHASE) != phase)
        return false;
    queue->head = head + 1;
    if (((head + 1) & mask) == 0)
        queue->phase = phase ^ NVME_PHASE;
    return true;
}

/* Whose it is, and the slot is free; NULL: nobody's. */
static inline void *take_request(struct nvme_queue *queue, uint64_t entry)
{
    const uint32_t number = NVME_COMMAND_ID(NVME_IDS(entry)) & queue->mask;
    struct nvme_slot *slot = &queue->slots[number];
    void *request = __atomic_load_n(&slot->request, __ATOMIC_RELAXED);

    if (slot->ids != NVME_IDS(entry) || request == NULL) {
        count(&queue->strange);
        return NULL;
    }
    give_slot(queue, number);
    return request;
}

static inline void finish(struct nvme_queue *queue, uint64_t entry)
{
    struct block_request *request = take_request(queue, entry);

    if (request == NULL)
        return;
    request->status = NVME_STATUS(entry);
    request->error = 0;
    if (request->status != 0) {
        request->error = nvme_status_error(request->status);
        count(&queue->failed);
    }
    request->done(request);
}

static void finish_admin(struct nvme_queue *queue, uint64_t entry)
{
    const uint32_t result = queue->completions[(queue->head - 1) & queue->completion_mask].result;
    struct nvme_admin *admin = take_request(queue, entry);

    if (admin == NULL)
        return;
    admin->status = NVME_STATUS(entry);
    admin->result = result;
    admin->error = 0;
    completion_signal(&admin->completion);
}

/* Who waits says so first, and looks for room then. */
static inline bool wants_room(const struct nvme_queue *queue)
{
    barrier_cores();
    return relaxed_load32(&queue->wanting) != 0;
}

/* All that have come, up to as many as there are slots: more can't be there, were it not for what
 * is submitted meanwhile. */
static inline enum irq_return complete(struct nvme_queue *queue)
{
    const uint32_t first = queue->head;
    uint64_t entry;

    do {
        if (!take_entry(queue, &entry))
            break;
        finish(queue, entry);
    } while (queue->head - first <= queue->mask);
    if (queue->head == first)
        return IRQ_NONE;
    mmio_write32(queue->head_doorbell, queue->head & queue->completion_mask);
    if (wants_room(queue))
        wait_signal(queue);
    return queue->head - first > queue->mask ? IRQ_AGAIN : IRQ_HANDLED;
}

static enum irq_return complete_admin(struct nvme_queue *queue)
{
    const uint32_t first = queue->head;
    uint64_t entry;

    while (queue->head - first <= queue->mask && take_entry(queue, &entry))
        finish_admin(queue, entry);
    if (queue->head == first)
        return IRQ_NONE;
    mmio_write32(queue->head_doorbell, queue->head & queue->completion_mask);
    return queue->head - first > queue->mask ? IRQ_AGAIN : IRQ_HANDLED;
}

enum irq_return nvme_queue_interrupt(void *queue)
{
    return complete(queue);
}

static enum irq_return more_of(enum irq_return one, enum irq_return other)
{
    if (one == IRQ_AGAIN || other == IRQ_AGAIN)
        return IRQ_AGAIN;
    return one == IRQ_HANDLED ? one : other;
}

enum irq_return nvme_vector_interrupt(void *context)
{
    struct nvme_vector *vector = context;
    enum irq_return result = IRQ_NONE;

    if (vector->admin)
        result = complete_admin(&vector->nvme->admin);
    for (struct nvme_queue *queue = __atomic_load_n(&vector->queues, __ATOMIC_ACQUIRE);
         queue != NULL; queue = queue->next)
        result = more_of(complete(queue), result);
    return result;
}

void nvme_queue_drain(struct nvme_queue *queue)
{
    uint64_t entry;

    for (uint32_t left = queue->completion_mask + 1; left != 0 && take_entry(queue, &entry);
         left--) {
        if (queue->number == 0)
            finish_admin(queue, entry);
        else
            finish(queue, entry);
    }
}

void nvme_queue_end(struct nvme_queue *queue, struct nvme_slot *slot, int error)
{
    void *request = slot->request;

    if (request == NULL)
        return;
    give_slot(queue, (uint32_t)(slot - queue->slots));
    if (queue->number == 0) {
        struct nvme_admin *admin = request;

        admin->error = error;
        completion_signal(&admin->completion);
    } else {
        struct block_request *ended = request;

        ended->status = 0;
        ended->error = error;
        count(&queue->failed);
        ended->done(ended);
    }
}
