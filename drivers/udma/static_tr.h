// SPDX-License-Identifier: BSD-3-Clause
/*
 * The thread at the other end of a channel, as far as the channel's driver sets it up: a PDMA's
 * static TR, and whether it runs. For the files of this folder.
 */
#ifndef DRIVERS_UDMA_STATIC_TR_H
#define DRIVERS_UDMA_STATIC_TR_H

#include "drivers/udma/endpoint.h"
#include "drivers/udma/udmap_registers.h"

#include <stdbool.h>
#include <stdint.h>

/* 0, or -EINVAL: it has no thread of this direction, or is a PDMA whose static TR can't be. Any
 * context. */
int udma_endpoint_check(const struct udma_endpoint *endpoint, bool receives);

/* Sets the other end up and turns it on. The channel is paired with it and, a receiving one, on
 * already; a transmitting one is turned on afterwards. Any context. */
void udma_endpoint_start(const struct udmap_channel_registers *channel,
                         const struct udma_endpoint *endpoint, bool receives);

/* Tears down a thread that is received from: it ends its packet and stops, and the channel with it.
 * Any context. */
void udma_endpoint_teardown(const struct udmap_channel_registers *channel);

/* A thread that is sent to takes what comes and drops it, whether its peripheral asks or not. Any
 * context. */
void udma_endpoint_flush(const struct udmap_channel_registers *channel);

/* Turns it off. Any context. */
void udma_endpoint_stop(const struct udmap_channel_registers *channel);

#endif
