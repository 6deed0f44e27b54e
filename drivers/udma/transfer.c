// SPDX-License-Identifier: BSD-3-Clause
/*
 * The data path of a channel: queueing copies, and the completion ring's interrupt (AM65x TRM
 * SPRUID7, 10.2.2 UDMAP, third-party block-copy channels; 10.2.3 Ring Accelerator).
 *
 * While the handler empties the completion ring, new transfers are put into the transfer ring but
 * not submitted; one doorbell at its end submits them together. So a callback that queues the next
 * transfer can't keep the handler going: it takes what was in flight when it began, and returns.
 * That is at most a descriptor for each slot, and the teardown's message, for which the ring has
 * room. A ring that tells of more than that in one call can't be believed: the channel has failed,
 * and nobody looks at the ring again. So a register that is stuck costs one bounded call, and
 * nothing is ever left for another one (IRQ_AGAIN).
 *
 * The handler takes no lock, since it shares so little with those who queue:
 *   - Free slots are in a list. Who queues takes the first, with the lock; the handler adds behind
 *     the last. So that they never touch the same end, the last stays in the list.
 *   - Who queues looks for a free slot before it looks whether the handler is draining. So one that
 *     has seen a slot return in this call sees that it is draining too, and does not submit: each
 *     slot is seen at most once in a call.
 *   - Who queues counts the transfer as pushed, and then looks whether the handler is draining; the
 *     handler ends draining, and then looks whether more is pushed than submitted. One of the two
 *     sees the other (barrier_cores()), and what is deferred is submitted with the lock, once.
 *   - What is in a slot is written before the doorbell, and read after the ring's count, as the
 *     descriptor is.
 *
 * Transfers end in any order. What comes back is not believed further than a slot's number: what
 * the cores need to know of a transfer is not in the descriptor, which the hardware could change.
 *
 * The handler's accesses to the ring accelerator are three, however many transfers have ended:
 *   1. read the occupancy: how many elements there are;
 *   2. write the doorbell: they are taken;
 *   3. read the occupancy again. The ring sends an event when it stops being empty, and only then
 *      (TRM 10.2.3, "Events"): what came after the first read came without one. And the doorbell's
 *      write may be acknowledged on its way (Device-nGnRE); this read, of the same device, can't
 *      overtake it. Without it another core, which sees that nothing is draining any more, could
 *      submit the next transfer, and that could end, before the doorbell arrives: the ring would go
 *      from one element to two and to one, and nobody would hear of it. TI's drivers do without:
 *      Linux takes one element an interrupt, and leaves it to the ring's "down" event to clear the
 *      aggregator's bit. tests/prove/ring.pml has both.
 * The first can't be left out either, though the event says that there is an element, and memory
 * shows how many: an element is written before the ring counts it (TRM 10.2.3, "Events": when the
 * memory's response returns), and an event may be of one that an earlier call has taken. A doorbell
 * for an element that is not yet counted would take the count below zero.
 *
 * Where callbacks come in a thread (deferred.c), that empties the ring, in another way, since they
 * may take long: udma_transfer_turn().
 */
#include "arch/barrier.h"
#include "arch/relaxed.h"
#include "arch/spinlock_inline.h"
#include "arch/wait.h"
#include "drivers/udma/coalesce.h"
#include "drivers/udma/internal.h"
#include "lib/trace.h"

#include <errno.h>

TRACE_BEGIN(dma_copy, "channel %llu, descriptor 0x%llx");
TRACE_END(dma_queued, "channel %llu, %llu deferred");
TRACE_EVENT(dma_doorbell, "ring %llu, %llu descriptors");
TRACE_EVENT(dma_completion, "channel %llu, descriptor 0x%llx");
TRACE_BEGIN(dma_callback, "channel %llu, status %lld");
TRACE_END(dma_called_back, "channel %llu");

/* Bit 0 of an element says that it is the teardown's completion message, not a descriptor. */
#define ELEMENT_TEARDOWN   1u

/* Flags and counters of one writer that others read. */
#define GET(object)        __atomic_load_n(&(object), __ATOMIC_RELAXED)
#define SET(object, value) __atomic_store_n(&(object), (value), __ATOMIC_RELAXED)
#define ADD(object, more)  relaxed_store64(&(object), (object) + (more))

/* Up to here a length is one row; this number less 1 fits an instruction. */
#define FAST_MAX           0xf001u
_Static_assert(FAST_MAX <= UDMA_ONE_ROW_MAX, "one row");

