// SPDX-License-Identifier: BSD-3-Clause
/*
 * PSI-L pairings: what a source thread sends goes to a destination thread; of a memory-to-memory
 * channel these are its transmit half and its receive half (AM65x TRM SPRUID7, "PSI-L";
 * TI-SCI documentation, TISCI_MSG_RM_PSIL_PAIR and UNPAIR).
 *
 * The firmware pairs two threads "as long as both threads are unused", which it reads from the
 * threads' enable bits: so what is paired already is refused, by whomever it was paired. What
 * becomes of unpairing threads that are not paired is not said. Either way, when an unpairing has
 * been answered after a pairing that has not, the threads are not paired with one another.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"

#include <errno.h>

static int request_pairing(const struct udma_link *link)
{
    return ti_sci_psil_pair(link->udma->facts.navss_device, link->source, link->destination);
}

static int request_unpairing(const struct udma_link *link)
{
    return ti_sci_psil_unpair(link->udma->facts.navss_device, link->source, link->destination);
}

/* A pairing that an earlier user left, a boot loader say, would be in the way at every open. */
static int pair_anew(const struct udma_link *link)
{
    int error;

    log_warning(udma, "thread 0x%04x: pairing refused; once more after an unpairing",
                (unsigned)link->source);
    /* Whatever becomes of it, the answer to the pairing says how things are. */
    (void)request_unpairing(link);
    error = request_pairing(link);
    if (error == -EACCES)
        log_error(udma, "thread 0x%04x: pairing refused again; the number is put last",
                  (unsigned)link->source);
    return error;
}

void udma_pairing_ask(const struct udma_link *link, struct ti_sci_psil_threads *threads)
{
    *threads = (struct ti_sci_psil_threads){
        .navss_device = link->udma->facts.navss_device,
        .source = link->source,
        .destination = link->destination,
    };
}

int udma_pair_settle(struct udma_link *link, int error, bool wanted)
{
    if (error == -EACCES && wanted)
        error = pair_anew(link);
    if (error == 0) {
        link->state = UDMA_PAIRED;
        return 0;
    }
    log_error(udma, "pairing 0x%04x with 0x%04x failed (%d)", (unsigned)link->source,
              (unsigned)link->destination, error);
    if (udma_outcome_is_unknown(error))
        link->state = UDMA_PAIRING_UNKNOWN;
    return error == -EACCES ? -EADDRINUSE : error;
}

int udma_unpair(struct udma_link *link)
{
    int error = link->state == UDMA_UNPAIRED ? 0 : request_unpairing(link);

    if (link->state == UDMA_PAIRED && udma_outcome_is_unknown(error)) {
        link->state = UDMA_PAIRING_UNKNOWN;
        error = request_unpairing(link);
    }
    if (error == 0 || (error == -EACCES && link->state == UDMA_PAIRING_UNKNOWN)) {
        link->state = UDMA_UNPAIRED;
        return 0;
    }
    log_error(udma, "unpairing 0x%04x from 0x%04x failed (%d)", (unsigned)link->source,
              (unsigned)link->destination, error);
    return error;
}
