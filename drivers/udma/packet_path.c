// SPDX-License-Identifier: BSD-3-Clause
/*
 * What transmit channels and receive flows do with their completion rings, where it is not often
 * (packet_path.h has the rest).
 */
#include "drivers/udma/packet_path.h"

#include "arch/wait.h"
#include "drivers/udma/coalesce.h"

#include <errno.h>

void udma_packet_error(struct udma_consumer *consumer, enum udma_error error)
{
    PACKET_ADD(consumer->counters.errors[error], 1);
    if (consumer->error != NULL)
        consumer->error(consumer->context, error);
}

/* The message of a teardown that nobody here has asked for: the other end's. */
static void note_teardown(struct udma_consumer *consumer)
{
    bool expected = PACKET_GET(consumer->closing);

    __atomic_store_n(&consumer->told, true, __ATOMIC_RELEASE);
    if (!expected)
        udma_packet_error(consumer, UDMA_ERROR_TEARDOWN);
}

void udma_packet_other(struct udma_consumer *consumer, uint64_t element)
{
    if ((element & PACKET_TEARDOWN) != 0 && !consumer->told) {
        note_teardown(consumer);
        return;
    }
    PACKET_ADD(consumer->counters.bogus, 1);
    udma_packet_error(consumer, UDMA_ERROR_DESCRIPTOR);
}

void udma_packet_fail(struct udma_consumer *consumer, uint32_t count)
{
    consumer->failed_count = count;
    PACKET_SET(consumer->failed, true);
    for (unsigned i = 0; i < consumer->feed_count; i++)
        udma_feed_refuse(&consumer->feeds[i], -EIO);
    udma_packet_error(consumer, UDMA_ERROR_RING);
}

void udma_feed_submit(struct udma_feed *feed)
{
    unsigned long state = spin_lock_inline(&feed->lock);

    packet_submit(feed); /* nothing, if somebody else has */
    spin_unlock_inline(&feed->lock, state);
}

void udma_feed_refuse(struct udma_feed *feed, int error)
{
    unsigned long state = spin_lock(&feed->lock);

    if (feed->refusal != -ECANCELED)
        feed->refusal = error;
    spin_unlock(&feed->lock, state);
}

uint32_t udma_packet_take_all(struct udma_consumer *consumer)
{
    return packet_drain(consumer, consumer->complete);
}

/* Elements that are no descriptors in use come in a row where the count is stuck. */
static bool is_believable(struct udma_consumer *consumer, uint64_t element)
{
    if ((element & PACKET_TEARDOWN) != 0 || packet_find(consumer, element) != NULL)
        consumer->strangers = 0;
    else if (++consumer->strangers >= consumer->ring.count)
        udma_packet_fail(consumer, consumer->strangers);
    return !consumer->failed;
}

bool udma_packet_turn(struct udma_consumer *consumer)
{
    struct udma_ring *ring = &consumer->ring;
    unsigned left = consumer->failed ? 0 : udma_ring_occupancy(ring), more = 0;

    if (left > ring->count) {
        udma_packet_fail(consumer, left);
        return false;
    }
    for (; left != 0; left--) {
        uint64_t element = udma_ring_get(ring);

        udma_ring_release(ring, 1);
        more = udma_ring_occupancy(ring);
        if (!is_believable(consumer, element))
            return false;
        (void)consumer->complete(consumer, &element, 1);
    }
    return more != 0;
}

int udma_packet_poll(struct udma_consumer *consumer)
{
    int result;

    if (!consumer->polled)
        return -EINVAL;
    if (!udma_poll_begin(&consumer->polling))
        return -EBUSY;
    result = (int)udma_packet_take_all(consumer);
    if (PACKET_GET(consumer->failed))
        result = -EIO;
    else if (result != 0 && consumer->after != NULL)
        consumer->after(consumer);
    udma_poll_end(&consumer->polling);
    return result;
}

void udma_packet_get_counters(const struct udma_consumer *consumer,
                              struct udma_packet_counters *counters)
{
    const struct udma_packet_counters *from = &consumer->counters;

    counters->interrupts = PACKET_GET(from->interrupts);
    counters->packets = PACKET_GET(from->packets);
    counters->bytes = PACKET_GET(from->bytes);
    counters->canceled = PACKET_GET(from->canceled);
    counters->empty = PACKET_GET(from->empty);
    counters->bogus = PACKET_GET(from->bogus);
    counters->doorbells = 0;
    for (unsigned i = 0; i < consumer->feed_count; i++)
        counters->doorbells += PACKET_GET(consumer->feeds[i].doorbells);
    for (unsigned i = 0; i < UDMA_ERRORS; i++)
        counters->errors[i] = PACKET_GET(from->errors[i]);
    if (consumer->coalescer != NULL)
        consumer->coalescer->by->count(consumer->coalescer, &counters->interrupts,
                                       &counters->empty);
}
