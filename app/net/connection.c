// SPDX-License-Identifier: BSD-3-Clause
/*
 * Connections of the TCP services, on lwIP's raw API.
 */
#include "app/net/connection.h"

#include <errno.h>
#include <lwip/err.h>
#include <stddef.h>
#include <string.h>

#define POLL_HALF_SECONDS 4u
#define IDLE_POLLS        (NET_IDLE_S * 2u / POLL_HALF_SECONDS)

struct net_connection_counters net_connection_counters;

static struct net_connection connections[NET_CONNECTIONS];

/* ---- their end ---- */

static void forget(struct net_connection *connection)
{
    if (connection->held != NULL)
        pbuf_free(connection->held);
    memset(connection, 0, sizeof(*connection));
    net_connection_counters.open--;
}

static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
}

void net_connection_close(struct net_connection *connection)
{
    struct tcp_pcb *pcb = connection->pcb;

    detach(pcb);
    forget(connection);
    if (tcp_close(pcb) == ERR_OK)
        return;
    tcp_abort(pcb);
    connection->aborted = true;
}

void net_connection_reset(struct net_connection *connection)
{
    struct tcp_pcb *pcb = connection->pcb;

    detach(pcb);
    forget(connection);
    tcp_abort(pcb);
    connection->aborted = true;
}

/* What a callback of lwIP's has to return: it must know if its pcb is gone. */
static err_t outcome(const struct net_connection *connection)
{
    return connection->aborted ? ERR_ABRT : ERR_OK;
}

/* ---- lwIP's callbacks ---- */

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
    struct net_connection *connection = argument;

    (void)pcb;
    (void)error;
    connection->idle = 0;
    if (pbuf != NULL) {
        net_connection_counters.bytes_in += pbuf->tot_len;
        connection->service->received(connection, pbuf);
    } else if (connection->service->ended != NULL) {
        connection->service->ended(connection);
    } else {
        net_connection_close(connection);
    }
    return outcome(connection);
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t length)
{
    struct net_connection *connection = argument;

    (void)pcb;
    (void)length;
    connection->idle = 0;
    if (connection->service->ready != NULL)
        connection->service->ready(connection);
    return outcome(connection);
}

static err_t on_poll(void *argument, struct tcp_pcb *pcb)
{
    struct net_connection *connection = argument;

    (void)pcb;
    if (++connection->idle >= IDLE_POLLS) {
        net_connection_counters.timed_out++;
        net_connection_reset(connection);
    } else if (connection->service->ready != NULL) {
        connection->service->ready(connection); /* lwIP may have had no memory the last time */
    }
    return outcome(connection);
}

/* The pcb is gone already. */
static void on_error(void *argument, err_t error)
{
    struct net_connection *connection = argument;

    (void)error;
    net_connection_counters.broken++;
    forget(connection);
}

static err_t on_accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct net_connection *connection = NULL;

    for (unsigned i = 0; i < NET_CONNECTIONS && connection == NULL; i++)
        if (connections[i].service == NULL)
            connection = &connections[i];
    if (error != ERR_OK || pcb == NULL || connection == NULL) {
        net_connection_counters.refused++;
        return ERR_MEM; /* lwIP resets it */
    }
    *connection = (struct net_connection){.service = argument, .pcb = pcb};
    tcp_arg(pcb, connection);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_poll, POLL_HALF_SECONDS);
    net_connection_counters.accepted++;
    net_connection_counters.open++;
    return ERR_OK;
}

/* ---- what services call ---- */

int net_service_listen(const struct net_service *service)
{
    struct tcp_pcb *pcb = tcp_new(), *listening;

    if (pcb == NULL)
        return -ENOMEM;
    if (tcp_bind(pcb, IP_ANY_TYPE, service->port) != ERR_OK) {
        tcp_abort(pcb);
        return -EADDRINUSE;
    }
    listening = tcp_listen(pcb);
    if (listening == NULL) {
        tcp_abort(pcb);
        return -ENOMEM;
    }
    tcp_arg(listening, LWIP_CONST_CAST(void *, service));
    tcp_accept(listening, on_accepted);
    return 0;
}

void net_connection_taken(struct net_connection *connection, unsigned length)
{
    while (length > 0) {
        u16_t part = (u16_t)(length < UINT16_MAX ? length : UINT16_MAX);

        tcp_recved(connection->pcb, part);
        length -= part;
    }
}

unsigned net_connection_write(struct net_connection *connection, const void *data, unsigned length,
                              bool copy)
{
    unsigned room = tcp_sndbuf(connection->pcb);

    if (length > room)
        length = room;
    if (length == 0 || tcp_sndqueuelen(connection->pcb) >= TCP_SND_QUEUELEN ||
        tcp_write(connection->pcb, data, (u16_t)length, copy ? TCP_WRITE_FLAG_COPY : 0) != ERR_OK)
        return 0;
    net_connection_counters.bytes_out += length;
    return length;
}
