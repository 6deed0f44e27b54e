// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of the UDMA driver share; nothing here is for its users.
 */
#ifndef DRIVERS_UDMA_INTERNAL_H
#define DRIVERS_UDMA_INTERNAL_H

#include "arch/spinlock.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/descriptor.h"
#include "drivers/udma/pool.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "drivers/udma/udmap_registers.h"
#include "lib/log.h"
#include "msi/handler.h"
#include "msi/work.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

LOG_USE(udma);

struct irq;
struct irq_request;

#define UDMA_DEPTH_MAX 64u

/* A place for a transfer that is queued: a descriptor, and what only the cores need to know. A core
 * comes from a descriptor to it by their number, which is the same. */
struct udma_slot {
    struct udma_slot *next; /* of the free ones, when this is free; atomic */
    uint64_t length;        /* 0: it is free */
    void *cookie;
    struct udma_descriptor *descriptor;
};

/* What a channel needs of the shared numbers: a pair of channels and a completion ring. */
struct udma_numbers {
    struct udma *udma;
    uint16_t channel; /* of the transmit and of the receive channel */
    uint16_t completion_ring;
    uint16_t transfer_ring;             /* that the channel takes its descriptors from */
    bool last;                          /* the channels have failed before: no others were free */
    const struct udma_one_way *one_way; /* of one direction only; NULL: memory to memory */
};

enum udma_pairing {
    UDMA_UNPAIRED,
    UDMA_PAIRED,
    UDMA_PAIRING_UNKNOWN, /* nobody knows: answers were lost */
};

/* What owns something that can't always be released at once: how a kind of it is given back. */
struct udma_held_kind {
    const char *name; /* for people, in front of its number */
    int open;         /* what each counts for in udma->open, until it is gone or held */
    /* What the hardware knows. 0: nothing is left; or an error, and the call is to be repeated. */
    int (*take_back)(void *owner);
    /* Then its numbers and its memory. last: the numbers have failed, so they are handed out again
     * only when no others are left. */
    void (*discard)(void *owner, bool last);
};

/* Embedded in the owner (held.c), who fills in all but `next`. */
struct udma_held {
    struct udma_held *next;
    const struct udma_held_kind *kind;
    void *owner;
    struct udma *udma;
    uint16_t number;
};

#define PSIL_DESTINATION 0x8000u /* destination threads have this bit set */

/* Two threads of PSI-L that are paired, or may be. */
struct udma_link {
    struct udma *udma; /* through whose Navigator Subsystem */
    uint16_t source, destination;
    enum udma_pairing state;
};

/* A ring's interrupt that only queues a work, which empties the ring then (deferred.c). */
struct udma_deferral {
    const struct udma_delivery *delivery;
    uint32_t thread_core;
    struct irq *irq;
    bool (*turn)(void *context); /* takes what is there; whether there is more */
    void *context;
    uint64_t *interrupts, *empty; /* counters of the owner's, which only this changes; atomic */
    struct work work;
};

/* A transmit and a receive channel, which copy together; NULL: there is only the other. */
struct udma_halves {
    uint16_t number; /* of both */
    struct udmap_channel_registers *transmit, *receive;
};

/* Where a half is turned on and off. */
#define UDMA_CTL(half) ((uintptr_t) & (half)->ctl)

/* The half that tells of both: the only one, or the transmitting one. */
static inline struct udmap_channel_registers *udma_lead(const struct udma_halves *halves)
{
    return halves->transmit != NULL ? halves->transmit : halves->receive;
}

/* Where callbacks are called; what a channel has none of, the image need not have. Thread context
 * but for core(). */
struct udma_delivery {
    /* Fills in the request's handler and context. -EINVAL: no such core. */
    int (*begin)(struct udma_deferral *deferral, struct irq_request *request);
    /* Then no callback runs, and none will. The errors of work_cancel(); can be repeated. */
    int (*end)(struct udma_deferral *deferral);
    unsigned (*core)(const struct udma_deferral *deferral); /* where they are called; any context */
};

/* What channels have that were opened for more than copies (transfers.h): called where an image
 * has them only. */
struct udma_extra;
struct udma_kinds {
    /* Of a channel that is being opened; -ENOMEM. Thread context, as the last two. */
    int (*begin)(struct udma_channel *channel);
    /* The slot of the transfer whose descriptor an element is; NULL: none. Where the completion
     * ring is emptied, as the next. */
    struct udma_slot *(*find)(struct udma_channel *channel, uint64_t element);
    /* What became of it; the slot is one for copies again. As udma_descriptor_status(); or
     * UDMA_NOBODYS. */
    int (*finish)(struct udma_channel *channel, struct udma_slot *slot);
    /* The channel is off: nothing of its own is called any more. The errors of irq_free(); can be
     * repeated after -EAGAIN. */
    int (*end)(struct udma_channel *channel);
    /* The rest that the hardware knows; the system firmware's errors; can be repeated. */
    int (*take_back)(struct udma_channel *channel);
    void (*free)(struct udma_channel *channel);
};

