// SPDX-License-Identifier: BSD-3-Clause
/*
 * Asks others whether they are there: ICMP's echo (RFC 792). One at a time. Stack's thread.
 */
#ifndef APP_NET_PING_H
#define APP_NET_PING_H

#include <lwip/ip_addr.h>
#include <stdbool.h>
#include <stdint.h>

#define NET_PING_BYTES 56u /* of data */

/* Written by the stack's thread, read by anybody, each by itself. */
struct net_ping {
    uint32_t sent, answered, wrong; /* wrong: with other data than was sent */
    uint64_t last_ns, longest_ns;   /* from the request to the answer */
};

/* Sends the first one. -EBUSY: another is going on; -ENOMEM; -EHOSTUNREACH: no way there. */
int net_ping_begin(const ip_addr_t *target);

/* Sends the next one. Errors as above. */
int net_ping_next(void);

/* No answer counts any more. Also if there is none going on. */
void net_ping_end(void);

/* Any context. */
void net_ping_get(struct net_ping *ping);

#endif
