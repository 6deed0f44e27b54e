// SPDX-License-Identifier: BSD-3-Clause
/*
 * PSI-L pairings: a channel's transmit half sends to its receive half (AM65x TRM SPRUID7, "PSI-L";
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

/* PSI-L destination threads have this bit set. */
#define PSIL_DESTINATION 0x8000u

static uint16_t source_thread(const struct udma_channel *channel)
{
    return (uint16_t)(channel->numbers.udma->facts.psil_base + channel->numbers.channel);
}

static uint16_t destination_thread(const struct udma_channel *channel)
{
    return (uint16_t)(source_thread(channel) | PSIL_DESTINATION);
}

static int request_pairing(const struct udma_channel *channel)
{
    return ti_sci_psil_pair(channel->numbers.udma->facts.navss_device, source_thread(channel),
                            destination_thread(channel));
}

static int request_unpairing(const struct udma_channel *channel)
{
    return ti_sci_psil_unpair(channel->numbers.udma->facts.navss_device, source_thread(channel),
                              destination_thread(channel));
}

/* A pairing that an earlier user left, a boot loader say, would be in the way at every open. */
static int pair_anew(const struct udma_channel *channel)
{
    int error;

    log_warning(udma, "channel %u: pairing refused; once more after an unpairing",
                (unsigned)channel->numbers.channel);
    /* Whatever becomes of it, the answer to the pairing says how things are. */
    (void)request_unpairing(channel);
    error = request_pairing(channel);
    if (error == -EACCES)
        log_error(udma, "channel %u: pairing refused again; the number is put last",
                  (unsigned)channel->numbers.channel);
    return error;
}

void udma_pairing_ask(const struct udma_channel *channel, struct ti_sci_psil_threads *threads)
{
    *threads = (struct ti_sci_psil_threads){
        .navss_device = channel->numbers.udma->facts.navss_device,
        .source = source_thread(channel),
        .destination = destination_thread(channel),
    };
}

int udma_pair_settle(struct udma_channel *channel, int error, bool wanted)
{
    if (error == -EACCES && wanted)
        error = pair_anew(channel);
    if (error == 0) {
        channel->pairing = UDMA_PAIRED;
        return 0;
    }
    log_error(udma, "channel %u: pairing 0x%04x with 0x%04x failed (%d)",
              (unsigned)channel->numbers.channel, (unsigned)source_thread(channel),
              (unsigned)destination_thread(channel), error);
    if (udma_outcome_is_unknown(error))
        channel->pairing = UDMA_PAIRING_UNKNOWN;
    return error == -EACCES ? -EADDRINUSE : error;
}

int udma_unpair(struct udma_channel *channel)
{
    int error = channel->pairing == UDMA_UNPAIRED ? 0 : request_unpairing(channel);

    if (channel->pairing == UDMA_PAIRED && udma_outcome_is_unknown(error)) {
        channel->pairing = UDMA_PAIRING_UNKNOWN;
        error = request_unpairing(channel);
    }
    if (error == 0 || (error == -EACCES && channel->pairing == UDMA_PAIRING_UNKNOWN)) {
        channel->pairing = UDMA_UNPAIRED;
        return 0;
    }
    log_error(udma, "channel %u: unpairing 0x%04x from 0x%04x failed (%d)",
              (unsigned)channel->numbers.channel, (unsigned)source_thread(channel),
              (unsigned)destination_thread(channel), error);
    return error;
}