/* A transfer that was the driver's own: it has no callback. */
#define UDMA_NOBODYS 1

struct udma_transfer_config;

/* What is different about a channel to or from a peripheral (peripheral.c); it has udma_transfers.
 * An image that opens none has nothing of it. */
struct udma_one_way {
    bool receives;
    /* In one trip to the system firmware, and as udma_bring_up() otherwise: leaves in the channel
     * what it took. */
    int (*configure)(struct udma_channel *channel);
    void (*enable)(struct udma_channel *channel);
    /* Begins a teardown; forced: the transfer in flight is given up. Thread context, if forced. */
    void (*tear_down)(struct udma_channel *channel, bool forced);
    /* A teardown that was begun is still waited for; again and again. Thread context. NULL:
     * it ends by itself. */
    void (*go_on)(struct udma_channel *channel);
    void (*stop)(struct udma_channel *channel); /* it is off: so is the other end, from here on */
    /* Of a transfer that is to be prepared, of so many bytes: -EINVAL. */
    int (*check)(const struct udma_channel *channel, const struct udma_transfer_config *config,
                 uint64_t length);
    /* What a status that records' responses tell of means, given how the channel is torn down. */
    int (*status)(struct udma_channel *channel, int status);
};

struct udma_channel {
    struct udma_channel_config config;
    struct udma_numbers numbers;
    struct udma_halves halves;
    struct udma_slot *first_free;          /* of who queues; lock */
    struct udma_ring transfer, completion; /* of as many elements both, */
    uint32_t ring_mask;                    /* a power of two: this and one more */
    uint32_t pushed;                       /* transfers, since the open; lock, atomic */
    struct udma_descriptor *descriptors;
    struct udma_slot *slots; /* those below */
    struct irq *irq;
    struct udma_link link;
    struct udma_held held;
    bool stopped;   /* the teardown's message has come; atomic */
    bool cut_off;   /* by udma_stop(): the transfer in flight did not end */
    bool aborting;  /* it will go on: what is flushed is called back too */
    bool ending;    /* udma_end_begin() */
    bool polling;   /* udma_poll_begin() */
    bool by_thread; /* the completion ring is not emptied in the interrupt; set once, by begin() and
                       udma_stop() too */

    /* Of who empties the completion ring: one core at a time, which takes no lock (transfer.c).
     * Others read it; each is one atomic access. */
    bool draining;
    bool failed; /* the completion ring's count can't be: it is not looked at any more */
    uint32_t failed_count;
    struct udma_slot *last_free;
    struct udma_counters counters;

    struct udma_extra *extra; /* of config.transfers; or NULL */
    struct udma_deferral deferral;
    unsigned strangers; /* in a row: elements of the completion ring that it could not use */

    struct spinlock lock; /* for what follows, of who queues */
    int refusal;          /* what udma_copy() returns from now on, or 0: udma_refuse(); */
    int full;             /* or if no slot is free */
    uint32_t submitted;   /* transfers, of those that were pushed; atomic */

    struct udma_coalescer *coalescer; /* of config.coalesce; or NULL */

    struct udma_slot slot_table[UDMA_DEPTH_MAX + 1u]; /* one is always free: see transfer.c */
    struct udma_slot no_slot;                         /* of the list, when copies are refused */
};

/* Whether a request to the system firmware that ended with this error may have been carried out all
 * the same. -EACCES is an answer; -EBUSY, -EDEADLK and -ENODEV are found before anything is sent.
 *
 * The firmware takes requests in the order in which they were sent (TI-SCI documentation, "Secure
 * Proxy": a thread is a queue). So the answer to a later one also says that this one is over. */
static inline bool udma_outcome_is_unknown(int error)
{
    return error != 0 && error != -EACCES && error != -EBUSY && error != -EDEADLK &&
           error != -ENODEV;
}

/* One close, or abort, at a time: neither a callback that it calls nor another core begins one of
 * its own meanwhile. false: somebody is at it. Who goes on with the handle finishes. */
static inline bool udma_end_begin(bool *ending)
{
    return !__atomic_exchange_n(ending, true, __ATOMIC_ACQUIRE);
}

static inline void udma_end_finish(bool *ending)
{
    __atomic_store_n(ending, false, __ATOMIC_RELEASE);
}

