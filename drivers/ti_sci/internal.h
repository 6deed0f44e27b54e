// SPDX-License-Identifier: BSD-3-Clause
/*
 * One TI-SCI request and its answer; for the files of this folder, and for tests.
 */
#ifndef DRIVERS_TI_SCI_INTERNAL_H
#define DRIVERS_TI_SCI_INTERNAL_H

#include "lib/log.h"

#include <stddef.h>
#include <stdint.h>

LOG_USE(ti_sci);

/* Sends request (its header is filled in here) and waits for its answer. answer may be NULL, else
 * it receives answer_size bytes, header included. Both are at most 4 * SECURE_PROXY_WORDS.
 * Errors as in ti_sci.h. All but -EACCES are logged here; the caller logs a refusal, since it knows
 * what was refused. */
int ti_sci_request(uint16_t type, const void *request, size_t request_size, void *answer,
                   size_t answer_size);

/* Requests without an answer that is of interest, as many as TI_SCI_BATCH_MAX at once. */
struct ti_sci_message {
    uint16_t type;
    int error; /* what came of it, as ti_sci_request() returns it */
    const void *request;
    size_t size;
};
void ti_sci_request_all(struct ti_sci_message *messages, unsigned count);

/* How long later requests wait for their answers, in microseconds; at first 1 s. For the tests,
 * which lose answers on purpose. Any context. */
void ti_sci_set_timeout_us(uint64_t timeout_us);

/* Counts and logs an answer that was acknowledged and is too short; returns -EMSGSIZE. */
int ti_sci_short_answer(uint16_t type);

#endif
