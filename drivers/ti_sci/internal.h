// SPDX-License-Identifier: BSD-3-Clause
/*
 * One TI-SCI request and its answer; for the files of this folder, and for tests.
 */
#ifndef DRIVERS_TI_SCI_INTERNAL_H
#define DRIVERS_TI_SCI_INTERNAL_H

#include "lib/log.h"

#include <stdbool.h>
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

/* What TISCI_MSG_RM_IRQ_SET maps, and TISCI_MSG_RM_IRQ_RELEASE takes back. */
enum ti_sci_irq_kind {
    TI_SCI_IRQ_EVENT,   /* into a bit of a VINT, `target` of the aggregator `device` */
    TI_SCI_IRQ_ROUTE,   /* a router's input to an output, or to `target` of `device` */
    TI_SCI_IRQ_TRIGGER, /* an event's number alone */
};

struct ti_sci_irq {
    uint8_t kind, bit;
    uint16_t source_device, source_index, device, target, global_event;
};

/* One such request, of one of the two types. Errors as ti_sci_request(). */
int ti_sci_irq_request(uint16_t type, const struct ti_sci_irq *irq);

/* Who notes what is mapped (ti_sci_notes.h); NULL: nobody. */
struct ti_sci_keeper {
    bool (*note)(const struct ti_sci_irq *irq); /* whether it was not noted */
    void (*strike)(const struct ti_sci_irq *irq);
};
extern const struct ti_sci_keeper *ti_sci_keeper;

/* How long later requests wait for their answers, in microseconds; at first 1 s. For the tests,
 * which lose answers on purpose. Any context. */
void ti_sci_set_timeout_us(uint64_t timeout_us);

/* Counts and logs an answer that was acknowledged and is too short; returns -EMSGSIZE. */
int ti_sci_short_answer(uint16_t type);

#endif
