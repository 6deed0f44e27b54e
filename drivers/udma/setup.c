// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a channel takes of the hardware, and how it is given back (AM65x TRM SPRUID7, 10.2.2 UDMAP:
 * "Channel Setup"; TI-SCI documentation, TISCI_MSG_RM_UDMAP_TX_CH_CFG and RX_CH_CFG).
 *
 * Each step leaves in the channel what it took, known or possible, and take_back() goes by that: so
 * one function undoes an open, closes, and tries again what could not be undone then.
 */
#include "arch/mmio.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/coalesce.h"
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

void udma_slots_reset(struct udma_channel *channel)
{
    const unsigned count = channel->config.depth + 1u;

    for (unsigned i = 0; i < count; i++)
        channel->slot_table[i].next = i + 1u < count ? &channel->slot_table[i + 1u] : NULL;
    channel->first_free = &channel->slot_table[0];
    channel->last_free = &channel->slot_table[count - 1u];
}

/* One more than there can be transfers, all free; and in the descriptors all that no copy changes.
 */
static void prepare_slots(struct udma_channel *channel)
{
    for (unsigned i = 0; i <= channel->config.depth; i++) {
        struct udma_slot *slot = &channel->slot_table[i];

        slot->descriptor = &channel->descriptors[i];
        udma_descriptor_build(slot->descriptor, channel->numbers.channel,
                              channel->numbers.completion_ring, 0, 0, 1);
    }
    channel->slots = channel->slot_table;
    udma_slots_reset(channel);
}

/* Its transmit half sends to its receive half. */
static void prepare_link(struct udma_channel *channel)
{
    const struct udma_numbers *numbers = &channel->numbers;
    const uint16_t source = (uint16_t)(numbers->udma->facts.psil_base + numbers->channel);

    channel->link = (struct udma_link){
        .udma = numbers->udma,
        .source = source,
        .destination = source | PSIL_DESTINATION,
    };
}

static bool turn(void *context)
{
    return udma_transfer_turn(context);
}

static void prepare_deferral(struct udma_channel *channel)
{
    channel->deferral = (struct udma_deferral){
        .delivery = channel->config.polled ? NULL : channel->config.delivery,
        .thread_core = channel->config.thread_core,
        .turn = turn,
        .context = channel,
        .interrupts = &channel->counters.interrupts,
        .empty = &channel->counters.empty,
    };
}

void udma_channel_free(struct udma_channel *channel)
{
    if (channel->extra != NULL)
        channel->config.transfers->free(channel);
    if (channel->coalescer != NULL)
        channel->coalescer->by->free(channel->coalescer);
    dma_free(channel->descriptors);
    free(channel);
}

/* ---- giving back ---- */

static int close_rings(struct udma_channel *channel)
{
    int transfer = 0, completion;

    if (channel->numbers.udma->facts.ring_state_erratum && channel->transfer.elements != NULL)
        transfer = udma_ring_wrap_occupancy(&channel->transfer);
    if (transfer == 0)
        transfer = udma_ring_close(&channel->transfer);
    completion = udma_ring_close(&channel->completion);
    return transfer != 0 ? transfer : completion;
}

int udma_channel_take_back(void *owner)
{
    struct udma_channel *channel = owner;
    int error = udma_see_off(&channel->halves);

    if (error == 0)
        error = udma_unpair(&channel->link);
    if (error == 0 && channel->extra != NULL)
        error = channel->config.transfers->take_back(channel);
    /* Through a pairing that stays, the hardware may still use the rings: their memory is kept. */
    if (error == 0)
        error = close_rings(channel);
    return error;
}

static void discard(void *owner, bool last)
{
    struct udma_channel *channel = owner;
    const struct udma_numbers numbers = channel->numbers;

    udma_channel_free(channel);
    udma_numbers_give_back(&numbers, last);
}

static const struct udma_held_kind held_kind = {"channel", 1, udma_channel_take_back, discard};

/* ---- taking ---- */

struct udma_channel *udma_channel_allocate(const struct udma_channel_config *config,
                                           const struct udma_numbers *numbers)
{
    struct udma_channel *channel = calloc(1, sizeof(*channel));

    if (channel == NULL)
        return NULL;
    channel->descriptors = dma_alloc((config->depth + 1u) * sizeof(*channel->descriptors));
    if (channel->descriptors == NULL) {
        free(channel);
        return NULL;
    }
    channel->config = *config;
    channel->by_thread = config->polled;
    channel->numbers = *numbers;
    channel->full = -EAGAIN;
    channel->held = (struct udma_held){
        NULL, &held_kind, channel, numbers->udma, numbers->channel,
    };
    channel->halves = udma_halves_of(numbers->udma, numbers->channel);
    prepare_link(channel);
    prepare_deferral(channel);
    prepare_slots(channel);
    if (config->transfers != NULL && config->transfers->begin(channel) != 0) {
        udma_channel_free(channel);
        return NULL;
    }
    return channel;
}

/* The receiving half first: it must be there when the first data arrives. */
void udma_enable(struct udma_channel *channel)
{
    if (channel->numbers.one_way != NULL) {
        channel->numbers.one_way->enable(channel);
        return;
    }
    mmio_write32(UDMA_CTL(channel->halves.receive), UDMAP_CTL_ENABLE);
    mmio_write32(UDMA_CTL(channel->halves.transmit), UDMAP_CTL_ENABLE);
}

