// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the data paths of transmit channels and of receive flows have in common: a ring that
 * software fills ("feed"), a ring that it empties ("consumer"), and the slots between them. For
 * files of this folder.
 *
 * The rules are those of copies, and transfer.c gives their reasons: who empties the completion
 * ring takes no lock; while it is at work what others feed is written, but submitted by one
 * doorbell at its end, so that a callback that feeds can't keep a handler going; a ring that tells
 * of more than there can be has failed; an interrupt costs three accesses to the ring accelerator,
 * and one more for each feed that callbacks have filled; what comes back is believed no further
 * than a slot's number.
 *
 * Slots that are free are in a list of the feed's, a circle in which who empties the completion
 * ring writes, and who feeds reads: `back` and `pushed` say where. There are PACKET_BATCH more than
 * can be in use, so that the last that came back are not used yet while callbacks are told of them.
 */
#ifndef DRIVERS_UDMA_PACKET_PATH_H
#define DRIVERS_UDMA_PACKET_PATH_H

#include "arch/barrier.h"
#include "arch/relaxed.h"
#include "arch/spinlock_inline.h"
#include "drivers/udma/error_events.h"
#include "drivers/udma/host_packet.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/packet.h"

/* A place for a packet that is sent, or for a buffer that is received into: one descriptor, or as
 * many in a row as a packet has buffers, found by the slot's number. */
struct udma_packet_slot {
    struct udma_received received; /* receive: that is told of, of this buffer alone */
    uint32_t length;               /* of the packet, or of the buffer; 0: it is free */
    uint32_t feed;                 /* whose it is */
    struct udma_buffer buffer;     /* receive; sent: its cookie is the packet's */
    struct udma_host_packet *descriptor;
};

_Static_assert(sizeof(struct udma_packet_slot) == 64 || sizeof(void *) != 8, "found with a shift");
_Static_assert(offsetof(struct udma_packet_slot, received) == 0, "packet_slot_of()");

/* A ring that software fills. */
struct udma_feed {
    struct udma_ring ring;
    uint32_t mask;  /* of its elements, and of the list of free slots: a power of two */
    uint32_t slots; /* that it has */
    uint32_t back;  /* of who empties the completion ring: have come back; atomic */
    struct udma_received **free_slots; /* each of a slot */

    struct spinlock lock;       /* for what follows, of who feeds */
    int refusal;                /* what it returns, or 0 */
    uint32_t pushed, submitted; /* since the open; atomic */
    uint64_t doorbells;
};

struct udma_consumer;
typedef uint32_t udma_complete_t(struct udma_consumer *consumer, const uint64_t *elements,
                                 uint32_t count);

/* A completion ring. But for the first block, of who empties it: one core at a time. */
struct udma_consumer {
    struct udma_ring ring;
    struct udma *udma;
    struct irq *irq;
    struct irq *error_irq; /* the channel's error event, if there is a callback for it */
    struct udma_deferral deferral;
    struct udma_feed *feeds; /* whose slots come back here */
    unsigned feed_count;
    uint8_t *descriptors;
    struct udma_packet_slot *slots;
    unsigned slot_count, shift; /* a slot's descriptors take 1 << shift bytes */
    udma_error_callback_t error;
    void *context;
    struct udma_watch watch; /* for errors of which there is one event for all */
    bool polled;
    bool polling; /* udma_poll_begin() */
    /* What elements mean, of each of the two kinds: takes one, or some; returns how many. */
    udma_complete_t *complete;
    void (*after)(struct udma_consumer *consumer); /* a turn in a thread; or NULL */

    bool closing;  /* atomic */
    bool told;     /* the teardown's message has come; atomic */
    bool draining; /* atomic */
    bool failed;   /* atomic */
    uint32_t failed_count;
    unsigned strangers; /* in a row */
    struct udma_packet_counters counters;

    const struct udma_coalesce *coalesce; /* the owner's configuration */
    struct udma_coalescer *coalescer;     /* or NULL */
};

/* That a completion takes at once, at most. */
#define PACKET_BATCH              UDMA_RECEIVE_BATCH

