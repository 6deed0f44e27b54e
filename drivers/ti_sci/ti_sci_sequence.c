// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sequence numbers of TI-SCI messages (TI-SCI documentation, "General TISCI Message Information":
 * the firmware copies a request's number into its answer).
 */
#include "drivers/ti_sci/ti_sci_sequence.h"

#include <errno.h>
#include <stddef.h>

enum state {
    FREE,
    IN_FLIGHT,
    RESERVED, /* given up, its answer may still come */
};

struct spinlock ti_sci_sequence_lock = SPINLOCK_INIT;

static struct {
    enum state state;
    struct ti_sci_exchange *exchange; /* IN_FLIGHT only */
    uint64_t reserved_since;          /* RESERVED only: a count of reservations */
} entries[TI_SCI_SEQUENCES];
static unsigned next; /* numbers go round, so one is used again as late as can be */
static uint64_t reservations;

void ti_sci_sequence_reset(void)
{
    for (unsigned i = 0; i < TI_SCI_SEQUENCES; i++) {
        entries[i].state = FREE;
        entries[i].exchange = NULL;
    }
    next = 0;
    reservations = 0;
}

/* The first free number from `next` on, else the one reserved longest, else TI_SCI_SEQUENCES. */
static unsigned find(void)
{
    unsigned oldest = TI_SCI_SEQUENCES;

    for (unsigned i = 0; i < TI_SCI_SEQUENCES; i++) {
        unsigned sequence = (next + i) % TI_SCI_SEQUENCES;

        if (entries[sequence].state == FREE)
            return sequence;
        if (entries[sequence].state == RESERVED &&
            (oldest == TI_SCI_SEQUENCES ||
             entries[sequence].reserved_since < entries[oldest].reserved_since))
            oldest = sequence;
    }
    return oldest;
}

int ti_sci_sequence_claim(struct ti_sci_exchange *exchange, uint8_t *sequence)
{
    unsigned found = find();

    if (found == TI_SCI_SEQUENCES)
        return -EBUSY;
    exchange->answered = false;
    entries[found].state = IN_FLIGHT;
    entries[found].exchange = exchange;
    next = (found + 1) % TI_SCI_SEQUENCES;
    *sequence = (uint8_t)found;
    return 0;
}

enum ti_sci_delivery ti_sci_sequence_deliver(uint8_t sequence, struct ti_sci_exchange **exchange)
{
    enum state state = entries[sequence].state;

    *exchange = entries[sequence].exchange;
    entries[sequence].state = FREE;
    entries[sequence].exchange = NULL;
    if (state == IN_FLIGHT)
        return TI_SCI_DELIVERED;
    return state == RESERVED ? TI_SCI_LATE : TI_SCI_STRAY;
}

void ti_sci_sequence_release(uint8_t sequence, bool sent)
{
    entries[sequence].exchange = NULL;
    entries[sequence].state = sent ? RESERVED : FREE;
    entries[sequence].reserved_since = reservations++;
}
