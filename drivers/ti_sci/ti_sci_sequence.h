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

#include "drivers/ti_sci/secure_proxy.h"

#include <stdbool.h>
#include <stdint.h>

#define TI_SCI_SEQUENCES 256u /* the header's field has 8 bits */

/* A request in flight, on its requester's stack from claim to release. */
struct ti_sci_exchange {
    struct secure_proxy_message message; /* the request, later its answer */
    bool answered;                       /* set, atomically, after the answer was copied */
};

enum ti_sci_delivery {
    TI_SCI_DELIVERED,
    TI_SCI_LATE,  /* its requester has given up */
    TI_SCI_STRAY, /* nobody asked */
};

/* All numbers free, none in use. */
void ti_sci_sequence_reset(void);

/* -EBUSY: all numbers are in flight. Any context. */
int ti_sci_sequence_claim(struct ti_sci_exchange *exchange, uint8_t *sequence);

/* Hands an answer to the request with this number. Any context. */
enum ti_sci_delivery ti_sci_sequence_deliver(uint8_t sequence,
                                             const struct secure_proxy_message *answer);

/* Gives the number back; afterwards nobody touches the exchange. sent: the firmware may still
 * answer. Returns whether the answer has come. Any context. */
bool ti_sci_sequence_release(uint8_t sequence, bool sent);

#endif
