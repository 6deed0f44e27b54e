// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDMA: channels to and from peripherals whose PDMA is served with transfer requests: the McASPs,
 * the ADCs, and others whose stream of bytes has no packets (AM65x TRM SPRUID7, 10.2.2 UDMAP,
 * "third-party" channels; 10.3 PDMA, "static TR"). For those that want packets see
 * drivers/udma/packet.h.
 *
 * Such a channel carries out transfers (drivers/udma/transfers.h), of the same kinds and with the
 * same calls: lists in up to four dimensions, cyclic ones with a callback for each period, pause,
 * abort, how far they are. One side of each move is the memory; the other, the peripheral's, is not
 * looked at. There are no copies on it (udma_copy(): -EINVAL), no triggers and no chains.
 *
 * An application that opens none has nothing of this in it.
 */
#ifndef DRIVERS_UDMA_PERIPHERAL_H
#define DRIVERS_UDMA_PERIPHERAL_H

#include "drivers/udma/endpoint.h"
#include "drivers/udma/transfers.h"

/* Opens a channel that sends to a peripheral, or one that receives from it. As udma_channel_open(),
 * and closed the same way; config->transfers need not be named. endpoint: a copy of a table's entry
 * (udma_endpoint_get()), with the static TR that the peripheral, as it is set up, wants; it is
 * copied. Its bursts, for receiving: 0, for cyclic transfers; else a transfer is as long as that,
 * `bursts` times `elements` of `element_bytes`: a PDMA holds back what it has not been told ends.
 *
 * The PDMA is on from here to the close, so that the peripheral should be set up, and ask for
 * nothing yet. Thread context. The errors of udma_channel_open(), and: -EINVAL: no endpoint, one
 * that has no such direction, wants packets, is no PDMA's, or has a static TR that can't be;
 * -EACCES: somebody has the endpoint's thread; -ENOSPC for receiving: also if the channel's own
 * ring is not the host's. */
int udma_channel_open_to(const struct udma_channel_config *config,
                         const struct udma_endpoint *endpoint, struct udma_channel **channel);
int udma_channel_open_from(const struct udma_channel_config *config,
                           const struct udma_endpoint *endpoint, struct udma_channel **channel);

/* What udma_transfer_prepare() refuses beside, with -EINVAL: a trigger, `tell`; a move that is not
 * a whole number of bursts; receiving, a length that is not the static TR's, as above.
 *
 * What udma_channel_close() and udma_channel_abort() do: sending, the transfer in flight goes out,
 * of a cyclic one the round; if that takes longer than 1 s it is flushed, and is one that has not
 * ended (-ETIMEDOUT). Receiving, the peripheral's burst ends, and what it is part of is one that
 * has not ended. What has not ended has its callback with -ECANCELED in an abort. */

/* A move's memory. */
static inline struct udma_move udma_move_send(uintptr_t source, uint64_t length)
{
    return (struct udma_move){.source = {.address = source, .count = {length, 1, 1, 1}}};
}

static inline struct udma_move udma_move_receive(uintptr_t destination, uint64_t length)
{
    return (struct udma_move){.destination = {.address = destination, .count = {length, 1, 1, 1}}};
}

/* How many bytes the PDMA has moved to or from its peripheral. It goes on from 0 after 4 GiB, and
 * need not begin there. Any context, from the open to the close. */
uint32_t udma_channel_peer_bytes(const struct udma_channel *channel);

#endif
