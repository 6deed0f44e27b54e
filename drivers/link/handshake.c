// SPDX-License-Identifier: BSD-3-Clause
/*
 * How the two sides of a link find each other: words of 32 bits by the mailbox (docs/messages.md).
 *
 * Who opens says LINK_HELLO, which may wait in the mailbox until somebody takes it; who gets one
 * has a new other side, whatever there was before, and answers LINK_OFFER, so that it knows this
 * side's ring too. A LINK_OFFER of the side that is known already, the answer to a LINK_HELLO that
 * crossed its own, is nothing new.
 */
#include "arch/barrier.h"
#include "arch/wait.h"
#include "drivers/link/internal.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/udma/message_port.h"
#include "drivers/udma/message_ring.h"

#include <stddef.h>

LOG_SUBJECT(link);

/* ---- sending ---- */

static uint32_t word_of(const struct link *link, enum link_word kind)
{
    const unsigned depth = (unsigned)__builtin_ctz(link->config.depth);
    const uint16_t ring = udma_message_ring_index(link->ring);

    return LINK_WORD(kind, depth, ring, kind == LINK_LEFT ? link->leaver : link->epoch);
}

/* In this order: a side that is new is so before anything else. */
static const enum link_word order[] = {LINK_HELLO, LINK_OFFER, LINK_LEFT, LINK_LEAVE};

void link_flush_words(void *context)
{
    struct link *link = context;
    unsigned long state = spin_lock(&link->lock);

    for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        const uint32_t bit = UINT32_C(1) << order[i];

        if ((link->outbox & bit) == 0)
            continue;
        if (link->mailbox == NULL || mailbox_send(link->mailbox, word_of(link, order[i])) != 0)
            break; /* the mailbox tells of room */
        link->outbox &= ~bit;
        link->words++;
        link->exposed |= order[i] == LINK_HELLO || order[i] == LINK_OFFER;
    }
    spin_unlock(&link->lock, state);
}

void link_tell(struct link *link, enum link_word kind)
{
    unsigned long state = spin_lock(&link->lock);

    link->outbox |= UINT32_C(1) << kind;
    spin_unlock(&link->lock, state);
    link_flush_words(link);
}

/* ---- receiving ---- */

static bool is_sound(const struct link *link, uint32_t word)
{
    return UINT32_C(1) << LINK_WORD_DEPTH(word) == link->config.depth &&
           (word & LINK_EPOCH_MASK) != 0 &&
           udma_message_port_reaches(link->port, LINK_WORD_RING(word));
}

static void tell_user(struct link *link, bool connected)
{
    if (link->config.changed != NULL)
        link->config.changed(link->config.context, connected);
}

static void count_wrong(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);

    link->counters.wrong++;
    spin_unlock(&link->lock, state);
}

/* A ring is offered; `fresh`: by a side that has just been opened. */
static void meet(struct link *link, uint32_t word, bool fresh)
{
    const uint16_t epoch = word & LINK_EPOCH_MASK;
    unsigned long state;
    bool known;

    if (!is_sound(link, word)) {
        count_wrong(link);
        return;
    }
    state = spin_lock(&link->lock);
    known = (!fresh && link->connected && link->peer_epoch == epoch) || link->closing;
    if (!known)
        link_begin_connection(link, epoch, LINK_WORD_RING(word));
    spin_unlock(&link->lock, state);
    if (known)
        return;
    if (fresh)
        link_tell(link, LINK_OFFER);
    tell_user(link, true);
}

/* Also one that this side did not know has gone: its ring is not used any more. */
static void part(struct link *link, uint32_t word)
{
    const uint16_t epoch = word & LINK_EPOCH_MASK;
    unsigned long state = spin_lock(&link->lock);
    bool was_connected = link->connected && link->peer_epoch == epoch;

    if (was_connected)
        link->connected = false;
    link->exposed = false;
    link->leaver = epoch;
    spin_unlock(&link->lock, state);
    barrier_complete(); /* what was put has arrived before the other side hears of this */
    link_tell(link, LINK_LEFT);
    wait_signal(&link->left); /* link_close() */
    if (was_connected)
        tell_user(link, false);
}

static void has_left(struct link *link, uint32_t word)
{
    unsigned long state = spin_lock(&link->lock);
    bool ours = link->closing && (word & LINK_EPOCH_MASK) == link->epoch;

    if (ours)
        link->left = true;
    spin_unlock(&link->lock, state);
    if (ours)
        wait_signal(&link->left);
}

/* An offer that the same side has taken back already is none: in the mailbox there may be words of
 * sides that are long gone. With the lock. */
static bool is_outdated(const struct link *link, uint32_t word)
{
    for (unsigned i = 0; i < link->inbox_count; i++) {
        uint32_t later = link->inbox[(link->inbox_first + i) % LINK_INBOX];

        if (LINK_WORD_KIND(later) == LINK_HELLO ||
            (LINK_WORD_KIND(later) == LINK_LEAVE && ((later ^ word) & LINK_EPOCH_MASK) == 0))
            return true;
    }
    return false;
}

static bool next_word(struct link *link, uint32_t *word, bool *outdated)
{
    unsigned long state = spin_lock(&link->lock);
    bool there = link->inbox_count != 0;

    if (there) {
        *word = link->inbox[link->inbox_first];
        link->inbox_first = (link->inbox_first + 1) % LINK_INBOX;
        link->inbox_count--;
        *outdated = is_outdated(link, *word);
    }
    spin_unlock(&link->lock, state);
    return there;
}

bool link_take_word(struct link *link)
{
    bool outdated;
    uint32_t word;

    if (!next_word(link, &word, &outdated))
        return false;
    switch (LINK_WORD_KIND(word)) {
    case LINK_HELLO:
    case LINK_OFFER:
        if (!outdated)
            meet(link, word, LINK_WORD_KIND(word) == LINK_HELLO);
        break;
    case LINK_LEAVE:
        part(link, word);
        break;
    case LINK_LEFT:
        has_left(link, word);
        break;
    default:
        count_wrong(link);
        break;
    }
    return true;
}
