// SPDX-License-Identifier: BSD-3-Clause
/*
 * TCP's echo. What can't be sent back yet is held, and the window stays closed by as much.
 */
#include "app/net/services.h"

#include <stddef.h>

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

static void received(struct net_connection *connection, struct pbuf *pbuf)
{
    if (connection->held == NULL)
        connection->held = pbuf;
    else
        pbuf_cat(connection->held, pbuf);
    send_held(connection);
}

static void ended(struct net_connection *connection)
{
    connection->left = 1;
    send_held(connection);
}

const struct net_service net_echo_service = {
    .name = "echo", .port = NET_ECHO_PORT, .received = received, .ended = ended, .ready = send_held};
