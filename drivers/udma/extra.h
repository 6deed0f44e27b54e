// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files behind transfers.h share; nothing here is for the driver's users, nor for its
 * other files.
 */
#ifndef DRIVERS_UDMA_EXTRA_H
#define DRIVERS_UDMA_EXTRA_H

#include "drivers/udma/endpoint.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/records.h"
#include "drivers/udma/transfers.h"

struct udma_transfer {
    struct udma_channel *channel;
    struct udma_transfer *next; /* of the channel's; extra->lock */
    struct udma_descriptor *descriptor;
    unsigned records, record_bytes; /* how many; how large each is */
    uint64_t length;
    bool cyclic;

    struct udma_slot *slot; /* its place while it is submitted; NULL: it is not; atomic */

    /* How far it is: the channel's lock (progress.c). */
    uint64_t start;    /* of the channel's bytes, its first */
    bool exact;        /* the UDMAP's count says how many of these are done */
    uint64_t reported; /* bytes */
    unsigned seen;     /* records whose responses have been seen, */
    uint64_t seen_bytes;

    /* Of a cyclic one (cyclic.c): who takes its interrupt, one core at a time. */
    void (*period)(void *context, unsigned index, uint64_t lost, int status);
    void *context;
    unsigned periods, next_period;
    uint64_t delivered; /* bytes, of periods that were called back or left out */
    uint64_t lost;      /* periods left out since the last call */
    struct udma_period *period_table;
};

struct udma_period {
    uint32_t *responses; /* of its records */
    unsigned records;
    uint64_t length;
};

/* Where the events of receiving halves begin among a UDMAP's sources (TI-SCI documentation, "AM65x
 * Interrupt Management Device Descriptions"). TI's UDMA driver takes the receiving half's event for
 * the end of a block copy. */
#define UDMA_TRANSMIT_EVENTS 0x000u
#define UDMA_RECEIVE_EVENTS  0x200u

/* A channel's part of transfers.h. */
struct udma_extra {
    struct udma_transfer *transfers; /* all that are prepared; lock */
    struct spinlock lock;

    /* Of whom each slot is; NULL: a copy's, or free. Written with the channel's lock, and emptied
     * where the completion ring is; atomic. */
    struct udma_transfer *of_slot[UDMA_DEPTH_MAX + 1u];

    /* The channel's bytes, as the UDMAP counts them: the channel's lock (progress.c). */
    bool exact;        /* the total is what was submitted since the count was `base` */
    uint32_t base;     /* of the UDMAP's count, when nothing was in flight */
    uint32_t pushed;   /* what channel->pushed is if nobody else has queued since */
    uint64_t total;    /* bytes submitted since base */
    uint32_t failures; /* since base; atomic */
    uint32_t restarts; /* elements that an abort has passed over: channel->pushed has them */

    /* Periods (cyclic.c). */
    struct irq *irq;              /* of the channel's events; NULL: none was needed yet */
    struct udma_transfer *cyclic; /* the one that is submitted; atomic */
    bool delivering;              /* a core is at its periods; atomic */

    /* Chaining (trigger.c); the list's mutex. */
    struct udma_channel *chained_to; /* NULL: to none */
    uint16_t chain_event;
    bool chain_unknown; /* answers were lost: perhaps it is not */
    struct udma_extra *next_chained;
    struct udma_channel *channel; /* whose this is */

    /* Of a channel to or from a peripheral (peripheral.c). */
    struct udma_endpoint endpoint;
    struct udma_slot *first_free; /* instead of the channel's, which has none for copies; lock */
    struct udma_transfer *drain;  /* where what a peripheral still sends may go; of receiving */
    void *drain_memory;
    bool flushed; /* what has not come back is lost, whatever its responses say */

    struct udma_transfer_counters counters; /* each one writer at a time; atomic */
};

/* The source index of its event. */
static inline unsigned udma_event_index(const struct udma_channel *channel)
{
    const struct udma_one_way *one_way = channel->numbers.one_way;

    return (one_way == NULL || one_way->receives ? UDMA_RECEIVE_EVENTS : UDMA_TRANSMIT_EVENTS) +
           channel->numbers.channel;
}

/* A move as its records have it: a peripheral's side is as the memory's is. */
static inline struct udma_move udma_move_of(const struct udma_channel *channel,
                                            const struct udma_move *move)
{
    const struct udma_one_way *one_way = channel->numbers.one_way;

    if (one_way == NULL)
        return *move;
    return one_way->receives ? (struct udma_move){move->destination, move->destination}
                             : (struct udma_move){move->source, move->source};
}

static inline uint32_t *udma_transfer_responses(const struct udma_transfer *transfer)
{
    return udma_descriptor_responses(transfer->descriptor, transfer->record_bytes,
                                     transfer->records);
}

/* What became of records, from what their responses say. Where the completion ring is emptied, or
 * periods are called back. */
static inline int udma_transfer_status(struct udma_channel *channel, int status)
{
    const struct udma_one_way *one_way = channel->numbers.one_way;

    return one_way != NULL ? one_way->status(channel, status) : status;
}

#define UDMA_COUNT(counter, more) __atomic_fetch_add(&(counter), (uint64_t)(more), __ATOMIC_RELAXED)

/* ---- transfers.c ---- */

/* All slots are for transfers: copies find none, ever. Nobody uses the channel, or its lock. */
void udma_transfer_take_slots(struct udma_channel *channel);

/* The drain, if a slot is free for it; it has no callback. Any context; others are refused. */
void udma_transfer_submit_drain(struct udma_channel *channel);

/* ---- progress.c; with the channel's lock ---- */

/* It is about to be submitted, behind what is submitted. */
void udma_progress_begin(struct udma_channel *channel, struct udma_transfer *transfer);
/* All of a submission has been pushed. */
void udma_progress_submitted(struct udma_channel *channel);
/* Bytes done. */
uint64_t udma_progress(struct udma_transfer *transfer);

/* ---- cyclic.c ---- */

/* Thread context; once for the channel. The errors of irq_request(). */
int udma_periods_begin(struct udma_channel *channel);
/* Thread context; the channel is off. The errors of irq_free(); of a polled channel -EAGAIN while
 * somebody is in udma_cyclic_poll(). */
int udma_periods_end(struct udma_channel *channel);
/* A core is calling back periods. */
bool udma_periods_are_delivered(const struct udma_extra *extra);
/* Waits until none is. Thread context. The errors of irq_synchronize(); of a polled channel,
 * -EAGAIN while one is. */
int udma_periods_synchronize(struct udma_channel *channel);
/* It is about to be submitted; the channel's lock. */
void udma_periods_start(struct udma_transfer *transfer);
/* It has ended: no further period is begun with. Where the completion ring is emptied. */
void udma_periods_stop(struct udma_transfer *transfer);
/* Its table. -ENOMEM. Thread context. */
int udma_periods_prepare(struct udma_transfer *transfer, const struct udma_transfer_config *config);

/* ---- trigger.c; thread context ---- */

/* Ends what the channel triggers, and what triggers it. The system firmware's errors; can be
 * repeated. */
int udma_chains_end(struct udma_channel *channel);

#endif
