// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of a link share; nothing here is for its users.
 */
#ifndef DRIVERS_LINK_INTERNAL_H
#define DRIVERS_LINK_INTERNAL_H

#include "arch/spinlock.h"
#include "drivers/link/link.h"
#include "lib/log.h"
#include "msi/handler.h"
#include "msi/timeout.h"

#include <stdbool.h>
#include <stdint.h>

LOG_USE(link);

struct irq;
struct mailbox;
struct udma_message_port;
struct udma_message_ring;

/* ---- words in the mailbox ---- */

/* Each with the sender's epoch, which is almost always another one after each open
 * (docs/messages.md, "Restarts"); LINK_LEFT with the receiver's. */
enum link_word {
    LINK_HELLO = 5, /* this side has been opened: here is its ring */
    LINK_OFFER = 6, /* the same, as the answer to a LINK_HELLO */
    LINK_LEAVE = 7, /* this side is being closed: use its ring no more */
    LINK_LEFT = 3,  /* the answer: your ring is not used any more */
};

#define LINK_WORD(kind, depth_log2, ring, epoch)                                                   \
    ((uint32_t)(kind) << 29 | (uint32_t)(depth_log2) << 25 | (uint32_t)(ring) << 14 | (epoch))
#define LINK_WORD_KIND(word)  ((word) >> 29)
#define LINK_WORD_DEPTH(word) ((word) >> 25 & 0xfu)
#define LINK_WORD_RING(word)  ((word) >> 14 & 0x7ffu)
#define LINK_EPOCH_MASK       0x3fffu

/* ---- elements in a ring: the message, and a header ---- */

enum link_element {
    LINK_DATA = 1,
    LINK_ACKNOWLEDGE = 2, /* there is no message in it */
};

/* From and to which epoch; the number of the message in this connection; and how many messages of
 * the other direction have been received in it. */
#define LINK_HEADER(kind, from, to, number, received)                                              \
    ((uint64_t)(kind) << 60 | (uint64_t)(from) << 46 | (uint64_t)(to) << 32 |                      \
     (uint64_t)(uint16_t)(number) << 16 | (uint16_t)(received))
#define LINK_HEADER_KIND(header)     ((unsigned)((header) >> 60))
#define LINK_HEADER_FROM(header)     ((uint16_t)((header) >> 46 & LINK_EPOCH_MASK))
#define LINK_HEADER_TO(header)       ((uint16_t)((header) >> 32 & LINK_EPOCH_MASK))
#define LINK_HEADER_NUMBER(header)   ((uint16_t)((header) >> 16))
#define LINK_HEADER_RECEIVED(header) ((uint16_t)(header))

#define LINK_INBOX                   16u

struct link {
    struct link_config config;
    struct udma_message_ring *ring;
    struct udma_message_port *port;
    struct irq *irq; /* of the ring; NULL: polled */
    uint16_t epoch;  /* never 0 */
    uint32_t turns;  /* how often somebody wanted link_run() since one began to run it; atomic */

    /* What is received: of who runs link_run(). */
    uint64_t stash[2]; /* an element whose sender this side has not heard of yet */
    bool stashed;
    bool masked;               /* the ring's interrupt is, as long as that waits, or at a rest */
    bool parked;               /* ... and is, since it found somebody at it; atomic */
    uint32_t stash_connection; /* how many there had been when it was looked at last */

    struct timeout rest;
    bool may_rest; /* of who opens and closes */
    bool resting;  /* atomic */

    struct spinlock lock;    /* for what follows */
    struct mailbox *mailbox; /* NULL: not open yet, or being closed */
    bool closing;
    bool left;                     /* the other side uses this side's ring no more, or never will */
    bool dead;                     /* the other side is known to be, and no other has come since */
    bool exposed;                  /* the other side may be using this side's ring */
    uint32_t words;                /* sent by the mailbox; the first is LINK_HELLO */
    bool connected;                /* the other side's ring may be used */
    uint16_t peer_epoch;           /* also after it has gone; 0: there was none */
    uint16_t past_epoch;           /* of the one before it */
    uint16_t peer_ring;            /* while connected */
    uint32_t base;                 /* the number of the connection's first message, of: */
    uint32_t sent, put, confirmed; /* messages since the open: to be sent, in the other side's ring,
                                      acknowledged */
    uint16_t received, told;       /* in this connection: messages, and acknowledged ones */
    uint32_t inbox[LINK_INBOX];    /* words that wait for link_run() */
    unsigned inbox_first, inbox_count;
    uint32_t outbox; /* a bit for each kind of word that is to be sent */
    uint16_t leaver; /* whom to answer with LINK_LEFT */

    struct link_counters counters;
    uint64_t window[LINK_DEPTH_MAX]; /* messages from `confirmed` on, by number */
};

/* ---- messages.c; any context ---- */

/* Takes what is in the ring, for link_run(). Whether there may be more. */
bool link_drain(struct link *link);
/* Puts what waits into the other side's ring. */
void link_pump(struct link *link);
/* With the lock: tells what has been received, if there is anything to tell. */
void link_acknowledge(struct link *link);
/* With the lock: another connection begins, in which all that is not acknowledged is sent again. */
void link_begin_connection(struct link *link, uint16_t epoch, uint16_t ring);

/* ---- handshake.c; any context ---- */

/* The mailbox's callback: there is room again. */
void link_flush_words(void *context);
/* Queues a word and sends what is queued. */
void link_tell(struct link *link, enum link_word kind);
/* Does what the first word that waits wants, if there is one. For link_run(). */
bool link_take_word(struct link *link);

/* ---- rest.c ---- */

/* -EDEADLK. */
int link_rest_open(struct link *link);
/* No rest begins any more. -EAGAIN: the end of one has not returned for 5 s; -EDEADLK. */
int link_rest_close(struct link *link);
/* Begins one if this core needs it. Of the ring's handler. */
void link_rest_if_due(struct link *link);

static inline bool link_is_resting(const struct link *link)
{
    return __atomic_load_n(&link->resting, __ATOMIC_ACQUIRE);
}

/* ---- run.c; any context ---- */

/* Takes what has come, of the mailbox and of the ring, unless somebody does already: then he goes
 * on with the words. Whether there is more in the ring, or may be. */
bool link_run(struct link *link);
/* The same, as the ring's interrupt, which waits masked while somebody does it already. */
bool link_run_for_ring(struct link *link);
/* The mailbox's callback: words have come. */
void link_words(void *context, const uint32_t *words, unsigned count);

#endif
