// SPDX-License-Identifier: BSD-3-Clause
/*
 * What this node does for others: RFC 862's echo, and two that measure a connection in one
 * direction each.
 */
#ifndef APP_NET_SERVICES_H
#define APP_NET_SERVICES_H

#include "app/net/connection.h"

#include <stdint.h>

/* Port 7: sends back what it receives (RFC 862). */
extern const struct net_service net_echo_service;

/* Port 9: takes what it receives. When the peer has ended, it says how much that was and its
 * CRC-32, as a decimal and a hexadecimal number on a line, and closes. */
extern const struct net_service net_sink_service;

/* Port 19: takes a decimal number on a line, sends that many bytes of the pattern, and closes. */
extern const struct net_service net_source_service;

/* The pattern: byte n is that of net_pattern_byte(n % NET_PATTERN_PERIOD). The period is a prime,
 * so that a segment that is lost, doubled or moved shows. */
#define NET_PATTERN_PERIOD 65521u
static inline uint8_t net_pattern_byte(uint32_t index)
{
    return (uint8_t)((index * UINT32_C(2654435761)) >> 24);
}

/* Port 7 of UDP: each datagram goes back as it is, in the buffer that it came in. Stack's thread.
 * -ENOMEM; -EADDRINUSE. */
#define NET_ECHO_PORT 7u
int net_udp_echo_open(void);
void net_udp_echo_close(void);

/* Datagrams that came, and that lwIP took to send back. Read by anybody. */
struct net_udp_counters {
    uint64_t received, echoed;
};
extern struct net_udp_counters net_udp_counters;

#endif
