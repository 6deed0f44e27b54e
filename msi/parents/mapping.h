// SPDX-License-Identifier: BSD-3-Clause
/*
 * One mapping that the system firmware keeps for this host: an event into a VINT's bit, or a
 * router's input to its output (TI-SCI documentation, "Interrupt Management": RM_IRQ_SET,
 * RM_IRQ_RELEASE).
 *
 * An answer may get lost after the firmware has acted. These two functions find out whether the
 * mapping is in place, so that their caller knows whether the numbers can be used again.
 */
#ifndef MSI_PARENTS_MAPPING_H
#define MSI_PARENTS_MAPPING_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

struct irq_mapping {
    bool is_event; /* else a route */
    uint16_t source_device, source_index;
    uint16_t device;       /* the aggregator or router */
    uint16_t target;       /* VINT or output */
    uint16_t global_event; /* events only */
    uint8_t bit;           /* events only */
    bool unknown;          /* out: nobody knows whether it is in place */
};

/* Both in thread context. 0 or ti_sci.h's errors. After an error of irq_mapping_set() the mapping
 * is not in place, after one of irq_mapping_clear() it still is; in both cases unless `unknown`. */
int irq_mapping_set(struct irq_mapping *mapping);
int irq_mapping_clear(struct irq_mapping *mapping);

/* Whether after that outcome of irq_mapping_clear() another mapping is worth a try now. It is not
 * while the system firmware gives no answers: each would take its time-out. */
static inline bool irq_mapping_is_answered(int error)
{
    return error == 0 || error == -EACCES;
}

/* After a suspend, of one that was in place: sees to it that it is again. *lost: it may have been
 * away, and what the source has sent meanwhile with it. Thread context. ti_sci.h's errors: then it
 * is `unknown`. */
int irq_mapping_restore(struct irq_mapping *mapping, bool *lost);

#endif
