// SPDX-License-Identifier: BSD-3-Clause
/*
 * The messages of a link: into the other side's ring, and out of this side's.
 *
 * A ring has room for twice the depth: for as many messages as may wait for their acknowledgement,
 * and for as many elements that only acknowledge, of which each is about one such message at least.
 * So no ring is ever full, and nobody has to ask how full the other side's is.
 */
#include "arch/wait.h"
#include "drivers/link/internal.h"
#include "drivers/udma/message_port.h"
#include "drivers/udma/message_ring.h"

#include <errno.h>
#include <stddef.h>

/* ---- sending; with the lock ---- */

static void put(struct link *link, enum link_element kind, uint64_t message, uint32_t number)
{
    const uint64_t element[2] = {
        message,
        LINK_HEADER(kind, link->epoch, link->peer_epoch, number, link->received),
    };

    udma_message_port_put(link->port, link->peer_ring, element);
    link->told = link->received;
}

void link_begin_connection(struct link *link, uint16_t epoch, uint16_t ring)
{
    link->counters.connections++;
    link->counters.again += link->put - link->confirmed;
    link->connected = true;
    link->dead = false;
    link->past_epoch = link->peer_epoch;
    link->peer_epoch = epoch;
    link->peer_ring = ring;
    link->base = link->put = link->confirmed;
    link->received = link->told = 0;
}

static bool pump_one(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);
    bool one = link->connected && !link->closing && link->put != link->sent;

    if (one) {
        put(link, LINK_DATA, link->window[link->put % link->config.depth], link->put - link->base);
        link->put++;
    }
    spin_unlock(&link->lock, state);
    return one;
}

/* At most a window of them: each round gives way to interrupts. */
void link_pump(struct link *link)
{
    for (unsigned left = link->config.depth; left != 0 && pump_one(link);)
        left--;
}

void link_acknowledge(struct link *link)
{
    if (link->connected && !link->closing && link->told != link->received)
        put(link, LINK_ACKNOWLEDGE, 0, 0);
}

static void acknowledge(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);

    link_acknowledge(link);
    spin_unlock(&link->lock, state);
}

int link_send(struct link *link, uint64_t message)
{
    unsigned long state;
    int error = 0;

    if (link == NULL)
        return -EINVAL;
    state = spin_lock(&link->lock);
    if (link->closing)
        error = -ECANCELED;
    else if (link->sent - link->confirmed == link->config.depth)
        error = -EAGAIN;
    else
        link->window[link->sent++ % link->config.depth] = message;
    spin_unlock(&link->lock, state);
    if (error == 0)
        link_pump(link);
    return error;
}

static uint32_t on_their_way(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);
    uint32_t count = link->closing ? 0 : link->sent - link->confirmed;

    spin_unlock(&link->lock, state);
    return count;
}

static bool has_room(void *argument)
{
    struct link *link = argument;

    return on_their_way(link) < link->config.depth;
}

static bool is_empty(void *argument)
{
    return on_their_way(argument) == 0;
}

int link_send_wait(struct link *link, uint64_t message, uint64_t timeout_us)
{
    const deadline_t deadline = deadline_after_us(timeout_us);
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    while ((error = link_send(link, message)) == -EAGAIN) {
        error = wait_until_signal(has_room, link, deadline);
        if (error != 0)
            return error;
    }
    return error;
}

int link_flush(struct link *link, uint64_t timeout_us)
{
    if (link == NULL)
        return -EINVAL;
    return wait_until_signal(is_empty, link, deadline_after_us(timeout_us));
}

/* ---- receiving ---- */

enum sender {
    PEER,
    STALE,
    STRANGER,
};

/* The other side has received so many messages of this connection. With the lock. */
static bool note_confirmed(struct link *link, uint16_t received)
{
    const uint16_t more = (uint16_t)(received - (uint16_t)(link->confirmed - link->base));

    if (more > link->put - link->confirmed) {
        link->counters.wrong++;
        return false;
    }
    link->confirmed += more;
    link->counters.acknowledged += more;
    return more != 0;
}

/* With the lock. Whether it is to be handed on; from here on it is acknowledged: so an answer to it
 * and its acknowledgement are one element. */
static bool is_next(struct link *link, uint64_t header)
{
    const uint16_t ahead = (uint16_t)(LINK_HEADER_NUMBER(header) - link->received);

    if (LINK_HEADER_KIND(header) != LINK_DATA || ahead >= LINK_DEPTH_MAX) {
        link->counters.wrong += LINK_HEADER_KIND(header) != LINK_ACKNOWLEDGE;
        return false;
    }
    link->counters.missed += ahead;
    link->received = (uint16_t)(link->received + ahead + 1);
    link->counters.received++;
    return true;
}

/* With the lock. From whom: this side's other one; one that has gone, maybe before anybody heard of
 * it; or one of whom the mailbox will tell. A side that leaves takes nothing more: it could not be
 * acknowledged, and would come to the next one again. */
static enum sender sender_of(const struct link *link, uint64_t header)
{
    const uint16_t from = LINK_HEADER_FROM(header);
    bool looked_at = link->stashed && link->stash_connection != link->counters.connections;

    if (LINK_HEADER_TO(header) != link->epoch || link->closing)
        return STALE;
    if (from == link->peer_epoch && from != 0)
        return PEER;
    return from == link->past_epoch || looked_at ? STALE : STRANGER;
}

static enum sender take(struct link *link, const uint64_t element[2])
{
    bool data = false, more = false;
    unsigned long state = spin_lock(&link->lock);
    const enum sender sender = sender_of(link, element[1]);

    link->stash_connection = link->counters.connections;
    link->counters.stale += sender == STALE;
    if (sender == PEER) {
        more = note_confirmed(link, LINK_HEADER_RECEIVED(element[1]));
        data = is_next(link, element[1]);
    }
    spin_unlock(&link->lock, state);
    if (data)
        link->config.received(link->config.context, element[0]);
    if (more)
        wait_signal(link);
    return sender;
}

/* The next element, of those that are not to wait. */
static bool take_one(struct link *link)
{
    if (!link->stashed && udma_message_ring_take_wide(link->ring, link->stash) != 0)
        return false;
    link->stashed = take(link, link->stash) == STRANGER;
    return !link->stashed;
}

bool link_drain(struct link *link)
{
    unsigned left = 2u * link->config.depth;

    while (left != 0 && take_one(link))
        left--;
    acknowledge(link);
    return left == 0;
}

void link_get_counters(const struct link *link, struct link_counters *counters)
{
    *counters = link->counters;
    counters->sent = link->sent;
}
