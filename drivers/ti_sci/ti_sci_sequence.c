// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sequence numbers of TI-SCI messages (TI-SCI documentation, "General TISCI Message Information":
 * the firmware copies a request's number into its answer).
 */
#include "drivers/ti_sci/ti_sci_sequence.h"
#include "arch/spinlock.h"

#include <errno.h>
#include <stddef.h>

enum state {
    FREE,
    IN_FLIGHT,
    RESERVED, /* given up, its answer may still come */
};

static struct spinlock lock = SPINLOCK_INIT;
static struct {
    enum state state;
    struct ti_sci_exchange *exchange; /* IN_FLIGHT only */
    uint64_t reserved_since;          /* RESERVED only: a count of reservations */
} entries[TI_SCI_SEQUENCES];
static unsigned next; /* numbers go round, so one is used again as late as can be */
static uint64_t reservations;

void ti_sci_sequence_reset(void)
{
    unsigned long state = spin_lock(&lock);

    for (unsigned i = 0; i < TI_SCI_SEQUENCES; i++) {
        entries[i].state = FREE;
        entries[i].exchange = NULL;
    }
    next = 0;
    reservations = 0;
    spin_unlock(&lock, state);
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
    unsigned long state = spin_lock(&lock);
    unsigned found = find();

    if (found < TI_SCI_SEQUENCES) {
        __atomic_store_n(&exchange->answered, false, __ATOMIC_RELAXED);
        entries[found].state = IN_FLIGHT;
        entries[found].exchange = exchange;
        next = (found + 1) % TI_SCI_SEQUENCES;
        *sequence = (uint8_t)found;
    }
    spin_unlock(&lock, state);
    return found < TI_SCI_SEQUENCES ? 0 : -EBUSY;
}

enum ti_sci_delivery ti_sci_sequence_deliver(uint8_t sequence,
                                             const struct secure_proxy_message *answer)
{
    enum ti_sci_delivery delivery = TI_SCI_STRAY;
    unsigned long state = spin_lock(&lock);
    struct ti_sci_exchange *exchange = entries[sequence].exchange;

    if (entries[sequence].state == RESERVED) {
        entries[sequence].state = FREE;
        delivery = TI_SCI_LATE;
    } else if (entries[sequence].state == IN_FLIGHT &&
               !__atomic_load_n(&exchange->answered, __ATOMIC_RELAXED)) {
        exchange->message = *answer;
        /* Release: who sees `answered` sees the answer too. */
        __atomic_store_n(&exchange->answered, true, __ATOMIC_RELEASE);
        delivery = TI_SCI_DELIVERED;
    }
    spin_unlock(&lock, state);
    return delivery;
}

bool ti_sci_sequence_release(uint8_t sequence, bool sent)
{
    unsigned long state = spin_lock(&lock);
    bool answered = __atomic_load_n(&entries[sequence].exchange->answered, __ATOMIC_RELAXED);

    entries[sequence].exchange = NULL;
    entries[sequence].state = sent && !answered ? RESERVED : FREE;
    entries[sequence].reserved_since = reservations++;
    spin_unlock(&lock, state);
    return answered;
}
