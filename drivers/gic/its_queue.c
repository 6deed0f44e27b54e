// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's command queue (Arm IHI 0069, 5.2, "The ITS command queue"; GITS_CBASER,
 * GITS_CWRITER, GITS_CREADR in 12.19).
 *
 * Commands are counted, not indexed: command number n is at entry n % ITS_QUEUE_ENTRIES. One entry
 * stays free, because equal pointers mean an empty queue; so the read pointer, which has only the
 * remainder, always tells how far the ITS is.
 */
#include "drivers/gic/its_queue.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/its_registers.h"

#include "arch/barrier.h"
#include "arch/cache.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

LOG_SUBJECT(its);

#define COMMAND_TEXT_SIZE 96u

/* Commands that one caller waits for: numbers first to end - 1. Lives on the caller's stack, in the
 * queue's list while it waits. */
struct its_queue_batch {
    uint64_t first, end;
    bool stalled; /* at this number, the first time */
    uint64_t stalled_number;
    struct its_command stalled_at;
    struct its_queue_batch *next;
};

int its_queue_init(struct its_queue *queue, uintptr_t registers, struct its_command *ring)
{
    uint64_t address = (uintptr_t)ring;
    uint64_t pages = GITS_BASER_PAGES(ITS_QUEUE_SIZE / GITS_CBASER_PAGE_SIZE);
    uint64_t shareable = GITS_BASER_SHAREABILITY(GIC_MEMORY_INNER_SHAREABLE);
    uint64_t value = GITS_BASER_VALID | address | pages;

    *queue = (struct its_queue){.registers = registers, .ring = ring, .lock = SPINLOCK_INIT};
    mmio_write64(registers + GITS_CBASER,
                 value | shareable | GITS_BASER_INNER_CACHE(GIC_MEMORY_WRITE_BACK));
    queue->coherent = (mmio_read64(registers + GITS_CBASER) & shareable) != 0;
    if (!queue->coherent)
        mmio_write64(registers + GITS_CBASER,
                     value | GITS_BASER_INNER_CACHE(GIC_MEMORY_NON_CACHEABLE));
    mmio_write64(registers + GITS_CWRITER, 0);

    if ((mmio_read64(registers + GITS_CBASER) & (address | pages)) != (address | pages))
        return -EIO;
    return 0;
}

void its_queue_set_harmless(struct its_queue *queue, const struct its_command *command)
{
    unsigned long state = spin_lock(&queue->lock);

    queue->harmless = *command;
    spin_unlock(&queue->lock, state);
}

static struct its_command *entry(struct its_queue *queue, uint64_t number)
{
    return &queue->ring[number % ITS_QUEUE_ENTRIES];
}

static void put(struct its_queue *queue, uint64_t number, const struct its_command *command)
{
    *entry(queue, number) = *command;
    if (!queue->coherent)
        dcache_clean_invalidate(entry(queue, number), sizeof(*command));
}

/* Tells the ITS how far the ring is filled. */
static void write_pointer(struct its_queue *queue, uint64_t flags)
{
    uint64_t offset = queue->submitted % ITS_QUEUE_ENTRIES * sizeof(struct its_command);

    /* The ITS sees the commands, and the tables they speak of, before the pointer. */
    barrier_before_doorbell();
    mmio_write64(queue->registers + GITS_CWRITER, offset | flags);
}

/* The ITS refuses command number consumed and has stopped there. Its sender gets -EIO; a harmless
 * command takes its place, so that the others are executed. The lock is held. */
static void step_over_stall(struct its_queue *queue)
{
    struct its_queue_batch *batch;

    for (batch = queue->waiting; batch != NULL; batch = batch->next)
        if (batch->first <= queue->consumed && queue->consumed < batch->end && !batch->stalled) {
            batch->stalled = true;
            batch->stalled_number = queue->consumed;
            batch->stalled_at = *entry(queue, queue->consumed);
        }
    put(queue, queue->consumed, &queue->harmless);
    write_pointer(queue, GITS_CWRITER_RETRY);
}

/* Reads how far the ITS is into queue->consumed. The lock is held. */
static void update(struct its_queue *queue)
{
    uint64_t value = mmio_read64(queue->registers + GITS_CREADR);
    uint64_t position = (value & GITS_QUEUE_OFFSET) / sizeof(struct its_command);
    uint64_t done =
        (position + ITS_QUEUE_ENTRIES - queue->consumed % ITS_QUEUE_ENTRIES) % ITS_QUEUE_ENTRIES;

    /* A pointer out of the ring, or beyond what was written, counts as no progress, so the deadline
     * ends the wait. */
    if (position >= ITS_QUEUE_ENTRIES || done > queue->submitted - queue->consumed)
        return;
    queue->consumed += done;
    if (done != 0)
        queue->still = false;
    if ((value & GITS_CREADR_STALLED) != 0 && queue->consumed < queue->submitted)
        step_over_stall(queue);
}

static bool has_room(const struct its_queue *queue, unsigned count)
{
    return queue->submitted - queue->consumed + count < ITS_QUEUE_ENTRIES;
}

