// SPDX-License-Identifier: BSD-3-Clause
/*
 * TCP's echo. What can't be sent back yet is held, and the window stays closed by as much.
 */
#include "app/net/services.h"

#include <stddef.h>

#define HELD_MAX 8u /* receive buffers that a connection may keep */

/* Sends of what is held as much as there is room for. */
static void send_held(struct net_connection *connection)
{
    while (connection->held != NULL) {
        struct pbuf *first = connection->held;
        unsigned sent = net_connection_write(connection, first->payload, first->len, true);

        if (sent == 0 && first->len != 0)
            return;
        net_connection_taken(connection, sent);
        connection->held = pbuf_free_header(first, (u16_t)sent);
    }
    if (connection->left != 0) /* the peer has ended */
        net_connection_close(connection);
}

/* Gives receive buffers back by copying what is in them. Whether there was memory for that. */
static bool free_buffers(struct net_connection *connection)
{
    struct pbuf *copy = pbuf_clone(PBUF_RAW, PBUF_RAM, connection->held);

    if (copy == NULL)
        return false;
    pbuf_free(connection->held);
    connection->held = copy;
    return true;
}

/* A peer that sends byte by byte, and takes nothing, would come to have all receive buffers. */
static bool is_modest(struct net_connection *connection)
{
    return connection->held == NULL || pbuf_clen(connection->held) <= HELD_MAX ||
           free_buffers(connection);
}

static void received(struct net_connection *connection, struct pbuf *pbuf)
{
    if (connection->held == NULL)
        connection->held = pbuf;
    else
        pbuf_cat(connection->held, pbuf);
    send_held(connection);
    if (connection->service != NULL && !is_modest(connection))
        net_connection_reset(connection);
}

static void ended(struct net_connection *connection)
{
    connection->left = 1;
    send_held(connection);
}

const struct net_service net_echo_service = {.name = "echo",
                                             .port = NET_ECHO_PORT,
                                             .received = received,
                                             .ended = ended,
                                             .ready = send_held};
