// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDMA: every kind of memory-to-memory transfer: up to four dimensions, strides and fixed addresses
 * on both sides, repacking, fills, scatter-gather lists of any length, several in one submission,
 * cyclic ones with a callback per period, and ones that wait for a trigger, of software or of
 * another channel (AM65x TRM SPRUID7, 10.2.2 UDMAP). docs/udma.md explains each.
 *
 * A transfer is prepared once, in thread context, which cuts it to what the hardware's fields hold
 * and takes its memory; then it is submitted, from any context and as often as one likes, to a
 * channel that was opened with udma_channel_config.transfers = &udma_transfers. Its callback is the
 * channel's, and its place is one of the channel's depth. udma_copy() works on such a channel too.
 *
 * An application whose channels do not name udma_transfers has nothing of this in it.
 */
#ifndef DRIVERS_UDMA_TRANSFERS_H
#define DRIVERS_UDMA_TRANSFERS_H

#include "drivers/udma/udma.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One side of a move: nested loops over addresses. count[0] is the bytes of a row, one after the
 * other; count[1] the rows, stride[1] bytes from the beginning of one to that of the next; and so
 * on. No count is 0; of dimensions that there are none of it is 1. A stride may be negative, or 0:
 * a fixed address. stride[0] is not used. */
struct udma_side {
    uint64_t address; /* physical = virtual */
    uint64_t count[4];
    int64_t stride[4];
};

/* From the source to the destination, byte by byte in the order of the loops. The two sides have as
 * many bytes; their counts may differ. */
struct udma_move {
    struct udma_side source, destination;
};

/* A plain copy, of any length. */
static inline struct udma_move udma_move_copy(uintptr_t destination, uintptr_t source,
                                              uint64_t length)
{
    return (struct udma_move){
        .source = {.address = source, .count = {length, 1, 1, 1}},
        .destination = {.address = destination, .count = {length, 1, 1, 1}},
    };
}

/* `rows` rows of `row` bytes. */
static inline struct udma_move udma_move_rows(uintptr_t destination, int64_t destination_stride,
                                              uintptr_t source, int64_t source_stride, uint64_t row,
                                              uint64_t rows)
{
    return (struct udma_move){
        .source = {source, {row, rows, 1, 1}, {0, source_stride, 0, 0}},
        .destination = {destination, {row, rows, 1, 1}, {0, destination_stride, 0, 0}},
    };
}

/* A fill: `times` times the `length` bytes of a pattern, one after the other. The AM65x's UDMAP has
 * no fill from a constant: it reads the pattern, in memory, again and again, so a long one (1 KiB
 * or more) is faster. */
static inline struct udma_move udma_move_fill(uintptr_t destination, uintptr_t pattern,
                                              uint64_t length, uint64_t times)
{
    return udma_move_rows(destination, (int64_t)length, pattern, 0, length, times);
}

/* What a transfer waits for before it moves data. Each channel has two triggers, which the end of
 * another channel's transfers sets (udma_chain()), the first one software too (udma_trigger()). One
 * that comes while nothing waits for it is kept. */
enum udma_trigger {
    UDMA_TRIGGER_NONE,
    UDMA_TRIGGER_0,
    UDMA_TRIGGER_1,
};

/* How much a trigger lets go. */
enum udma_step {
    UDMA_STEP_ROW, /* of the source: one round of count[1], of count[2], of count[3] */
    UDMA_STEP_PLANE,
    UDMA_STEP_CUBE,
    UDMA_STEP_MOVE,     /* each move of the list */
    UDMA_STEP_TRANSFER, /* all of it, each time that it is submitted */
};

struct udma_transfer; /* opaque */

struct udma_transfer_config {
    const struct udma_move *moves; /* a list: one after the other; not needed afterwards */
    unsigned count;
    enum udma_trigger trigger;
    enum udma_step step; /* with a trigger */
    bool tell;           /* its end triggers the channel that this one is chained to */
    bool cyclic;         /* again and again, until udma_channel_abort() or the close; each move is a
                            period. See period below */
    /* Of a cyclic one: the period `index` has ended. Interrupt context, on the core of the
     * channel's interrupt; in order. It is called as often as periods have ended, unless the core
     * was held up for a whole round: then those that were overwritten are left out, and `lost` says
     * how many, before this one; too few, if more than 4 GiB went by meanwhile. Periods that leave
     * the core's thread no time are a storm (docs/msi.md), and none is called until
     * udma_channel_abort(). status: 0 or -EIO. Of a polled channel: in udma_cyclic_poll(). */
    void (*period)(void *context, unsigned index, uint64_t lost, int status);
    void *context;
};