static int prepare_rings(struct udma_channel *channel)
{
    struct udma *udma = channel->numbers.udma;
    uint16_t count = RING_ELEMENTS_MIN;
    int error;

    /* A power of two, and one more for the teardown's message. The handler relies on both
     * (transfer.c). */
    while (count <= channel->config.depth)
        count = (uint16_t)(2u * count);
    channel->ring_mask = count - 1u;
    error = udma_ring_prepare(udma, &channel->transfer, channel->numbers.transfer_ring, count);
    if (error == 0)
        error =
            udma_ring_prepare(udma, &channel->completion, channel->numbers.completion_ring, count);
    if (error != 0)
        udma_ring_forget(&channel->transfer);
    return error;
}

/* In the order in which the system firmware has to carry them out. */
enum step {
    TRANSFER_RING,
    COMPLETION_RING,
    TRANSMIT,
    RECEIVE,
    PAIR,
    STEPS
};

static const enum ti_sci_kind kind_of[STEPS] = {
    [TRANSFER_RING] = TI_SCI_RING, [COMPLETION_RING] = TI_SCI_RING, [TRANSMIT] = TI_SCI_UDMAP_TX,
    [RECEIVE] = TI_SCI_UDMAP_RX,   [PAIR] = TI_SCI_PSIL_PAIR,
};

_Static_assert(STEPS <= TI_SCI_BATCH_MAX, "one batch");

static void ask(const struct udma_channel *channel, struct ti_sci_item items[STEPS])
{
    const struct udma_rank *rank = &channel->config.rank;
    const uint16_t device = channel->numbers.udma->facts.udmap_device;

    for (unsigned i = 0; i < STEPS; i++)
        items[i] = (struct ti_sci_item){.kind = kind_of[i]};
    udma_ring_ask(&channel->transfer, &items[TRANSFER_RING].ring);
    udma_ring_ask(&channel->completion, &items[COMPLETION_RING].ring);
    items[TRANSMIT].transmit = (struct ti_sci_udmap_tx_config){
        .udmap_device = device,
        .index = channel->numbers.channel,
        .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
        .priority = rank->priority,
        .qos = rank->qos,
        .order_id = rank->order_id,
        .scheduling = rank->scheduling,
    };
    items[RECEIVE].receive = (struct ti_sci_udmap_rx_config){
        .udmap_device = device,
        .index = channel->numbers.channel,
        .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
        .priority = rank->priority,
        .qos = rank->qos,
        .order_id = rank->order_id,
        .scheduling = rank->scheduling,
    };
    udma_pairing_ask(&channel->link, &items[PAIR].psil);
    ti_sci_batch(items, STEPS);
}

/* Of the halves' configuration there is nothing to undo: a channel that is off does nothing with
 * it, and each open sets all of it that matters. */
static int settle_halves(const struct udma_channel *channel, int transmit, int receive)
{
    int error = transmit != 0 ? transmit : receive;

    if (error != 0)
        log_error(udma, "channel %u: configuration failed (%d)", (unsigned)channel->numbers.channel,
                  error);
    return error;
}

static int first_of(int error, int later)
{
    return error != 0 ? error : later;
}

/* All of it in one trip to the system firmware. Each outcome is looked at, whatever became of the
 * others: what is done is in the channel then. The first error. */
static int configure(struct udma_channel *channel)
{
    struct ti_sci_item items[STEPS];
    int error;

    if (channel->numbers.one_way != NULL)
        return channel->numbers.one_way->configure(channel);
    ask(channel, items);
    error = udma_ring_settle(&channel->transfer, items[TRANSFER_RING].error);
    error = first_of(error, udma_ring_settle(&channel->completion, items[COMPLETION_RING].error));
    error = first_of(error, settle_halves(channel, items[TRANSMIT].error, items[RECEIVE].error));
    return first_of(error, udma_pair_settle(&channel->link, items[PAIR].error, error == 0));
}

static int start_coalescing(struct udma_channel *channel)
{
    struct udma_coalescer *coalescer = channel->coalescer;
    int error = coalescer->by->start(coalescer, channel->irq);

    if (error == 0)
        return 0;
    (void)coalescer->by->end(coalescer);
    irq_give_up(channel->irq); /* it has never been unmasked: no handler has run */
    return error;
}

static int request_interrupt(struct udma_channel *channel)
{
    const struct udma_coalesce *coalesce = &channel->config.coalesce;
    struct irq_request request = {
        .index = channel->completion.index,
        .handler = udma_transfer_interrupt,
        .traced_handler = udma_transfer_interrupt_traced,
        .context = channel,
        .name = channel->config.name,
        .core = channel->config.core,
        .flags = IRQ_FLAG_MASKED,
    };
    int error = 0;

    if (channel->deferral.delivery != NULL) {
        error = channel->deferral.delivery->begin(&channel->deferral, &request);
        channel->by_thread = true;
    }
    if (error == 0 && coalesce->by != NULL)
        error = coalesce->by->begin(coalesce, channel->numbers.udma, &channel->completion, &request,
                                    &channel->coalescer);
    if (error == 0)
        error = irq_request(channel->numbers.udma->facts.ring_interrupts, &request, &channel->irq);
    channel->deferral.irq = channel->irq;
    if (error == 0 && coalesce->by != NULL)
        error = start_coalescing(channel);
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
        ring->position = count == ring->count ? 0 : count;
        udma_ring_release(ring, count);
    }
}

int udma_bring_up(struct udma_channel *channel)
{
    /* An earlier user left it on, and udma_init() could not stop it, or it came on since. */
    int error = udma_see_off(&channel->halves);

    if (error == 0)
        error = prepare_rings(channel);
    if (error == 0)
        error = configure(channel);
    if (error == 0 && !channel->config.polled)
        error = request_interrupt(channel);
    if (error != 0)
        return error;
    clear_completions(&channel->completion);
    if (!channel->config.polled)
        irq_unmask(channel->irq);
    udma_enable(channel);
    return 0;
}