/* Bit 0 of an element says that it is the teardown's completion message. */
#define PACKET_TEARDOWN           1u

/* Counters of one writer that others read. */
#define PACKET_ADD(object, more)  relaxed_store64(&(object), (object) + (more))
#define PACKET_GET(object)        __atomic_load_n(&(object), __ATOMIC_RELAXED)
#define PACKET_SET(object, value) __atomic_store_n(&(object), (value), __ATOMIC_RELAXED)
#define PACKET_INLINE             static inline __attribute__((always_inline))

/* ---- packet_path.c ---- */

/* Counts an error and tells of it. Where the completion ring is emptied. */
void udma_packet_error(struct udma_consumer *consumer, enum udma_error error);

/* An element that is no descriptor in use; the completion ring tells of so many, more than there
 * can be. */
void udma_packet_other(struct udma_consumer *consumer, uint64_t element);
void udma_packet_fail(struct udma_consumer *consumer, uint32_t count);

/* With the feed's lock taken here: what was deferred. */
void udma_feed_submit(struct udma_feed *feed);

/* Takes all that is on the completion ring now; returns how many that were. Any context; nobody
 * else is at it. */
uint32_t udma_packet_take_all(struct udma_consumer *consumer);
/* One at a time, with callbacks that may take long, and submitting at once. Whether there is more.
 * Thread context; nobody else is at it. */
bool udma_packet_turn(struct udma_consumer *consumer);
/* As udma_poll(). */
int udma_packet_poll(struct udma_consumer *consumer);

/* Nobody is fed any more: -ECANCELED, unless it was so. Any context. */
void udma_feed_refuse(struct udma_feed *feed, int error);

void udma_packet_get_counters(const struct udma_consumer *consumer,
                              struct udma_packet_counters *counters);

/* ---- packet_setup.c; thread context ---- */

/* Slots and descriptors: of each feed `depth` can be in use. -ENOMEM. */
int udma_packet_allocate(struct udma_consumer *consumer, unsigned depth,
                         unsigned descriptors_of_slot);
void udma_packet_free(struct udma_consumer *consumer);

/* A ring for so many elements, of a power of two; -ENOMEM. */
int udma_packet_prepare_ring(struct udma *udma, struct udma_ring *ring, uint16_t index,
                             unsigned elements);

/* Requests the completion ring's interrupt, unless it is polled, and unmasks it; what was on the
 * ring before is gone. With an error callback, the channel's error event too, of this source index
 * of the UDMAP's, and what is in error_events.h. The errors of irq_request(); then there is none of
 * them. */
int udma_packet_request(struct udma_consumer *consumer, const char *name, uint32_t core,
                        irq_handler_t handler, unsigned error_index);
#define UDMA_TRANSMIT_ERROR(channel) (0x100u + (channel))
#define UDMA_RECEIVE_ERROR(channel)  (0x300u + (channel))
#define UDMA_NO_ERROR_EVENT          0u

/* Its callbacks come in a thread: none runs any more, or will. The errors of work_cancel(). */
int udma_packet_end_deferral(struct udma_consumer *consumer);
/* No handler runs any more, and what is on the ring has had its callback. The channel is off, and
 * callbacks in a thread have ended. message: a teardown's has come, or will soon. -EAGAIN: a
 * callback has not returned; to be called again. */
int udma_packet_stop(struct udma_consumer *consumer, bool message);
/* Then: frees the interrupt, as irq_free(). */
int udma_packet_free_interrupt(struct udma_consumer *consumer);

/* Resets what rings are configured. The first error. */
int udma_packet_close_ring(struct udma_ring *ring);

/* Whether a half is off within that time. */
bool udma_half_wait_until_off(const struct udmap_channel_registers *half, uint64_t timeout_us);
/* Lets the packet in flight end, and stops. `endpoint`: the other end is told, not the half.
 * -ETIMEDOUT: it does not end. */
