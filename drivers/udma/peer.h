// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a PDMA, at the other end of a channel, tells of itself.
 */
#ifndef DRIVERS_UDMA_PEER_H
#define DRIVERS_UDMA_PEER_H

#include <stdint.h>

struct udma_receive;

/* How many bytes it has taken out of its peripheral, some of which may still be on their way; it
 * goes on from 0 after 4 GiB, and need not begin there. From udma_receive_open() to _close(); any
 * context. */
uint32_t udma_receive_peer_bytes(const struct udma_receive *receive);

#endif