/* Who polls has the ring to himself; a close, or an abort, shuts the others out for good, or until
 * it ends. false: somebody is in there. */
static inline bool udma_poll_begin(bool *polling)
{
    /* Acquire: it goes on where the last one in here has ended. */
    return !__atomic_exchange_n(polling, true, __ATOMIC_ACQUIRE);
}

static inline void udma_poll_end(bool *polling)
{
    __atomic_store_n(polling, false, __ATOMIC_RELEASE);
}

/* Whether a close that has ended so has left the handle to its caller. */
static inline bool udma_is_still_open(int error)
{
    return error == -EAGAIN || error == -EDEADLK;
}

/* ---- numbers.c; any context ---- */

/* The two kinds of channels: handed out in this order, so that the few of high capacity stay free
 * as long as possible. */
enum udma_capacity {
    UDMA_CAPACITY_NORMAL,
    UDMA_CAPACITY_HIGH,
    UDMA_CAPACITY_KINDS
};

/* A number of `transmit` comes with the ring that the channel is wired to. */
struct udma_pools {
    struct udma_pool transmit[UDMA_CAPACITY_KINDS], receive[UDMA_CAPACITY_KINDS];
    struct udma_pool rings;
};

/* What packets need beyond that. */
struct udma_packet_numbers {
    bool known; /* the system firmware has been asked for them; atomic */
    struct udma_pool pool;
};
struct udma_packet_pools {
    unsigned first_receive_ring; /* that of receive channel 0; 0: not read yet */
    struct udma_packet_numbers flows, receive_rings;
};

/* Errors of which an instance has one event for all channels (error_events.h). */
struct udma_watch;
struct udma_error_events {
    unsigned users;                  /* this and the next two under that file's mutex */
    struct irq *flow_irq, *ring_irq; /* NULL: refused, or there are no users */
    uint32_t told; /* the status that has been told, and could not be cleared; or 0 */
    bool prepared; /* the work */
    struct work work;
    struct udma_watch *watches; /* that file's lock, too */
};

/* An instance: a UDMAP and its ring accelerator. What is not written while nothing is in use is
 * under the lock of numbers.c. */
struct udma {
    struct udma *next;
    struct udma_facts facts; /* written while nothing is in use */
    bool starting;           /* udma_init() is at work */
    bool ready;
    struct udma_pools pools;
    unsigned open;         /* memory-to-memory channels */
    unsigned packet_users; /* channels of one direction */
    unsigned held;         /* owners of all kinds (held.c) */
    struct udma_packet_pools packet;
    struct udma_error_events errors;
};

/* From begin to finish nobody gets a number. The instance is the one that these facts are of, or a
 * new one. -EBUSY: something is open, reserved or held; -ENOMEM. */
int udma_numbers_begin(const struct udma_facts *facts, struct udma **udma);
void udma_numbers_finish(struct udma *udma, const struct udma_pools *pools, bool ready);

/* For files with numbers of their own in an instance. */
unsigned long udma_numbers_lock(void);
void udma_numbers_unlock(unsigned long state);

/* The instance that a caller means: NULL is the first that there has been. NULL: there is none. */
struct udma *udma_or_main(struct udma *udma);

/* Takes numbers of numbers->udma for a channel, which counts as open from here on. -ENOSPC; -ENODEV
 * before udma_init(). */
int udma_numbers_take(struct udma_numbers *numbers);
/* last: as in struct udma_held_kind. */
void udma_numbers_give_back(const struct udma_numbers *numbers, bool last);
/* So many more, or fewer, are open or held. */
void udma_numbers_count(struct udma *udma, int open, int held);

/* ---- held.c; thread context ---- */

/* Gives back an owner, which is gone then; `failed`: and its numbers have failed. -EIO: not all
 * could be taken back, so it is held, and tried again by the next. */
int udma_held_dispose(struct udma_held *held, bool failed);
/* Tries each that is held again. */
void udma_held_retry(void);

/* ---- route.c ---- */

/* The end of a description, behind what sniprintf() returned `used` for: what coalesces
 * the interrupt, or NULL, and the interrupt's route; or that it is polled, NULL. Returns what the
 * whole takes, or an error. Thread context; -EDEADLK. */
int udma_route_describe(const struct irq *irq, const struct udma_coalescer *coalescer, int used,
                        char *text, size_t size);
/* The core that callbacks run on; NULL: they are polled for, here. Any context. */
unsigned udma_route_core(const struct irq *irq, const struct udma_deferral *deferral);

/* ---- left_overs.c; thread context ---- */

/* Stops those of the channels below limit that run, though nobody has opened them, and takes back
 * their pairings and what is in their rings. What can't be had is logged. */
