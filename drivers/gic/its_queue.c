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

#define SLOW              __attribute__((noinline, cold))

/* Commands that one caller waits for: numbers first to end - 1. Lives on the caller's stack, in the
 * queue's list while it waits. */
struct its_queue_batch {
    const struct its_command *commands;
    const uint64_t *targets;
    unsigned count, target_count;
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

static inline void put(struct its_queue *queue, uint64_t number, const struct its_command *command)
{
    struct its_command *to = entry(queue, number);
    /* All loads before the stores: in pairs, for the compiler can't know that they may be. */
    uint64_t first = command->words[0], second = command->words[1], third = command->words[2],
             fourth = command->words[3];

    to->words[0] = first;
    to->words[1] = second;
    to->words[2] = third;
    to->words[3] = fourth;
}

/* What has been put there is in memory, for an ITS that does not snoop. */
static SLOW void clean(struct its_queue *queue, uint64_t number, uint64_t end)
{
    for (; number < end; number++)
        dcache_clean_invalidate(entry(queue, number), sizeof(struct its_command));
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
static SLOW void step_over_stall(struct its_queue *queue)
{
    struct its_queue_batch *batch;

    for (batch = queue->waiting; batch != NULL; batch = batch->next)
        if (batch->first <= queue->consumed && queue->consumed < batch->end && !batch->stalled) {
            batch->stalled = true;
            batch->stalled_number = queue->consumed;
            batch->stalled_at = *entry(queue, queue->consumed);
        }
    put(queue, queue->consumed, &queue->harmless);
    if (!queue->coherent)
        clean(queue, queue->consumed, queue->consumed + 1);
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

static bool has_room(const struct its_queue *queue, const struct its_queue_batch *batch)
{
    return queue->submitted - queue->consumed + batch->count + batch->target_count <
           ITS_QUEUE_ENTRIES;
}

static inline void append(struct its_queue *queue, const struct its_command *command)
{
    put(queue, queue->submitted++, command);
    queue->counts[its_command_opcode(command) % ITS_OPCODES]++;
}

/* The lock is held and there is room. */
static void insert(struct its_queue *queue, struct its_queue_batch *batch)
{
    batch->first = queue->submitted;
    for (unsigned i = 0; i < batch->count; i++)
        append(queue, &batch->commands[i]);
    for (unsigned i = 0; i < batch->target_count; i++) {
        const struct its_command sync = its_command_sync(batch->targets[i]);

        append(queue, &sync);
    }
    batch->end = queue->submitted;
    if (!queue->coherent)
        clean(queue, batch->first, batch->end);
    batch->next = queue->waiting;
    queue->waiting = batch;
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

/* Whether the ITS has passed the batch; if so, or if that is the last look, it is out of the list.
 * The lock is held. */
static inline __attribute__((always_inline)) bool
look(struct its_queue *queue, const struct its_queue_batch *batch, bool last)
{
    bool done;

    update(queue);
    done = queue->consumed >= batch->end;
    if (done || last)
        withdraw(queue, batch);
    if (last && !done)
        queue->still = true;
    return done;
}

/* Inserts if nothing is in the way, and has a first look at what came of it. */
static bool submit_at_once(struct its_queue *queue, struct its_queue_batch *batch, bool *done)
{
    unsigned long state = spin_lock(&queue->lock);
    bool room = !queue->still && has_room(queue, batch);

    if (room) {
        insert(queue, batch);
        *done = look(queue, batch, false);
    }
    spin_unlock(&queue->lock, state);
    return room;
}

/* Waits for room, and inserts. 0 or -ENOBUFS. */
static SLOW int submit(struct its_queue *queue, struct its_queue_batch *batch, deadline_t deadline)
{
    for (;;) {
        bool late =
            deadline_passed(deadline); /* before the look: a core held up here is not late */
        unsigned long state = spin_lock(&queue->lock);
        bool room;

        if (queue->still || !has_room(queue, batch))
            update(queue);
        room = !queue->still && has_room(queue, batch);
        if (room)
            insert(queue, batch);
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
    for (bool late = false;; late = deadline_passed(deadline)) {
        unsigned long state = spin_lock(&queue->lock);
        bool done = look(queue, batch, late);

        spin_unlock(&queue->lock, state);
        if (done)
            return outcome(batch);
        if (late)
            return -ETIMEDOUT;
    }
}

/* A batch that was not done at once, or not even inserted. */
static SLOW int run_slowly(struct its_queue *queue, struct its_queue_batch *batch, bool inserted)
{
    deadline_t end = deadline_after_us(ITS_QUEUE_TIMEOUT_US);
    int error = 0;

    if (!inserted)
        error = submit(queue, batch, nudge(queue) ? deadline_after_us(ITS_QUEUE_STILL_US) : end);
    return error == 0 ? await(queue, batch, end) : error;
}

static const char *in_words(const struct its_queue_batch *batch, int error)
{
    if (batch->stalled)
        return "refused, the ITS stalled at it";
    return error == -ENOBUFS ? "not queued, the ITS stands still" : "not consumed in time";
}

static SLOW void report(struct its_queue *queue, const struct its_queue_batch *batch, int error)
{
    char text[COMMAND_TEXT_SIZE];
    unsigned long state = spin_lock(&queue->lock);
    uint64_t outstanding = queue->submitted - queue->consumed;

    spin_unlock(&queue->lock, state);
    its_command_text(batch->stalled ? &batch->stalled_at : batch->commands, text, sizeof(text));
    log_error(its, "%s: %s (read pointer 0x%llx, %llu commands outstanding)", text,
              in_words(batch, error),
              (unsigned long long)mmio_read64(queue->registers + GITS_CREADR),
              (unsigned long long)outstanding);
}

int its_queue_run(struct its_queue *queue, const struct its_command *commands, unsigned count,
                  const uint64_t *targets, unsigned target_count)
{
    struct its_queue_batch batch = {
        .commands = commands, .count = count, .targets = targets, .target_count = target_count};
    bool inserted, done = false;
    int error;

    if (in_interrupt())
        return -EDEADLK;
    if (target_count > ITS_QUEUE_TARGETS_MAX)
        return -EINVAL;
    inserted = submit_at_once(queue, &batch, &done);
    error = done ? outcome(&batch) : run_slowly(queue, &batch, inserted);
    if (error != 0)
        report(queue, &batch, error);
    return error;
}

int its_queue_suspend(struct its_queue *queue)
{
    unsigned long state = spin_lock(&queue->lock);
    bool empty;

    update(queue);
    empty = queue->consumed == queue->submitted;
    spin_unlock(&queue->lock, state);
    return empty ? 0 : -EBUSY;
}

/* The next number is one of the ring's first entry. */
void its_queue_resume(struct its_queue *queue)
{
    unsigned long state = spin_lock(&queue->lock);

    queue->submitted =
        (queue->submitted + ITS_QUEUE_ENTRIES - 1u) / ITS_QUEUE_ENTRIES * ITS_QUEUE_ENTRIES;
    queue->consumed = queue->submitted;
    spin_unlock(&queue->lock, state);
}

uint64_t its_queue_count(struct its_queue *queue, uint8_t opcode)
{
    unsigned long state = spin_lock(&queue->lock);
    uint64_t count = opcode < ITS_OPCODES ? queue->counts[opcode] : 0;

    spin_unlock(&queue->lock, state);
    return count;
}