/* GCC does not know any more what it is, else it would keep what it has worked out from it:
 * addresses in a channel, say, each in a register that has to be saved. */
#define FORGET(variable)           __asm__("" : "+r"(variable))

/* The same of two: before, they are loaded, by one instruction if they are side by side. */
#define FORGET_BOTH(first, second) __asm__("" : "+r"(first), "+r"(second))

/* Out of the way of what is often, and compiled for size. */
#define SLOW                       __attribute__((noinline, cold))

/* ---- queueing ---- */

/* No slot is ever free any more; so nothing else has to be looked at while all is well. */
void udma_refuse(struct udma_channel *channel, int error)
{
    channel->refusal = error;
    channel->first_free = &channel->no_slot;
}

/* With the lock: all that was pushed becomes the hardware's. */
TRACE_INLINE void submit(struct udma_channel *channel, uint32_t pushed, bool traced)
{
    const unsigned count = pushed - channel->submitted;

    relaxed_store32(&channel->submitted, pushed);
    trace_if(traced, dma_doorbell, channel->transfer.index, count);
    udma_ring_submit(&channel->transfer, count);
}

/* With the lock. The ring has as many elements as it had transfers, or more. */
TRACE_INLINE void push(struct udma_channel *channel, uint64_t *elements,
                       const struct udma_descriptor *descriptor, bool traced)
{
    uint32_t mask = channel->ring_mask, pushed = channel->pushed;

    FORGET_BOTH(mask, pushed);
    /* volatile: the element belongs to the hardware from the doorbell on. */
    *(volatile uint64_t *)&elements[pushed & mask] = (uintptr_t)descriptor;
    relaxed_store32(&channel->pushed, pushed + 1u);
    barrier_cores(); /* it is counted before `draining` is read: see end_draining() */
    if (relaxed_load_bool(&channel->draining) == 0)
        submit(channel, pushed + 1u, traced);
}

/* fast: a row, of at most FAST_MAX. */
TRACE_INLINE int queue(struct udma_channel *channel, uintptr_t destination, uintptr_t source,
                       uint32_t length, void *cookie, bool fast, bool traced)
{
    struct udma_slot *slot = channel->first_free, *next;
    uint64_t *elements = channel->transfer.elements;
    struct udma_descriptor *descriptor;

    FORGET_BOTH(slot, elements);
    /* Acquire: what the handler did with a slot comes before its next use. */
    next = __atomic_load_n(&slot->next, __ATOMIC_ACQUIRE);
    if (next == NULL)
        return channel->refusal != 0 ? channel->refusal : channel->full;
    channel->first_free = next;
    descriptor = slot->descriptor;
    trace_if(traced, dma_copy, channel->numbers.channel, (uintptr_t)descriptor);
    if (fast)
        udma_descriptor_rebuild(descriptor, destination, source, length);
    else
        udma_descriptor_build(descriptor, channel->numbers.channel, channel->completion.index,
                              destination, source, length);
    slot->length = length;
    slot->cookie = cookie;
    push(channel, elements, descriptor, traced);
    trace_if(traced, dma_queued, channel->numbers.channel, channel->pushed - channel->submitted);
    return 0;
}

static SLOW int copy_slowly(struct udma_channel *channel, uintptr_t destination, uintptr_t source,
                            size_t length, void *cookie)
{
    unsigned long state;
    int error;

    if (channel == NULL || length == 0 || length > UDMA_COPY_MAX)
        return -EINVAL;
    state = spin_lock(&channel->lock);
    error = queue(channel, destination, source, (uint32_t)length, cookie, false, trace_is_on());
    spin_unlock(&channel->lock, state);
    return error;
}

int udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source, size_t length,
              void *cookie)
{
    unsigned long state;
    int error;

    /* One comparison for no length and for what is more than one row, or nearly. */
    if (channel == NULL || length - 1u > FAST_MAX - 1u || trace_is_on())
        return copy_slowly(channel, destination, source, length, cookie);
    state = spin_lock_inline(&channel->lock);
    error = queue(channel, destination, source, (uint32_t)length, cookie, true, false);
    spin_unlock_inline(&channel->lock, state);
    return error;
}

/* ---- completing ---- */