void udma_clear_left_overs(struct udma *udma, const struct udma_pools *pools, unsigned limit);

/* Tries again to reset a ring that a loader's channel had. Its errors are logged. */
void udma_left_over_retry(void);

/* ---- setup.c; thread context ---- */

/* Its memory. NULL: there is none. */
struct udma_channel *udma_channel_allocate(const struct udma_channel_config *config,
                                           const struct udma_numbers *numbers);
void udma_channel_free(struct udma_channel *channel);
/* As struct udma_held_kind has it; the owner is a channel. */
int udma_channel_take_back(void *owner);

/* From rings to running. The first error; then udma_held_dispose() undoes the steps before. It does
 * so at a close too, when the interrupt is gone. */
int udma_bring_up(struct udma_channel *channel);

/* ---- ring.c; thread context: udma_ring_open() in three steps ---- */

/* Its memory. -ENOMEM: there is none. */
int udma_ring_prepare(struct udma *udma, struct udma_ring *ring, uint16_t index, uint16_t count);
struct ring_rt_registers *udma_ring_registers(const struct udma *udma, uint16_t index);
/* Frees the memory of one that has no configuration. */
void udma_ring_forget(struct udma_ring *ring);
/* Empties an open ring that the hardware has stopped using. The system firmware's errors. */
int udma_ring_reset(struct udma_ring *ring);
/* What to ask of the system firmware. */
void udma_ring_ask(const struct udma_ring *ring, struct ti_sci_ring_config *config);
/* That ended with this error, which it returns, or 0. If nobody knows what came of it, the ring is
 * one that may be open. */
int udma_ring_settle(struct udma_ring *ring, int error);

/* ---- pairing.c; thread context. The system firmware's errors ---- */

/* What to ask of the system firmware. */
void udma_pairing_ask(const struct udma_link *link, struct ti_sci_psil_threads *threads);
/* That ended with this error, or 0; `wanted`: and the rest has not failed, so a refusal is worth a
 * second attempt. Returns 0 or an error; `pairing` says how things are. -EADDRINUSE: it was
 * refused, and once more after an attempt to take an earlier user's pairing away. */
int udma_pair_settle(struct udma_link *link, int error, bool wanted);
/* After an error they may still be paired, and the call can be repeated. */
int udma_unpair(struct udma_link *link);

/* All slots are free, as after an open. Nobody is at the channel. */
void udma_slots_reset(struct udma_channel *channel);
/* Its halves run. */
void udma_enable(struct udma_channel *channel);
/* Whether a configuration is one that a channel can be opened with. */
bool udma_channel_is_valid(const struct udma_channel_config *config);

/* ---- stop.c; thread context ---- */

struct udma_halves udma_halves_of(const struct udma *udma, uint16_t number);

/* NULL: it does not. */
bool udma_half_is_running(const struct udmap_channel_registers *half);
/* Either of them. */
bool udma_is_running(const struct udma_halves *halves);

/* Returns whether both are off within that time. */
bool udma_wait_until_off(const struct udma_halves *halves, uint64_t timeout_us);

/* Turns both halves off, whatever they are doing. -EIO: they stay on. */
int udma_disable(const struct udma_halves *halves);
/* The same, if one is on. */
int udma_see_off(const struct udma_halves *halves);

/* udma_copy() refuses from here on, and the channel is told to stop. */
void udma_begin_stop(struct udma_channel *channel);

/* Lets the transfer in flight end and stops; udma_copy() refuses from here on. 0; -ETIMEDOUT: it
 * did not end, and was cut off; -EAGAIN: a handler has not returned, and the call is to be
 * repeated. */
int udma_stop(struct udma_channel *channel);

/* ---- transfer.c ---- */

/* With the channel's lock: udma_copy() returns this error from now on. */
void udma_refuse(struct udma_channel *channel, int error);

/* The completion ring's interrupt handler; context is the channel. */
enum irq_return udma_transfer_interrupt(void *context);
/* The same, and records what it does (lib/trace.h). */
enum irq_return udma_transfer_interrupt_traced(void *context);

/* Takes what is on the completion ring as the handler does. Thread context; nobody else is at it.
 */
void udma_transfer_poll(struct udma_channel *channel);

/* A slot's transfer has ended so, and has not come back: its callback, and the slot is free. The
 * channel is off, and nobody else is at it. Thread context. */
void udma_transfer_cancel(struct udma_channel *channel, uint64_t element);

/* Takes what is on the completion ring now, with callbacks that may take their time. Whether there
 * is more. Thread context; nobody else is at it. */
bool udma_transfer_turn(struct udma_channel *channel);

#endif