int udma_half_teardown(const struct udmap_channel_registers *half, bool endpoint);
/* Tells of the channel's error bit. Nobody else is at the completion ring. */
void udma_packet_look_for_error(struct udma_consumer *consumer,
                                const struct udmap_channel_registers *half);
/* Stops it at once, if it runs. What comes to its completion ring from then on says nothing: a
 * packet that has not ended may come too. */
void udma_half_cut_off(const struct udmap_channel_registers *half);

/* ---- packet_numbers.c ---- */

enum udma_direction {
    UDMA_TRANSMIT,
    UDMA_RECEIVE
};

/* Numbers for packets: while a channel is taken udma_init() is refused. Thread context. -ENOSPC;
 * -ENODEV before udma_init(). */
int udma_packet_take_channel(struct udma *udma, enum udma_direction direction, uint16_t *number);
int udma_packet_take_ring(struct udma *udma, uint16_t *number);
/* The ring that receive channel n is wired to; -ENOSPC: it is not the host's, or in use. It asks
 * the system firmware, the first time: its errors. */
int udma_packet_take_receive_ring(struct udma *udma, uint16_t channel, uint16_t *number);
/* `count` flows in a row; asks the system firmware for the host's, the first time: its errors. */
int udma_packet_take_flows(struct udma *udma, unsigned count, uint16_t *first);

void udma_packet_give_back_channel(struct udma *udma, enum udma_direction direction,
                                   uint16_t number, bool last);
void udma_packet_give_back_ring(struct udma *udma, uint16_t number, bool last);
void udma_packet_give_back_flows(struct udma *udma, unsigned count, uint16_t first, bool last);

/* ---- the paths ---- */

/* Four words, each read before one is written: GCC moves them in pairs then. */
PACKET_INLINE void packet_copy_four(uint32_t *to, const uint32_t *from)
{
    const uint32_t first = from[0], second = from[1], third = from[2], fourth = from[3];

    to[0] = first;
    to[1] = second;
    to[2] = third;
    to[3] = fourth;
}

/* Protocol-specific words: the first four at once, which is what peripherals have; what is beyond
 * `count` of them is not looked at, and there is room for it on both sides. */
PACKET_INLINE void packet_copy_words(uint32_t *to, const uint32_t *from, unsigned count)
{
    packet_copy_four(to, from);
    for (unsigned i = 4; __builtin_expect(i < count, 0); i++)
        to[i] = from[i];
}
_Static_assert(UDMA_EPIB_WORDS == 4u && UDMA_WORDS_MAX >= 4u, "four words at once");

/* The number of the slot that an element is of; none's are too large. */
PACKET_INLINE uint64_t packet_number(uint64_t descriptors, unsigned shift, uint64_t element)
{
    const uint64_t offset = element - descriptors;

    /* The low bits come on top: too large is also what is not a whole number of slots away. */
    return offset >> shift | offset << (64u - shift);
}

/* The slot that an element is of; NULL: none's, or one that is free. */
PACKET_INLINE struct udma_packet_slot *packet_find(const struct udma_consumer *consumer,
                                                   uint64_t element)
{
    const uint64_t number =
        packet_number((uintptr_t)consumer->descriptors, consumer->shift, element);
    struct udma_packet_slot *slot;

    if (number >= consumer->slot_count)
        return NULL;
    slot = &consumer->slots[number];
    return slot->length != 0 ? slot : NULL;
}

/* That begins with it. */
PACKET_INLINE struct udma_packet_slot *packet_slot_of(struct udma_received *received)
{
    return (struct udma_packet_slot *)received;
}

/* How many of `count` lie in a row from there on, in the feed's ring and in its list. */
PACKET_INLINE uint32_t packet_row(const struct udma_feed *feed, uint32_t at, uint32_t count)
{
    const uint32_t left = feed->mask + 1u - at;

    return count < left ? count : left;
}

/* Of who empties the completion ring: where slots that come back are put, which packet_give_back()
 * makes known. */
PACKET_INLINE uint32_t packet_back_at(const struct udma_feed *feed)
{
    return (feed->back + feed->slots) & feed->mask;
}

/* They are there, and free. Release: who sees it has seen that the core is draining, and that it is
 * done with the slots. */
