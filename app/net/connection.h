// SPDX-License-Identifier: BSD-3-Clause
/*
 * Connections of the TCP services: what they have in common.
 *
 * There are as many as NET_CONNECTIONS; who comes when all are taken is reset. One that says
 * nothing for NET_IDLE_S seconds, or takes nothing of what it asked for, is reset, too. Stack's
 * thread.
 */
#ifndef APP_NET_CONNECTION_H
#define APP_NET_CONNECTION_H

#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <stdbool.h>
#include <stdint.h>

#define NET_CONNECTIONS 12u
#define NET_IDLE_S      60u
#define NET_LINE_MAX    24u

struct net_connection;

struct net_service {
    const char *name;
    uint16_t port;
    /* Data has come: the callee's pbuf from then on. It says net_connection_taken() when there is
     * room for more. */
    void (*received)(struct net_connection *connection, struct pbuf *pbuf);
    /* The peer has no more to say. NULL: the connection is closed. */
    void (*ended)(struct net_connection *connection);
    /* There may be room to send. NULL: it doesn't send more than fits. */
    void (*ready)(struct net_connection *connection);
};

struct net_connection {
    const struct net_service *service; /* NULL: free */
    struct tcp_pcb *pcb;
    bool aborted;  /* in the callback that is running */
    unsigned idle; /* polls since something moved */

    /* The services' own. */
    struct pbuf *held; /* received, and not yet echoed; freed with the connection */
    uint64_t bytes, left;
    uint32_t crc;
    unsigned line_length;
    char line[NET_LINE_MAX];
};

/* Of all services; written by the stack's thread, read by anybody. */
struct net_connection_counters {
    uint64_t accepted, refused, timed_out, broken; /* broken: reset by the peer, or by lwIP */
    uint64_t bytes_in, bytes_out;
    uint32_t open;
};
extern struct net_connection_counters net_connection_counters;

/* Has the service listen on its port. -ENOMEM; -EADDRINUSE. */
int net_service_listen(const struct net_service *service);

/* Gives the peer that much more of the window. */
void net_connection_taken(struct net_connection *connection, unsigned length);

/* Queues up to length bytes; how many there was room for. copy: else they have to stay as they are
 * for ever. The service's ready() comes when there is more room. */
unsigned net_connection_write(struct net_connection *connection, const void *data, unsigned length,
                              bool copy);

/* Has what is queued sent, then closes; no callback comes any more. */
void net_connection_close(struct net_connection *connection);

/* Resets it; no callback comes any more. */
void net_connection_reset(struct net_connection *connection);

#endif