/* Thread context. -EINVAL: no move, a shape that is none (udma_side, udma_move), or a channel that
 * has no transfers; a step of rows, planes or cubes with a move that takes more than one record;
 * cyclic without period(), more than UDMA_PERIODS_MAX, or a period of 4 GiB or more. -E2BIG: it
 * takes more than 16,384 records. -EBUSY: cyclic, but the channel triggers another one. -ENOMEM;
 * -EDEADLK; the errors of irq_request(), with the first cyclic one. One thread at a time for a
 * channel. */
#define UDMA_PERIODS_MAX 512u
int udma_transfer_prepare(struct udma_channel *channel, const struct udma_transfer_config *config,
                          struct udma_transfer **transfer);

/* Frees it; the close of its channel frees all that are left. Thread context. -EBUSY: it is
 * submitted and has not ended, or one of its periods is being called back; -EINVAL: NULL;
 * -EDEADLK. */
int udma_transfer_release(struct udma_transfer *transfer);

/* Its bytes, of one round if it is cyclic; how many records it takes. Any context. */
uint64_t udma_transfer_length(const struct udma_transfer *transfer);
unsigned udma_transfer_records(const struct udma_transfer *transfer);

/* Queues them all, in order, or none; one doorbell. cookies: for the callbacks, one each, or NULL.
 * Any context. -EAGAIN: the channel's depth has no room for so many now; -EBUSY: one is submitted
 * already, or it is cyclic and another one is, or a period of that is still being called back;
 * -EINVAL: none, more than the depth, or one of another channel's; -ECANCELED, -EIO: as
 * udma_copy(). */
int udma_submit(struct udma_channel *channel, struct udma_transfer *const *transfers,
                unsigned count, void *const *cookies);

/* How many of its bytes are done: 0 before it begins and when it is not submitted; while it is
 * submitted never less than before, and at most its length; of a cyclic one since its submission.
 * What is done is counted by the UDMAP for the channel, so a udma_copy() on the same channel, or a
 * transfer that failed, in the meantime makes it coarser: then only whole records count. Of a
 * cyclic one the UDMAP's count does not tell more than 4 GiB between two calls, or ends of a
 * period: it says too little then. Any context. */
uint64_t udma_transfer_done(const struct udma_transfer *transfer);

/* Of a polled channel: calls back the periods that have ended, and returns how many. As udma_poll()
 * otherwise: meanwhile, so in a period's callback too, udma_channel_close() and
 * udma_channel_abort() stop the channel and return -EAGAIN. -EINVAL; -EBUSY. */
int udma_cyclic_poll(struct udma_channel *channel);

/* Sets trigger 0: what waits for it goes on. Any context. -EINVAL: no channel, or one that has no
 * transfers. */
int udma_trigger(struct udma_channel *channel);

/* From now on the end of each transfer of `from` that tells (udma_transfer_config.tell) triggers
 * `to`, of the same Navigator; unchain ends that, and so does the close of either. A channel
 * triggers one other at most. Thread context. -EBUSY: it triggers one already; -EINVAL; -EDEADLK;
 * the system firmware's errors, of unchain too: then it can be repeated. */
int udma_chain(struct udma_channel *from, struct udma_channel *to, enum udma_trigger trigger);
int udma_unchain(struct udma_channel *from);

/* Stops the data where it is, at a burst's end, and lets it go on. What is queued stays. Any
 * context. -EINVAL; -ECANCELED: the channel is being closed. */
int udma_channel_pause(struct udma_channel *channel);
int udma_channel_resume(struct udma_channel *channel);

/* Ends what is in flight and drops what is queued; the channel stays open, empty. Each transfer and
 * copy that has not ended gets its callback with -ECANCELED, in this call. Thread context; others
 * may submit meanwhile and are told -ECANCELED. 0; -ETIMEDOUT: the same, but the one in flight did
 * not end within 1 s and was cut off (a cyclic one ends with its round); -EAGAIN: a
 * callback has not returned for 5 s, call it again; or an abort or a close is at it; or somebody is
 * in udma_poll(); -EIO, or the system firmware's error: the channel could not be started again,
 * close it. -EINVAL; -EDEADLK. */
int udma_channel_abort(struct udma_channel *channel);

/* Counts since the open, of what udma_counters does not tell. Any context. */
struct udma_transfer_counters {
    uint64_t submitted, periods, lost; /* transfers; periods called back, and left out */
    uint64_t early;                    /* period interrupts that found none */
    uint64_t aborts;
};
void udma_get_transfer_counters(const struct udma_channel *channel,
                                struct udma_transfer_counters *counters);

/* What udma_channel_config.transfers names. */
extern const struct udma_kinds udma_transfers;

#endif
