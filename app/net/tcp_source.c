// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sends as many bytes of the pattern as it is asked for, from where the pattern lies.
 */
#include "app/net/services.h"

#include "lib/command.h"

#include <stddef.h>
#include <string.h>

static uint8_t pattern[NET_PATTERN_PERIOD];

__attribute__((constructor)) static void make_pattern(void)
{
    for (uint32_t i = 0; i < NET_PATTERN_PERIOD; i++)
        pattern[i] = net_pattern_byte(i);
}

static void send_more(struct net_connection *connection)
{
    while (connection->left != 0) {
        uint32_t place = (uint32_t)(connection->bytes % NET_PATTERN_PERIOD);
        unsigned length = NET_PATTERN_PERIOD - place;

        if (length > connection->left)
            length = (unsigned)connection->left;
        length = net_connection_write(connection, &pattern[place], length, false);
        if (length == 0)
            return;
        connection->bytes += length;
        connection->left -= length;
    }
    if (connection->bytes != 0)
        net_connection_close(connection);
}

/* The whole line is there. */
static void begin(struct net_connection *connection)
{
    uint64_t count;

    connection->line[connection->line_length] = '\0';
    if (!command_read_number(connection->line, INT64_MAX, &count) || count == 0) {
        net_connection_close(connection);
        return;
    }
    connection->left = count;
    send_more(connection);
}

/* Takes characters up to the line feed; whether there was one, or no room for more. */
static bool read_line(struct net_connection *connection, const struct pbuf *pbuf)
{
    for (const struct pbuf *piece = pbuf; piece != NULL; piece = piece->next)
        for (unsigned i = 0; i < piece->len; i++) {
            char character = ((const char *)piece->payload)[i];

            if (character == '\n' || connection->line_length == NET_LINE_MAX - 1)
                return true;
            if (character != '\r')
                connection->line[connection->line_length++] = character;
        }
    return false;
}

static void received(struct net_connection *connection, struct pbuf *pbuf)
{
    bool asked = connection->bytes != 0 || connection->left != 0;
    bool whole = !asked && read_line(connection, pbuf);

    net_connection_taken(connection, pbuf->tot_len);
    pbuf_free(pbuf);
    if (whole)
        begin(connection);
}

/* A peer that has no more to say still wants what it has asked for. */
static void ended(struct net_connection *connection)
{
    if (connection->left == 0)
        net_connection_close(connection);
}

const struct net_service net_source_service = {
    .name = "source", .port = 19, .received = received, .ended = ended, .ready = send_more};
