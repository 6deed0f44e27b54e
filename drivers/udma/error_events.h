// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors of which a UDMAP and a ring accelerator have one event for all channels: packets for a
 * flow that is not the receive channel's, and rings whose memory does not answer. The interrupts
 * are there while a channel, or flow, with an error callback is open. For files of this folder.
 */
#ifndef DRIVERS_UDMA_ERROR_EVENTS_H
#define DRIVERS_UDMA_ERROR_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udma_consumer;

/* Who hears of them, embedded in a consumer. */
struct udma_watch {
    struct udma_watch *next;
    int receive_channel;   /* of whose packets it hears; or UDMA_NO_RECEIVE_CHANNEL */
    uint16_t refused_flow; /* the last; atomic */
    bool linked;           /* in the instance's list */
    bool joined;           /* counts as a user */
};
#define UDMA_NO_RECEIVE_CHANNEL (-1)

/* From here on the consumer's error callback hears of its rings, and of the channel's packets.
 * Thread context. What the system firmware refuses, since the event is another host's say, is done
 * without: 0. The other errors of irq_request(): it has not joined. -EDEADLK: in a callback. */
int udma_errors_join(struct udma_consumer *consumer, int receive_channel, uint32_t core);

/* Tells what there is to tell, and then nothing any more; nothing if it has not joined. Thread
 * context. -EAGAIN: a handler has not returned, or it is called in a callback: to be called again;
 * the other errors of irq_free(): it has left. */
int udma_errors_leave(struct udma_consumer *consumer);

/* Appends to a description of `used` characters, or an error, what it does not hear of, though it
 * should. Returns the length as snprintf() does, or the error. */
int udma_errors_describe(const struct udma_consumer *consumer, char *text, size_t size, int used);

#endif