/* Elements that look like the teardown's message before there is a teardown are not. */
static SLOW void note_teardown(struct udma_channel *channel)
{
    unsigned long state = spin_lock(&channel->lock);

    if (channel->refusal == -ECANCELED)
        __atomic_store_n(&channel->stopped, true, __ATOMIC_RELEASE);
    else
        ADD(channel->counters.bogus, 1);
    spin_unlock(&channel->lock, state);
    wait_notify();
}

/* An element that is no descriptor. */
static void note_other(struct udma_channel *channel, uint64_t element)
{
    if ((element & ELEMENT_TEARDOWN) != 0)
        note_teardown(channel);
    else
        ADD(channel->counters.bogus, 1);
}

/* The slot whose descriptor an element is, and what is in it. NULL: it is none's, or of one that is
 * free. */
TRACE_INLINE struct udma_slot *find_slot(const struct udma_channel *channel, uint64_t element,
                                         uint64_t *length, void **cookie)
{
    const unsigned shift = (unsigned)__builtin_ctz(sizeof(*channel->descriptors));
    const uint64_t offset = element - (uintptr_t)channel->descriptors;
    /* The low bits come on top: too large is also what is not a whole number of sizes away. */
    const uint64_t number = offset >> shift | offset << (64u - shift);
    struct udma_slot *slot = channel->slots;

    FORGET(slot); /* else GCC works out the address of each field from here */
    if (number > UDMA_DEPTH_MAX)
        return NULL;
    slot += number;
    FORGET(slot);
    *length = slot->length;
    *cookie = slot->cookie;
    return *length != 0 ? slot : NULL;
}

_Static_assert((sizeof(struct udma_descriptor) & (sizeof(struct udma_descriptor) - 1)) == 0,
               "find_slot() shifts");

/* The slot is free. Release: who sees it in the list has seen that this core is draining, and that
 * it is done with the slot. */
TRACE_INLINE void give_back(struct udma_channel *channel, struct udma_slot *slot)
{
    struct udma_slot *last = channel->last_free;

    slot->next = NULL;
    slot->length = 0;
    channel->last_free = slot;
    __atomic_store_n(&last->next, slot, __ATOMIC_RELEASE);
}

TRACE_INLINE void call_back(struct udma_channel *channel, void *cookie, int status, bool traced)
{
    trace_if(traced, dma_callback, channel->numbers.channel, (uint64_t)(int64_t)status);
    channel->config.callback(channel->config.context, cookie, status);
    trace_if(traced, dma_called_back, channel->numbers.channel, 0);
}

/* `element` is a slot's descriptor, of one record, which has been copied: it is as
 * udma_descriptor_rebuild() wants to find it. */
TRACE_INLINE bool is_good(uint64_t element)
{
    return udma_descriptor_is_good((const struct udma_descriptor *)(uintptr_t)element);
}

/* The status of a descriptor that is not; it is, afterwards. */
static SLOW int take_status(const struct udma_channel *channel, struct udma_descriptor *descriptor)
{
    int error = udma_descriptor_status(descriptor);

    udma_descriptor_build(descriptor, channel->numbers.channel, channel->completion.index, 0, 0, 1);
    return error;
}

/* The same as find_slot(), with transfers of every kind (transfers.h); and a copy's descriptor
 * counts only while its slot has it. */
static SLOW struct udma_slot *find(struct udma_channel *channel, uint64_t element, uint64_t *length,
                                   void **cookie)
{
    struct udma_slot *slot = find_slot(channel, element, length, cookie);

    if (channel->config.transfers == NULL ||
        (slot != NULL && (uintptr_t)slot->descriptor == element))
        return slot;
    slot = channel->config.transfers->find(channel, element);
    if (slot == NULL)
        return NULL;
    *length = slot->length;
    *cookie = slot->cookie;
    return slot;
}

static bool is_copy(const struct udma_channel *channel, const struct udma_slot *slot)
{
    return slot->descriptor == &channel->descriptors[slot - channel->slots];
}

/* What became of it; the slot's descriptor is ready for a copy. */
static int settle(struct udma_channel *channel, struct udma_slot *slot, uint64_t element)
{
    if (!is_copy(channel, slot))
        return channel->config.transfers->finish(channel, slot);
    return is_good(element) ? 0 : take_status(channel, slot->descriptor);
}

static void call_back_slowly(struct udma_channel *channel, uint64_t length, void *cookie,
                             int status)
{
    ADD(channel->counters.completions, 1);
    if (status == 0)
        ADD(channel->counters.bytes, length);
    else
        ADD(channel->counters.errors, 1);
    call_back(channel, cookie, status, trace_is_on());
}