/* The lock is held and there is room. */
static void insert(struct its_queue *queue, const struct its_command *commands, unsigned count,
                   struct its_queue_batch *batch)
{
    for (unsigned i = 0; i < count; i++) {
        put(queue, queue->submitted + i, &commands[i]);
        queue->counts[its_command_opcode(&commands[i]) % ITS_OPCODES]++;
    }
    batch->first = queue->submitted;
    batch->end = queue->submitted + count;
    batch->next = queue->waiting;
    queue->waiting = batch;
    queue->submitted = batch->end;
    write_pointer(queue, 0);
}

static void withdraw(struct its_queue *queue, const struct its_queue_batch *batch)
{
    for (struct its_queue_batch **link = &queue->waiting; *link != NULL; link = &(*link)->next)
        if (*link == batch) {
            *link = batch->next;
            return;
        }
}

/* Whether the ITS stands still; if so, it is told the pointer again, in case it missed it. */
static bool nudge(struct its_queue *queue)
{
    unsigned long state = spin_lock(&queue->lock);
    bool still = queue->still;

    if (still)
        write_pointer(queue, 0);
    spin_unlock(&queue->lock, state);
    return still;
}

/* Waits for room, and inserts. 0 or -ENOBUFS. */
static int submit(struct its_queue *queue, const struct its_command *commands, unsigned count,
                  struct its_queue_batch *batch, deadline_t deadline)
{
    for (;;) {
        bool late =
            deadline_passed(deadline); /* before the look: a core held up here is not late */
        unsigned long state = spin_lock(&queue->lock);
        bool room;

        if (queue->still || !has_room(queue, count))
            update(queue);
        room = !queue->still && has_room(queue, count);
        if (room)
            insert(queue, commands, count, batch);
        else if (late)
            queue->still = true;
        spin_unlock(&queue->lock, state);
        if (room)
            return 0;
        if (late)
            return -ENOBUFS;
    }
}

/* What a batch that the ITS has passed came to. */
static int outcome(const struct its_queue_batch *batch)
{
    if (!batch->stalled)
        return 0;
    return batch->stalled_number == batch->first ? -EIO : -ETIMEDOUT;
}

/* Waits until the ITS has passed the batch, or given it up; the batch is out of the list then. */
static int await(struct its_queue *queue, struct its_queue_batch *batch, deadline_t deadline)
{
    for (;;) {
        bool late = deadline_passed(deadline);
        unsigned long state = spin_lock(&queue->lock);
        bool done;

        update(queue);
        done = queue->consumed >= batch->end;
        if (done || late)
            withdraw(queue, batch);
        if (late && !done)
            queue->still = true;
        spin_unlock(&queue->lock, state);
        if (done)
            return outcome(batch);
        if (late)
            return -ETIMEDOUT;
    }
}

static const char *in_words(const struct its_queue_batch *batch, int error)
{
    if (batch->stalled)
        return "refused, the ITS stalled at it";
    return error == -ENOBUFS ? "not queued, the ITS stands still" : "not consumed in time";
}

static void report(struct its_queue *queue, const struct its_command *command,
                   const struct its_queue_batch *batch, int error)
{
    char text[COMMAND_TEXT_SIZE];
    unsigned long state = spin_lock(&queue->lock);
    uint64_t outstanding = queue->submitted - queue->consumed;

    spin_unlock(&queue->lock, state);
    its_command_text(batch->stalled ? &batch->stalled_at : command, text, sizeof(text));
    log_error(its, "%s: %s (read pointer 0x%llx, %llu commands outstanding)", text,
              in_words(batch, error),
              (unsigned long long)mmio_read64(queue->registers + GITS_CREADR),
              (unsigned long long)outstanding);
}

int its_queue_run(struct its_queue *queue, const struct its_command *command,
                  const uint64_t *targets, unsigned target_count)
{
    struct its_command commands[1u + ITS_QUEUE_TARGETS_MAX];
    struct its_queue_batch batch = {.stalled = false};
    deadline_t end = deadline_after_us(ITS_QUEUE_TIMEOUT_US), deadline;
    int error;

    if (in_interrupt())
        return -EDEADLK;
    if (target_count > ITS_QUEUE_TARGETS_MAX)
        return -EINVAL;
    commands[0] = *command;
    for (unsigned i = 0; i < target_count; i++)
        commands[1u + i] = its_command_sync(targets[i]);

    deadline = nudge(queue) ? deadline_after_us(ITS_QUEUE_STILL_US) : end;
    error = submit(queue, commands, 1u + target_count, &batch, deadline);
    if (error == 0)
        error = await(queue, &batch, end);
    if (error != 0)
        report(queue, command, &batch, error);
    return error;
}

uint64_t its_queue_count(struct its_queue *queue, uint8_t opcode)
{
    unsigned long state = spin_lock(&queue->lock);
    uint64_t count = opcode < ITS_OPCODES ? queue->counts[opcode] : 0;

    spin_unlock(&queue->lock, state);
    return count;
}
