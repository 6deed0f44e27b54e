// SPDX-License-Identifier: BSD-3-Clause
/*
 * A frame's way: into a ring, and out of it in its interrupt (82574 datasheet, 7.1 and 7.2).
 *
 * A message of the device masks its own cause; the handler's last access lets it come again. What
 * has come meanwhile has left its cause, so that there is another message at once.
 */
#include "arch/barrier.h"
#include "arch/mmio.h"
#include "arch/relaxed.h"
#include "arch/spinlock_inline.h"
#include "drivers/e1000e/internal.h"

#include <errno.h>
#include <stddef.h>

/* ---- putting; with the ring's lock ---- */

static inline bool has_room(const struct e1000e_ring *ring)
{
    /* Acquire: what has left has been looked at. */
    return ring->entered - __atomic_load_n(&ring->left, __ATOMIC_ACQUIRE) < ring->limit;
}

static inline void put(struct e1000e_ring *ring, const void *data, uint64_t word)
{
    struct e1000e_descriptor *descriptor = &ring->descriptors[ring->put++ & ring->mask];

    descriptor->address = (uintptr_t)data;
    descriptor->word = word;
}

/* The descriptors of a frame or buffer begin here. */
static inline void enter(struct e1000e_ring *ring, void *cookie, uint32_t descriptors)
{
    struct e1000e_slot *slot = &ring->slots[ring->put & ring->mask];

    slot->cookie = cookie;
    slot->descriptors = descriptors;
}

/* They are complete. Release: the handler sees them when it sees the count. */
static inline void entered(struct e1000e_ring *ring)
{
    __atomic_store_n(&ring->entered, ring->entered + 1, __ATOMIC_RELEASE);
}

static inline void ring_doorbell(const struct e1000e_ring *ring)
{
    barrier_before_doorbell(); /* descriptors, and what is sent, first */
    mmio_write32(ring->tail, ring->put & ring->mask);
}

static inline void put_buffer(struct e1000e_ring *ring, const void *data, void *cookie)
{
    enter(ring, cookie, 1);
    put(ring, data, 0);
    entered(ring);
}

int e1000e_give(struct e1000e *e1000e, const struct e1000e_buffer *buffers, unsigned count)
{
    struct e1000e_ring *ring = &e1000e->receive;
    unsigned long state = spin_lock_inline(&ring->lock);
    int result = ring->stopped;
    unsigned taken = 0;

    while (result == 0 && taken < count && has_room(ring)) {
        if (buffers[taken].length < E1000E_BUFFER_SIZE) {
            result = -EINVAL;
            break;
        }
        put_buffer(ring, buffers[taken].data, buffers[taken].cookie);
        taken++;
    }
    if (taken != 0 && __atomic_load_n(&e1000e->started, __ATOMIC_RELAXED))
        ring_doorbell(ring);
    spin_unlock_inline(&ring->lock, state);
    return taken != 0 ? (int)taken : result;
}

static inline bool is_sound(const struct e1000e_frame *frame)
{
    uint32_t length = 0;

    if (frame->buffer_count - 1u >= E1000E_BUFFERS_MAX)
        return false;
    for (unsigned i = 0; i < frame->buffer_count; i++) {
        if (frame->buffers[i].length - 1u >= E1000E_FRAME_MAX)
            return false;
        length += frame->buffers[i].length;
    }
    return length <= E1000E_FRAME_MAX;
}

static inline void put_frame(struct e1000e_ring *ring, const struct e1000e_frame *frame)
{
    const unsigned last = frame->buffer_count - 1;

    enter(ring, frame->cookie, frame->buffer_count);
    for (unsigned i = 0; i <= last; i++)
        put(ring, frame->buffers[i].data,
            E1000E_TX_LENGTH(frame->buffers[i].length) | E1000E_TX_IFCS |
                (i == last ? E1000E_TX_EOP | E1000E_TX_RS : 0));
    entered(ring);
}

/* Says first that it wants room, and looks then: the handler does it the other way round. */
static inline bool finds_room(struct e1000e *e1000e)
{
    if (has_room(&e1000e->send))
        return true;
    relaxed_store_bool(&e1000e->full, true);
    barrier_cores();
    return has_room(&e1000e->send);
}

static inline int may_send(const struct e1000e *e1000e)
{
    if (e1000e->send.stopped != 0)
        return e1000e->send.stopped;
    return (__atomic_load_n(&e1000e->status, __ATOMIC_RELAXED) & E1000E_STATUS_LU) != 0 ? 0
                                                                                        : -ENETDOWN;
}

int e1000e_send(struct e1000e *e1000e, const struct e1000e_frame *frames, unsigned count)
{
    struct e1000e_ring *ring = &e1000e->send;
    unsigned long state = spin_lock_inline(&ring->lock);
    int result = may_send(e1000e);
    unsigned taken = 0;

    for (; result == 0 && taken < count; taken++) {
        if (!is_sound(&frames[taken]))
            result = -EINVAL;
        else if (!finds_room(e1000e))
            result = -EAGAIN;
        if (result != 0)
            break;
        put_frame(ring, &frames[taken]);
    }
    if (taken != 0)
        ring_doorbell(ring);
    spin_unlock_inline(&ring->lock, state);
    return taken != 0 ? (int)taken : result;
}

/* ---- taking: the handlers, on one core at a time ---- */

static inline void count(uint64_t *counter, uint64_t by)
{
    relaxed_store64(counter, *counter + by);
}

/* The oldest frame or buffer in the ring, if the device has done with it; its last descriptor's
 * word. Acquire: what else the device has written is read afterwards. */
