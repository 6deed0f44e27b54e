// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sequence numbers: which request an answer belongs to.
 *
 * A number is claimed for a request and released when its requester is done. Released without an
 * answer it stays reserved, so that an answer that comes late is never taken for the answer to a
 * newer request; it becomes free when that answer comes, or, longest-reserved first, when no other
 * number is left.
 */
#ifndef DRIVERS_TI_SCI_TI_SCI_SEQUENCE_H
#define DRIVERS_TI_SCI_TI_SCI_SEQUENCE_H

#include "arch/spinlock.h"
#include "drivers/ti_sci/secure_proxy.h"

#include <stdbool.h>
#include <stdint.h>

#define TI_SCI_SEQUENCES 256u /* the header's field has 8 bits */

/* A request in flight, on its requester's stack from claim to its end. */
struct ti_sci_exchange {
    struct secure_proxy_message message; /* the request, later its answer */
    unsigned words;                      /* of the answer that are wanted, its header among them */
    unsigned core;                       /* that waits for it */
    bool answered;                       /* set, atomically, after the answer was copied */
};

enum ti_sci_delivery {
    TI_SCI_DELIVERED,
    TI_SCI_LATE,  /* its requester has given up */
    TI_SCI_STRAY, /* nobody asked */
};

/* With it, numbers belong to requests; all of the following are called with it held. Any context.
 */
extern struct spinlock ti_sci_sequence_lock;

/* All numbers free, none in use. */
void ti_sci_sequence_reset(void);

/* -EBUSY: all numbers are in flight. */
int ti_sci_sequence_claim(struct ti_sci_exchange *exchange, uint8_t *sequence);

/* An answer with this number has come. *exchange: the request that it is for, or NULL; the number
 * is free again. Who called fills the exchange in, and ends with ti_sci_exchange_end(), before the
 * lock goes. */
enum ti_sci_delivery ti_sci_sequence_deliver(uint8_t sequence, struct ti_sci_exchange **exchange);

/* Its requester may go on, and do away with the exchange. */
static inline void ti_sci_exchange_end(struct ti_sci_exchange *exchange)
{
    /* Release: who sees `answered` sees the answer too. */
    __atomic_store_n(&exchange->answered, true, __ATOMIC_RELEASE);
}

/* Gives a number back whose answer has not come; afterwards nobody touches the exchange. sent: the
 * firmware may still answer. */
void ti_sci_sequence_release(uint8_t sequence, bool sent);

#endif
