// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's command queue (Arm IHI 0069, 5.2, "The ITS command queue"): a ring in memory that
 * software fills at GITS_CWRITER and the ITS empties at GITS_CREADR.
 */
#ifndef DRIVERS_GIC_ITS_QUEUE_H
#define DRIVERS_GIC_ITS_QUEUE_H

#include "drivers/gic/its_command.h"

#include "arch/spinlock.h"

#include "drivers/gic/its.h"

#include <stdbool.h>
#include <stdint.h>

#define ITS_QUEUE_SIZE        0x10000u /* bytes */
#define ITS_QUEUE_ENTRIES     (ITS_QUEUE_SIZE / sizeof(struct its_command))

/* How long the ITS may take for the commands in front of one: microseconds for hardware; the rest
 * is for a simulated one whose host is busy. */
#define ITS_QUEUE_TIMEOUT_US  1000000u

/* How long a caller waits for an ITS that has stood still since another gave up, before it queues
 * anything. */
#define ITS_QUEUE_STILL_US    1000u

/* How many SYNCs can follow the commands. */
#define ITS_QUEUE_TARGETS_MAX 2u

struct its_queue_batch;

struct its_queue {
    uintptr_t registers;
    struct its_command *ring;     /* ITS_QUEUE_ENTRIES of them */
    bool coherent;                /* the ITS snoops the ring */
    struct its_command harmless;  /* put in the place of a command that the ITS stalled at */
    struct spinlock lock;         /* of all below */
    uint64_t submitted, consumed; /* commands since its_queue_init() */
    struct its_queue_batch *waiting;
    bool still; /* somebody gave up, and the ITS has consumed nothing since */
    uint64_t counts[ITS_OPCODES];
};

/* Programs GITS_CBASER with the ring (64 KiB aligned, ITS_QUEUE_SIZE bytes) and empties it; the ITS
 * is disabled. 0; -EIO: the register does not take the address. */
int its_queue_init(struct its_queue *queue, uintptr_t registers, struct its_command *ring);

/* Which command may take the place of one that stalled: a SYNC to a redistributor that exists. */
void its_queue_set_harmless(struct its_queue *queue, const struct its_command *command);

/* Puts the commands into the queue, followed by a SYNC to each target, and waits until the ITS has
 * consumed them all. Commands are consumed in the order of the queue: once a later one is, all
 * before it are. Logs what failed. Thread context, IRQs may be masked; any core; several callers
 * at once have their commands in the queue together.
 *
 * 0: done.
 * -EIO: the ITS stalled at the first command, which was taken out: not done.
 * -ENOBUFS: the queue is full for ITS_QUEUE_TIMEOUT_US, or the ITS has stood still since an earlier
 * -ETIMEDOUT: nothing was queued. An ITS that stands still so costs each caller a millisecond.
 * -ETIMEDOUT: not known. The commands are in the queue, and may be consumed at any time; or some
 * were, but the ITS stalled at one behind the first.
 * -EDEADLK: interrupt context; nothing was queued. */
int its_queue_run(struct its_queue *queue, const struct its_command *commands, unsigned count,
                  const uint64_t *targets, unsigned target_count);

/* Before the ITS is turned off. -EBUSY: it has commands yet. And after the pointers have been set
 * to the ring's start, before it is on again. One core, without others. */
int its_queue_suspend(struct its_queue *queue);
void its_queue_resume(struct its_queue *queue);

/* Commands put into the queue so far, by opcode. */
uint64_t its_queue_count(struct its_queue *queue, uint8_t opcode);

#endif