static inline struct e1000e_slot *next_done(struct e1000e_ring *ring, uint64_t done, uint64_t *word)
{
    struct e1000e_slot *slot = &ring->slots[ring->taken & ring->mask];
    uint32_t last;

    if (ring->left == __atomic_load_n(&ring->entered, __ATOMIC_ACQUIRE))
        return NULL;
    last = (ring->taken + slot->descriptors - 1) & ring->mask;
    *word = __atomic_load_n(&ring->descriptors[last].word, __ATOMIC_ACQUIRE);
    return (*word & done) != 0 ? slot : NULL;
}

/* Release: who puts there next, does it afterwards. */
static inline void leave(struct e1000e_ring *ring, const struct e1000e_slot *slot)
{
    ring->taken += slot->descriptors;
    __atomic_store_n(&ring->left, ring->left + 1, __ATOMIC_RELEASE);
}

static inline enum e1000e_checksum checksum_of(uint64_t word)
{
    if ((word & E1000E_RX_IXSM) != 0 || (word & E1000E_RX_TCPCS) == 0)
        return E1000E_CHECKSUM_UNKNOWN;
    return (word & E1000E_RX_TCPE) != 0 ? E1000E_CHECKSUM_BAD : E1000E_CHECKSUM_GOOD;
}

/* A frame is in one buffer, and its length is one that a frame has. */
static inline bool is_frame(uint64_t word)
{
    return (word & E1000E_RX_EOP) != 0 && (word & E1000E_RX_ERRORS) == 0 &&
           E1000E_RX_LENGTH(word) - 1u < E1000E_FRAME_MAX;
}

/* Back to the device, closing or not: there is room, it was there before. */
static void drop(struct e1000e *e1000e, void *data, void *cookie)
{
    struct e1000e_ring *ring = &e1000e->receive;
    unsigned long state = spin_lock(&ring->lock);

    put_buffer(ring, data, cookie);
    if (ring->stopped == 0)
        ring_doorbell(ring);
    spin_unlock(&ring->lock, state);
    count(&e1000e->dropped, 1);
}

/* Up to a batch of those that have come; how many buffers the device has given back. */
static inline unsigned take_batch(struct e1000e *e1000e)
{
    struct e1000e_ring *ring = &e1000e->receive;
    struct e1000e_received frames[E1000E_RECEIVE_BATCH];
    struct e1000e_slot *slot;
    unsigned frame_count = 0, taken = 0;
    uint64_t word;

    for (; taken < E1000E_RECEIVE_BATCH; taken++) {
        void *cookie, *data;

        slot = next_done(ring, E1000E_RX_DD, &word);
        if (slot == NULL)
            break;
        cookie = slot->cookie;
        data = (void *)(uintptr_t)ring->descriptors[ring->taken & ring->mask].address;
        leave(ring, slot);
        if (is_frame(word))
            frames[frame_count++] = (struct e1000e_received){
                .cookie = cookie, .length = E1000E_RX_LENGTH(word), .checksum = checksum_of(word)};
        else
            drop(e1000e, data, cookie);
    }
    if (frame_count != 0) {
        count(&e1000e->received, frame_count);
        e1000e->config.received(e1000e->config.context, frames, frame_count);
    }
    return taken;
}

/* At most a ring's worth a call. */
enum irq_return e1000e_receive_interrupt(void *context)
{
    struct e1000e *e1000e = context;
    uint32_t taken = 0;
    unsigned batch;

    do {
        batch = take_batch(e1000e);
        taken += batch;
    } while (batch == E1000E_RECEIVE_BATCH && taken < e1000e->receive.limit);
    if (batch == E1000E_RECEIVE_BATCH)
        return IRQ_AGAIN; /* no message meanwhile */
    e1000e_write(e1000e, E1000E_IMS, E1000E_CAUSE_RXQ0);
    return taken != 0 ? IRQ_HANDLED : IRQ_NONE;
}

static inline void tell_room(struct e1000e *e1000e)
{
    barrier_cores();
    if (relaxed_load_bool(&e1000e->full) && e1000e->config.ready != NULL &&
        __atomic_exchange_n(&e1000e->full, false, __ATOMIC_RELAXED))
        e1000e->config.ready(e1000e->config.context);
}

enum irq_return e1000e_send_interrupt(void *context)
{
    struct e1000e *e1000e = context;
    struct e1000e_ring *ring = &e1000e->send;
    const struct e1000e_slot *slot;
    uint32_t taken = 0;
    uint64_t word;

    while (taken < ring->limit && (slot = next_done(ring, E1000E_TX_DD, &word)) != NULL) {
        void *cookie = slot->cookie;

        leave(ring, slot);
        taken++;
        e1000e->config.sent(e1000e->config.context, cookie, 0);
    }
    count(&e1000e->sent, taken);
    if (taken != 0)
        tell_room(e1000e);
    if (taken == ring->limit)
        return IRQ_AGAIN;
    e1000e_write(e1000e, E1000E_IMS, E1000E_CAUSE_TXQ0);
    return taken != 0 ? IRQ_HANDLED : IRQ_NONE;
}

/* ---- the end ---- */

void e1000e_give_all_back(struct e1000e *e1000e)
{
    struct e1000e_ring *ring = &e1000e->send;

    for (; ring->left != ring->entered; ring->left++) {
        const struct e1000e_slot *slot = &ring->slots[ring->taken & ring->mask];

        ring->taken += slot->descriptors;
        e1000e->config.sent(e1000e->config.context, slot->cookie, -ECANCELED);
    }
    ring = &e1000e->receive;
    for (; ring->left != ring->entered; ring->left++)
        e1000e->config.returned(e1000e->config.context,
                                ring->slots[ring->taken++ & ring->mask].cookie);
}
