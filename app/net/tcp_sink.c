// SPDX-License-Identifier: BSD-3-Clause
/*
 * Takes what comes, and tells its length and checksum at the end.
 */
#include "app/net/services.h"

#include "lib/crc32.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static void received(struct net_connection *connection, struct pbuf *pbuf)
{
    const struct pbuf *piece = pbuf;

    do
        connection->crc = crc32_update(connection->crc, piece->payload, piece->len);
    while ((piece = piece->next) != NULL);
    connection->bytes += pbuf->tot_len;
    net_connection_taken(connection, pbuf->tot_len);
    pbuf_free(pbuf);
}

static void ended(struct net_connection *connection)
{
    char line[40];
    int length = sniprintf(line, sizeof(line), "%" PRIu64 " %08" PRIx32 "\n", connection->bytes,
                           connection->crc);

    if (net_connection_write(connection, line, (unsigned)length, true) == (unsigned)length)
        net_connection_close(connection);
    else
        net_connection_reset(connection); /* no memory: better no answer than half of one */
}

const struct net_service net_sink_service = {
    .name = "sink", .port = 9, .received = received, .ended = ended};