PACKET_INLINE void packet_give_back(struct udma_feed *feed, uint32_t count)
{
    __atomic_store_n(&feed->back, feed->back + count, __ATOMIC_RELEASE);
}

/* With the feed's lock: how many more can be pushed. Acquire: what was done with a slot comes
 * before its next use. */
PACKET_INLINE uint32_t packet_room(const struct udma_feed *feed)
{
    return feed->slots - PACKET_BATCH + __atomic_load_n(&feed->back, __ATOMIC_ACQUIRE) -
           feed->pushed;
}

/* With the feed's lock: all that was pushed becomes the hardware's. */
PACKET_INLINE void packet_submit(struct udma_feed *feed)
{
    uint32_t left = feed->pushed - feed->submitted;

    relaxed_store32(&feed->submitted, feed->pushed);
    while (left != 0) {
        const uint32_t some = left < RING_DOORBELL_MAX ? left : RING_DOORBELL_MAX;

        udma_ring_submit(&feed->ring, some);
        PACKET_ADD(feed->doorbells, 1);
        left -= some;
    }
}

/* With the feed's lock: `count` elements were put. */
PACKET_INLINE void packet_push(struct udma_feed *feed, const struct udma_consumer *consumer,
                               uint32_t count)
{
    relaxed_store32(&feed->pushed, feed->pushed + count);
    barrier_cores(); /* it is counted before `draining` is read: see packet_end_draining() */
    if (relaxed_load_bool(&consumer->draining) == 0)
        packet_submit(feed);
}

PACKET_INLINE void packet_release(struct udma_ring *ring, uint32_t count)
{
    while (count != 0) {
        const uint32_t some = count < RING_DOORBELL_MAX ? count : RING_DOORBELL_MAX;

        udma_ring_release(ring, some);
        count -= some;
    }
}

PACKET_INLINE void packet_end_draining(struct udma_consumer *consumer)
{
    __atomic_store_n(&consumer->draining, false, __ATOMIC_RELEASE);
    barrier_cores(); /* seen before what is pushed is read: see packet_push() */
    for (unsigned i = 0; i < consumer->feed_count; i++) {
        struct udma_feed *feed = &consumer->feeds[i];

        if (relaxed_load32(&feed->pushed) != relaxed_load32(&feed->submitted))
            udma_feed_submit(feed);
    }
}

/* So many elements are on the ring. */
PACKET_INLINE void packet_take(struct udma_consumer *consumer, uint32_t count,
                               udma_complete_t *complete)
{
    struct udma_ring *ring = &consumer->ring;

    while (count != 0) {
        const uint32_t position = ring->position, left = ring->count - position;
        const uint32_t some =
            complete(consumer, &ring->elements[position], count < left ? count : left);

        ring->position = some == left ? 0 : position + some;
        count -= some;
    }
}

/* Takes everything off the completion ring, which is at most what it has room for. The last look at
 * the occupancy is needed: transfer.c, "three accesses". */
PACKET_INLINE uint32_t packet_drain(struct udma_consumer *consumer, udma_complete_t *complete)
{
    struct udma_ring *ring = &consumer->ring;
    uint32_t taken = 0, count;

    relaxed_store_bool(&consumer->draining, true);
    while (!consumer->failed && (count = udma_ring_occupancy(ring)) != 0) {
        if (count > ring->count - taken) {
            udma_packet_fail(consumer, taken + count);
            break;
        }
        packet_take(consumer, count, complete);
        packet_release(ring, count);
        taken += count;
    }
    packet_end_draining(consumer);
    return taken;
}

/* The completion ring's interrupt. */
PACKET_INLINE enum irq_return packet_handle(struct udma_consumer *consumer,
                                            udma_complete_t *complete)
{
    PACKET_ADD(consumer->counters.interrupts, 1);
    if (__builtin_expect(packet_drain(consumer, complete) != 0, 1))
        return IRQ_HANDLED;
    PACKET_ADD(consumer->counters.empty, 1);
    return IRQ_NONE;
}

#endif
