// SPDX-License-Identifier: BSD-3-Clause
/*
 * One TR descriptor on its way through a block-copy channel: an array of transfer requests (TRs)
 * in memory, each up to four nested loops on the source's and on the destination's side, followed
 * by an array of responses (AM65x TRM SPRUID7, "CPPI 5.0 Descriptors" and "Transfer Request
 * Record"). For udmap.c only.
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

struct transfer {
    uint64_t descriptor;
    uint16_t return_ring;
    uint8_t record_size; /* bytes of a TR */
    uint16_t last_record, record, reload_record;
    uint16_t reloads;
    uint32_t flags;  /* of the TR at work */
    uint8_t status;  /* its response so far */
    bool fail;       /* every TR ends in a transfer error */
    uint8_t trigger; /* that the TR waits for, a bit; 0: for none */
    uint8_t step;    /* what a trigger lets go: a round of loop 1, 2 or 3, or, 3, all */
    bool waits;      /* for the trigger, now */
    struct transfer_side source, destination;
    uint64_t bytes;
};

/* Reads the descriptor and its first TR. false: no such memory, or not a TR descriptor. */
bool transfer_begin(struct transfer *transfer, uint64_t descriptor);

/* Moves up to `limit` bytes of the TR at work, fewer if the pieces are small, or at the next point
 * where it waits for its trigger; returns how many. 0: the TR is over, unless it waits. */
uint32_t transfer_move(struct transfer *transfer, uint32_t limit);

/* The TR at work, and each further one, ends in a transfer error. */
void transfer_fail(struct transfer *transfer);

/* Writes the response of the TR that is over and reads the next one. false: that was the last.
 * Without `repeat` a descriptor that asks for another round does not get it. */
bool transfer_next(struct transfer *transfer, bool repeat);

/* Does the TR at work want its event sent when it is over? */
bool transfer_wants_event(const struct transfer *transfer);

#endif