/* Any element. */
static SLOW void complete_slowly(struct udma_channel *channel, uint64_t element)
{
    uint64_t length = 0;
    void *cookie = NULL;
    struct udma_slot *slot = find(channel, element, &length, &cookie);
    int status;

    if (slot == NULL) {
        note_other(channel, element);
        return;
    }
    trace_if(trace_is_on(), dma_completion, channel->numbers.channel, element);
    status = settle(channel, slot, element);
    give_back(channel, slot);
    /* Flushed by the teardown: dropped, as udma_channel_close() says. */
    if (status == UDMA_NOBODYS || (status == -ECANCELED && !channel->aborting))
        return;
    call_back_slowly(channel, length, cookie, status);
}

void udma_transfer_cancel(struct udma_channel *channel, uint64_t element)
{
    uint64_t length = 0;
    void *cookie = NULL;
    struct udma_slot *slot = find(channel, element, &length, &cookie);
    int status;

    if (slot == NULL)
        return;
    status = settle(channel, slot, element);
    give_back(channel, slot);
    if (status != UDMA_NOBODYS)
        call_back_slowly(channel, length, cookie, -ECANCELED);
}

/* A copy of one record, as nearly all are; or else the long way. */
TRACE_INLINE void complete(struct udma_channel *channel, uint64_t element)
{
    uint64_t length = 0;
    void *cookie = NULL;
    struct udma_slot *slot = find_slot(channel, element, &length, &cookie);
    struct udma_counters *counters;

    if (__builtin_expect(slot == NULL || !is_good(element), 0)) {
        __asm__ volatile(""); /* else GCC has the arguments ready, just in case */
        complete_slowly(channel, element);
        return;
    }
    give_back(channel, slot);
    counters = &channel->counters;
    relaxed_store64_two(&counters->completions, counters->completions + 1u, &counters->bytes,
                        counters->bytes + length);
    call_back(channel, cookie, 0, false);
}

/* The completion ring tells of what can't be. */
static SLOW void fail(struct udma_channel *channel, unsigned count)
{
    unsigned long state = spin_lock(&channel->lock);

    channel->failed_count = count;
    SET(channel->failed, true);
    if (channel->refusal == 0)
        udma_refuse(channel, -EIO);
    spin_unlock(&channel->lock, state);
}

/* Completes `count` elements, which lie in one piece, and gives their places back. */
TRACE_INLINE void take(struct udma_channel **which, uint32_t count, bool slowly)
{
    struct udma_channel *channel = *which;
    const uint32_t position = channel->completion.position;
    const uint64_t *element = channel->completion.elements + position;
    const uint64_t *const end = element + count;

    channel->completion.position = (position + count) & channel->ring_mask;
    do {
        FORGET(channel);
        if (slowly)
            complete_slowly(channel, *element++);
        else
            complete(channel, *element++);
    } while (element != end);
    FORGET(channel);
    udma_ring_release(&channel->completion, count);
    *which = channel;
}

/* Takes everything off the completion ring, at most as much as there can be, of which `taken` in
 * this call already; `count` elements are there now. Returns how many that were with these. What
 * lies behind the ring's end is left to the next round. */
static SLOW uint32_t take_slowly(struct udma_channel *channel, uint32_t taken, uint32_t count)
{
    for (; count != 0; count = udma_ring_occupancy(&channel->completion)) {
        const struct udma_ring *ring = &channel->completion;

        if (count > ring->count - taken) {
            fail(channel, taken + count);
            break;
        }
        if (count > ring->count - ring->position)
            count = ring->count - ring->position;
        take(&channel, count, true);
        taken += count;
    }
    return taken;
}

/* Takes everything off the completion ring; returns 0 if there was nothing. Nearly always it lies
 * in one piece, and that is all. */
TRACE_INLINE uint32_t drain(struct udma_channel **which)
{
    struct udma_channel *channel = *which;
    uint32_t count = udma_ring_occupancy(&channel->completion), more;

    if (__builtin_expect(
            count == 0 || count + channel->completion.position > channel->completion.count, 0))
        return take_slowly(channel, 0, count);
    FORGET(count);
    take(&channel, count, false);
    FORGET(channel);
    more = udma_ring_occupancy(&channel->completion);
    if (__builtin_expect(more != 0, 0))
        (void)take_slowly(channel, count, more);
    *which = channel;
    return count;
}

