// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a channel takes of the hardware, and how it is given back (AM65x TRM SPRUID7, 10.2.2 UDMAP:
 * "Channel Setup"; TI-SCI documentation, TISCI_MSG_RM_UDMAP_TX_CH_CFG and RX_CH_CFG).
 *
 * Each step leaves in the channel what it took, known or possible, and udma_take_back() goes by
 * that: so one function undoes an open, closes, and tries again what could not be undone then.
 */
#include "arch/mmio.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

/* How much of a descriptor the UDMAP prefetches: the header's four words. */
#define FETCH_WORDS       4u

/* Fewer elements would do; this many cost nothing, and rings of this size are in common use. */
#define RING_ELEMENTS_MIN 16u

/* ---- memory ---- */

struct udma_channel *udma_channel_allocate(const struct udma_channel_config *config,
                                           const struct udma_numbers *numbers)
{
    struct udma_channel *channel = calloc(1, sizeof(*channel));

    if (channel == NULL)
        return NULL;
    channel->descriptors = dma_alloc(config->depth * sizeof(*channel->descriptors));
    if (channel->descriptors == NULL) {
        free(channel);
        return NULL;
    }
    channel->config = *config;
    channel->numbers = *numbers;
    channel->halves = udma_halves_of(numbers->channel);
    channel->free_slots = UINT64_MAX >> (UDMA_DEPTH_MAX - config->depth);
    return channel;
}

void udma_channel_free(struct udma_channel *channel)
{
    dma_free(channel->descriptors);
    free(channel);
}

/* ---- taking ---- */

/* The receiving half first: it must be there when the first data arrives. */
static void enable(const struct udma_halves *halves)
{
    mmio_write32(UDMA_CTL(halves->receive), UDMAP_CTL_ENABLE);
    mmio_write32(UDMA_CTL(halves->transmit), UDMAP_CTL_ENABLE);
}

static int open_rings(struct udma_channel *channel)
{
    /* One more for the teardown's message. The handler relies on that (transfer.c). */
    uint16_t count = (uint16_t)(channel->config.depth + 1u);
    int error;

    if (count < RING_ELEMENTS_MIN)
        count = RING_ELEMENTS_MIN;
    error = udma_ring_open(&channel->transfer, channel->numbers.channel, count);
    if (error == 0)
        error = udma_ring_open(&channel->completion, channel->numbers.completion_ring, count);
    return error;
}

/* There is nothing to undo: a channel that is off does nothing with its configuration, and each
 * open sets all of it that matters. */
static int configure(const struct udma_channel *channel)
{
    const uint16_t device = udma_get_facts()->udmap_device;
    const struct ti_sci_udmap_tx_config transmit = {
        .udmap_device = device,
        .index = channel->numbers.channel,
        .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
    };
    const struct ti_sci_udmap_rx_config receive = {
        .udmap_device = device,
        .index = channel->numbers.channel,
        .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
    };
    int error = ti_sci_udmap_tx_configure(&transmit);

    if (error == 0)
        error = ti_sci_udmap_rx_configure(&receive);
    if (error != 0)
        log_error(udma, "channel %u: configuration failed (%d)", (unsigned)channel->numbers.channel,
                  error);
    return error;
}

static int request_interrupt(struct udma_channel *channel)
{
    const struct irq_request request = {
        .index = channel->completion.index,
        .handler = udma_transfer_interrupt,
        .traced_handler = udma_transfer_interrupt_traced,
        .context = channel,
        .name = channel->config.name,
        .core = channel->config.core,
        .flags = IRQ_FLAG_MASKED,
    };
    int error = irq_request(udma_get_facts()->ring_interrupts, &request, &channel->irq);

    if (error != 0)
        log_error(udma, "channel %u: no interrupt for ring %u (%d)",
                  (unsigned)channel->numbers.channel, (unsigned)request.index, error);
    return error;
}

/* What somebody else, a channel that a loader has left running say, put onto the ring before its
 * event was mapped: for a ring that is not empty no event would come, now or later. */
static void clear_completions(struct udma_ring *ring)
{
    unsigned count = udma_ring_occupancy(ring);

    if (count != 0 && count <= ring->count) {
        ring->position = (uint16_t)(count % ring->count);
        udma_ring_release(ring, count);
    }
}

int udma_bring_up(struct udma_channel *channel)
{
    /* An earlier user left it on, and udma_init() could not stop it, or it came on since. */
    int error = udma_is_running(&channel->halves) ? udma_disable(&channel->halves) : 0;

    if (error == 0)
        error = open_rings(channel);
    if (error == 0)
        error = configure(channel);
    if (error == 0)
        error = udma_pair(channel);
    if (error == 0)
        error = request_interrupt(channel);
    if (error != 0)
        return error;
    clear_completions(&channel->completion);
    irq_unmask(channel->irq);
    enable(&channel->halves);
    return 0;
}

/* ---- giving back ---- */

static int close_rings(struct udma_channel *channel)
{
    int transfer = 0, completion;

    if (udma_get_facts()->ring_state_erratum && channel->transfer.elements != NULL)
        transfer = udma_ring_wrap_occupancy(&channel->transfer);
    if (transfer == 0)
        transfer = udma_ring_close(&channel->transfer);
    completion = udma_ring_close(&channel->completion);
    return transfer != 0 ? transfer : completion;
}

int udma_take_back(struct udma_channel *channel)
{
    int error = udma_is_running(&channel->halves) ? udma_disable(&channel->halves) : 0;

    if (error == 0)
        error = udma_unpair(channel);
    /* Through a pairing that stays, the hardware may still use the rings: their memory is kept. */
    if (error == 0)
        error = close_rings(channel);
    return error;
}
