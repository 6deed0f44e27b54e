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
 */
#include "arch/spinlock.h"
#include "arch/wait.h"
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
#define ELEMENT_TEARDOWN 1u

static unsigned take_slot(struct udma_channel *channel)
{
    unsigned slot = (unsigned)__builtin_ctzll(channel->free_slots);

    channel->free_slots &= channel->free_slots - 1u;
    return slot;
}

TRACE_INLINE void submit(struct udma_channel *channel, unsigned count, bool traced)
{
    trace_if(traced, dma_doorbell, channel->transfer.index, count);
    udma_ring_submit(&channel->transfer, count);
}

TRACE_INLINE int queue(struct udma_channel *channel, uintptr_t destination, uintptr_t source,
                       size_t length, void *cookie, bool traced)
{
    unsigned slot;

    if (channel->refusal != 0)
        return channel->refusal;
    if (channel->free_slots == 0)
        return -EAGAIN;
    slot = take_slot(channel);
    trace_if(traced, dma_copy, channel->numbers.channel, (uintptr_t)&channel->descriptors[slot]);
    channel->slots[slot] = (struct udma_slot){.cookie = cookie, .length = (uint32_t)length};
    udma_descriptor_build(&channel->descriptors[slot], channel->numbers.channel,
                          channel->completion.index, destination, source, length);
    udma_ring_put(&channel->transfer, (uintptr_t)&channel->descriptors[slot]);
    if (channel->draining)
        channel->deferred++;
    else
        submit(channel, 1, traced);
    trace_if(traced, dma_queued, channel->numbers.channel, channel->deferred);
    return 0;
}

int udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source, size_t length,
              void *cookie)
{
    unsigned long state;
    int error;

    if (channel == NULL || length == 0 || length > UDMA_COPY_MAX)
        return -EINVAL;
    state = spin_lock(&channel->lock);
    if (trace_is_on())
        error = queue(channel, destination, source, length, cookie, true);
    else
        error = queue(channel, destination, source, length, cookie, false);
    spin_unlock(&channel->lock, state);
    return error;
}

/* Which slot's descriptor an element is; -EINVAL: none that is in the hardware's hands. */
TRACE_INLINE int find_slot(const struct udma_channel *channel, uint64_t element)
{
    uint64_t offset = element - (uintptr_t)channel->descriptors;
    uint64_t slot = offset / sizeof(*channel->descriptors);

    if (slot >= channel->config.depth || offset % sizeof(*channel->descriptors) != 0 ||
        (channel->free_slots >> slot & 1u) != 0)
        return -EINVAL;
    return (int)slot;
}

/* Takes the slot back. Returns whether there is a callback to call. */
TRACE_INLINE bool finish(struct udma_channel *channel, uint64_t element, void **cookie, int *status)
{
    int slot = find_slot(channel, element);

    if (slot < 0) {
        channel->counters.bogus++;
        return false;
    }
    *cookie = channel->slots[slot].cookie;
    *status = udma_descriptor_status(&channel->descriptors[slot]);
    channel->free_slots |= UINT64_C(1) << slot;
    if (*status == -ECANCELED) /* flushed by the teardown: dropped, as udma_channel_close() says */
        return false;
    channel->counters.completions++;
    if (*status == 0)
        channel->counters.bytes += channel->slots[slot].length;
    else
        channel->counters.errors++;
    return true;
}

/* Elements that look like the teardown's message before there is a teardown are not. */
static void note_teardown(struct udma_channel *channel)
{
    unsigned long state = spin_lock(&channel->lock);

    if (channel->refusal == -ECANCELED)
        __atomic_store_n(&channel->stopped, true, __ATOMIC_RELEASE);
    else
        channel->counters.bogus++;
    spin_unlock(&channel->lock, state);
    wait_notify();
}

/* call: callbacks are called. */
TRACE_INLINE void complete(struct udma_channel *channel, uint64_t element, bool call, bool traced)
{
    unsigned long state;
    void *cookie = NULL;
    int status = 0;
    bool mine;

    if ((element & ELEMENT_TEARDOWN) != 0) {
        note_teardown(channel);
        return;
    }
    trace_if(traced, dma_completion, channel->numbers.channel, element);
    state = spin_lock(&channel->lock);
    mine = finish(channel, element, &cookie, &status);
    spin_unlock(&channel->lock, state);
    if (!mine || !call)
        return;
    trace_if(traced, dma_callback, channel->numbers.channel, (uint64_t)(int64_t)status);
    /* Outside the lock: a callback may queue the next transfer. */
    channel->config.callback(channel->config.context, cookie, status);
    trace_if(traced, dma_called_back, channel->numbers.channel, 0);
}

/* The completion ring tells of what can't be. */
static void fail(struct udma_channel *channel, unsigned count)
{
    unsigned long state = spin_lock(&channel->lock);

    channel->failed = true;
    channel->failed_count = count;
    if (channel->refusal == 0)
        channel->refusal = -EIO;
    spin_unlock(&channel->lock, state);
}

/* Takes everything off the completion ring, at most as much as there can be. Returns how many
 * elements that were. */
TRACE_INLINE unsigned drain(struct udma_channel *channel, bool call, bool traced)
{
    const unsigned room = channel->completion.count;
    unsigned taken = 0, count;

    while ((count = udma_ring_occupancy(&channel->completion)) != 0) {
        if (count > room - taken) {
            fail(channel, taken + count);
            break;
        }
        for (unsigned i = 0; i < count; i++)
            complete(channel, udma_ring_get(&channel->completion), call, traced);
        udma_ring_release(&channel->completion, count);
        taken += count;
    }
    return taken;
}

TRACE_INLINE enum irq_return handle(void *context, bool traced)
{
    struct udma_channel *channel = context;
    unsigned long state = spin_lock(&channel->lock);
    unsigned taken;
    bool failed = channel->failed;

    channel->draining = true;
    channel->counters.interrupts++;
    spin_unlock(&channel->lock, state);

    taken = failed ? 0 : drain(channel, true, traced);

    state = spin_lock(&channel->lock);
    channel->draining = false;
    channel->counters.empty += taken == 0 ? 1 : 0;
    if (channel->deferred != 0)
        submit(channel, channel->deferred, traced);
    channel->deferred = 0;
    spin_unlock(&channel->lock, state);
    return taken != 0 ? IRQ_HANDLED : IRQ_NONE;
}

void udma_transfer_poll(struct udma_channel *channel)
{
    if (!channel->failed)
        (void)drain(channel, false, false);
}

TRACE_TWICE(enum irq_return, udma_transfer_interrupt, void, handle)

void udma_channel_get_counters(const struct udma_channel *channel, struct udma_counters *counters)
{
    /* Locking is the only change to the channel, hence the cast. */
    struct spinlock *lock = (struct spinlock *)(uintptr_t)&channel->lock;
    unsigned long state = spin_lock(lock);

    *counters = channel->counters;
    spin_unlock(lock, state);
}
