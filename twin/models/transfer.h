// SPDX-License-Identifier: BSD-3-Clause
/*
 * One TR descriptor on its way through a channel: an array of transfer requests (TRs) in memory,
 * followed by an array of responses. A TR is up to four nested loops, on the source's and on the
 * destination's side of a block copy, on the memory's side of a channel that is paired with a
 * peripheral (AM65x TRM SPRUID7, "CPPI 5.0 Descriptors" and "Transfer Request Record"). For
 * udmap*.c only.
 */
#ifndef TWIN_MODELS_TRANSFER_H
#define TWIN_MODELS_TRANSFER_H

#include "twin/models/models.h"

/* One side of a TR. The innermost loop runs over bytes. */
struct transfer_side {
    uint64_t address;
    uint32_t count[4], index[4];
    int32_t step[4]; /* bytes from one iteration to the next; [0] is not used */
};

/* Each of a TR's two triggers lets it go on, in steps of its type. */
#define TRANSFER_TRIGGERS 2u

struct transfer {
    bool split; /* one side only: `source`, whether it is read or written */
    uint64_t descriptor;
    uint16_t return_ring;
    uint8_t record_size; /* bytes of a TR */
    uint16_t last_record, record, reload_record;
    uint16_t reloads;
    uint32_t flags; /* of the TR at work */
    uint8_t status; /* its response so far */
    bool fail;      /* every TR ends in a transfer error */
    struct transfer_side source, destination;
    struct transfer_side before; /* the last transfer_read() */
    uint64_t bytes;
    unsigned crossed; /* how many of the loops have come round with the last bytes; 0 to 3 */
    bool enabled[TRANSFER_TRIGGERS]; /* its trigger has come */
};

/* Reads the descriptor and its first TR. false: no such memory, or not a TR descriptor. */
bool transfer_begin(struct transfer *transfer, uint64_t descriptor, bool split);

/* Of a TR with triggers: the kind (1: global trigger 0, 2: global trigger 1) of one that it waits
 * for; 0: it waits for none. transfer_enable(): that one has come. */
unsigned transfer_awaits(const struct transfer *transfer);
void transfer_enable(struct transfer *transfer, unsigned kind);

/* Of a split TR: reads, or writes, up to so many bytes; returns how many. 0: the TR is over. */
uint32_t transfer_read(struct transfer *transfer, uint8_t *data, uint32_t limit);
uint32_t transfer_write(struct transfer *transfer, const uint8_t *data, uint32_t size);
/* The last so many bytes that were read could not be used: they are read again. */
void transfer_unread(struct transfer *transfer, uint32_t bytes);
bool transfer_is_over(const struct transfer *transfer);
bool transfer_ends_packet(const struct transfer *transfer);

/* The peripheral's packet was shorter; or the channel is torn down. */
void transfer_cut(struct transfer *transfer, bool teardown);

/* Moves up to `limit` bytes of the TR at work, fewer if the pieces are small, or where it has to
 * wait for a trigger or to send an event; returns how many. 0: the TR is over. */
uint32_t transfer_move(struct transfer *transfer, uint32_t limit);

/* The TR at work, and each further one, ends in a transfer error. */
void transfer_fail(struct transfer *transfer);

/* Writes the response of the TR that is over and reads the next one. false: that was the last.
 * Without `repeat` a descriptor that asks for another round does not get it. */
bool transfer_next(struct transfer *transfer, bool repeat);

/* Does the TR at work want its event sent: now that it is over, or after the last bytes? */
bool transfer_wants_event(const struct transfer *transfer);
bool transfer_wants_event_within(const struct transfer *transfer);

#endif