/* With the lock taken here: what was deferred meanwhile. */
TRACE_INLINE void submit_deferred(struct udma_channel *channel, bool traced)
{
    unsigned long state = spin_lock_inline(&channel->lock);

    if (channel->pushed != channel->submitted) /* nobody else has */
        submit(channel, channel->pushed, traced);
    spin_unlock_inline(&channel->lock, state);
}

TRACE_INLINE void begin_draining(struct udma_channel *channel)
{
    relaxed_store_bool(&channel->draining, true); /* seen before a slot that returns: give_back() */
}

TRACE_INLINE void end_draining(struct udma_channel *channel, bool traced)
{
    __atomic_store_n(&channel->draining, false, __ATOMIC_RELEASE);
    barrier_cores(); /* seen before what is pushed is read: see push() */
    if (__builtin_expect(relaxed_load32(&channel->pushed) != relaxed_load32(&channel->submitted),
                         0)) {
        FORGET(channel);
        submit_deferred(channel, traced);
    }
}

static SLOW uint32_t drain_slowly(struct udma_channel *channel, bool traced)
{
    uint32_t taken = 0;

    begin_draining(channel);
    if (!channel->failed)
        taken = take_slowly(channel, 0, udma_ring_occupancy(&channel->completion));
    end_draining(channel, traced);
    return taken;
}

static SLOW enum irq_return note_empty(struct udma_channel *channel)
{
    ADD(channel->counters.empty, 1);
    return IRQ_NONE;
}

TRACE_INLINE enum irq_return handle(void *context, bool traced)
{
    struct udma_channel *channel = context;
    uint32_t taken = 0;

    ADD(channel->counters.interrupts, 1);
    if (traced) {
        taken = drain_slowly(channel, true);
    } else {
        begin_draining(channel);
        if (!channel->failed)
            taken = drain(&channel);
        FORGET(channel);
        end_draining(channel, false);
    }
    return __builtin_expect(taken != 0, 1) ? IRQ_HANDLED : note_empty(channel);
}

TRACE_TWICE(enum irq_return, udma_transfer_interrupt, void, handle)

void udma_transfer_poll(struct udma_channel *channel)
{
    (void)drain_slowly(channel, trace_is_on());
}

/* Elements that are no descriptors in use come in a row where the count is stuck. */
static bool is_believable(struct udma_channel *channel, uint64_t element)
{
    uint64_t length;
    void *cookie;

    if (find(channel, element, &length, &cookie) != NULL)
        channel->strangers = 0;
    else if (++channel->strangers >= channel->completion.count)
        fail(channel, channel->strangers);
    return !channel->failed;
}

/* One element at a time: callbacks may take long, and what others queue meanwhile is submitted at
 * once. So a place in the ring is free before its slot is, or the ring could overflow; the read
 * sees to that, as in drain(), and says whether there is more. If not, the next element brings an
 * event. */
bool udma_transfer_turn(struct udma_channel *channel)
{
    struct udma_ring *ring = &channel->completion;
    unsigned left = channel->failed ? 0 : udma_ring_occupancy(ring), more = 0;

    if (left > ring->count) {
        fail(channel, left);
        return false;
    }
    for (; left != 0; left--) {
        uint64_t element = udma_ring_get(ring);

        udma_ring_release(ring, 1);
        more = udma_ring_occupancy(ring);
        if (!is_believable(channel, element))
            return false;
        complete_slowly(channel, element);
    }
    return more != 0;
}

int udma_poll(struct udma_channel *channel)
{
    int result;

    if (channel == NULL || !channel->config.polled)
        return -EINVAL;
    if (!udma_poll_begin(&channel->polling))
        return -EBUSY;
    result = (int)drain_slowly(channel, trace_is_on());
    if (GET(channel->failed))
        result = -EIO;
    udma_poll_end(&channel->polling);
    return result;
}

void udma_channel_get_counters(const struct udma_channel *channel, struct udma_counters *counters)
{
    counters->interrupts = GET(channel->counters.interrupts);
    counters->completions = GET(channel->counters.completions);
    counters->bytes = GET(channel->counters.bytes);
    counters->errors = GET(channel->counters.errors);
    counters->empty = GET(channel->counters.empty);
    counters->bogus = GET(channel->counters.bogus);
    if (channel->coalescer != NULL)
        channel->coalescer->by->count(channel->coalescer, &counters->interrupts, &counters->empty);
}
