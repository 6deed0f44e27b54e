// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels that carry out transfer requests to or from a peripheral: see peripheral.h (AM65x TRM
 * SPRUID7, 10.2.2 UDMAP, "Channel Setup", "Channel Teardown"; TI-SCI documentation,
 * TISCI_MSG_RM_UDMAP_TX_CH_CFG and RX_CH_CFG; which teardown a PDMA wants, and that a stream which
 * is received needs a place to go to, as Linux's K3 UDMA driver has it).
 *
 * Such a channel is a struct udma_channel with one half, whose pairing's other thread is the
 * peripheral's. Its rings, its interrupts, its slots and its transfers are those of any channel;
 * what differs is behind struct udma_one_way.
 */
#include "drivers/udma/peripheral.h"

#include "arch/mmio.h"
#include "drivers/udma/extra.h"
#include "drivers/udma/packet_channels.h"
#include "drivers/udma/peer_registers.h"
#include "drivers/udma/static_tr.h"
#include "msi/irq.h"

#include <errno.h>

/* What is prefetched of a descriptor: the header's four words. */
#define FETCH_WORDS      4u
/* A flushed half says soon that it is off. */
#define FLUSH_TIMEOUT_US 1000u
/* A place for what a peripheral still sends when nothing else waits for it: written again and
 * again, which is enough for any PDMA's FIFO. */
#define DRAIN_BYTES      64u
#define DRAIN_ROUNDS     1024u

static const struct udma_one_way sending, receiving;

static bool receives(const struct udma_channel *channel)
{
    return channel->numbers.one_way->receives;
}

static enum udma_direction direction_of(const struct udma_numbers *numbers)
{
    return numbers->one_way->receives ? UDMA_RECEIVE : UDMA_TRANSMIT;
}

static struct udmap_channel_registers *half_of(const struct udma_channel *channel)
{
    return udma_lead(&channel->halves);
}

/* ---- taking ---- */

enum step {
    TRANSFER_RING,
    COMPLETION_RING,
    CHANNEL,
    PAIR,
    STEPS
};

_Static_assert(STEPS <= TI_SCI_BATCH_MAX, "one batch");

static void ask_for_half(const struct udma_channel *channel, struct ti_sci_item *item)
{
    const struct udma_rank *rank = &channel->config.rank;
    const uint16_t device = channel->numbers.udma->facts.udmap_device;

    if (receives(channel)) {
        item->kind = TI_SCI_UDMAP_RX;
        item->receive = (struct ti_sci_udmap_rx_config){
            .udmap_device = device,
            .index = channel->numbers.channel,
            .channel_type = TI_SCI_UDMAP_CHANNEL_DMA_PBRR,
            .fetch_size = FETCH_WORDS,
            .completion_ring = channel->completion.index,
            .priority = rank->priority,
            .qos = rank->qos,
            .order_id = rank->order_id,
            .scheduling = rank->scheduling,
        };
        return;
    }
    item->kind = TI_SCI_UDMAP_TX;
    item->transmit = (struct ti_sci_udmap_tx_config){
        .udmap_device = device,
        .index = channel->numbers.channel,
        .channel_type = TI_SCI_UDMAP_CHANNEL_DMA_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
        .priority = rank->priority,
        .qos = rank->qos,
        .order_id = rank->order_id,
        .scheduling = rank->scheduling,
    };
}

static int configure(struct udma_channel *channel)
{
    struct ti_sci_item items[STEPS] = {0};
    int error, later;

    items[TRANSFER_RING].kind = items[COMPLETION_RING].kind = TI_SCI_RING;
    udma_ring_ask(&channel->transfer, &items[TRANSFER_RING].ring);
    udma_ring_ask(&channel->completion, &items[COMPLETION_RING].ring);
    ask_for_half(channel, &items[CHANNEL]);
    items[PAIR].kind = TI_SCI_PSIL_PAIR;
    udma_pairing_ask(&channel->link, &items[PAIR].psil);
    ti_sci_batch(items, STEPS);
    error = udma_ring_settle(&channel->transfer, items[TRANSFER_RING].error);
    later = udma_ring_settle(&channel->completion, items[COMPLETION_RING].error);
    error = error != 0 ? error : later;
    error = error != 0 ? error : items[CHANNEL].error;
    if (items[CHANNEL].error != 0)
        log_error(udma, "channel %u: configuration failed (%d)", (unsigned)channel->numbers.channel,
                  items[CHANNEL].error);
    if (error == 0)
        items[PAIR].error =
            udma_endpoint_claim(&channel->link, direction_of(&channel->numbers), items[PAIR].error);
    later = udma_pair_settle(&channel->link, items[PAIR].error, error == 0);
    error = error != 0 ? error : later;
    return error == -EADDRINUSE ? -EACCES : error;
}

/* Who takes what comes is on before who sends it. */
static void enable(struct udma_channel *channel)
{
    channel->extra->flushed = false;
    if (receives(channel))
        mmio_write32(UDMA_CTL(half_of(channel)), UDMAP_CTL_ENABLE);
    udma_endpoint_start(half_of(channel), &channel->extra->endpoint, receives(channel));
    if (!receives(channel))
        mmio_write32(UDMA_CTL(half_of(channel)), UDMAP_CTL_ENABLE);
}

/* ---- the end ---- */

/* The transfer in flight goes out. What stands still, since the peripheral does not ask, is thrown
 * away: the PDMA takes it and drops it. */
static void end_sending(struct udma_channel *channel, bool forced)
{
    const struct udmap_channel_registers *half = half_of(channel);

    if (!forced) {
        mmio_write32(UDMA_CTL(half), UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
        return;
    }
    __atomic_store_n(&channel->extra->flushed, true, __ATOMIC_RELAXED);
    udma_endpoint_flush(half);
    if (!udma_wait_until_off(&channel->halves, FLUSH_TIMEOUT_US))
        mmio_write32(UDMA_CTL(half),
                     UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN | UDMAP_CTL_FORCED_TEARDOWN);
}

/* It is the PDMA that is told; what it has already taken out of its peripheral has to find a
 * place, or the teardown would not end. */
static void end_receiving(struct udma_channel *channel, bool forced)
{
    if (forced) {
        mmio_write32(UDMA_CTL(half_of(channel)),
                     UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN | UDMAP_CTL_FORCED_TEARDOWN);
        return;
    }
    udma_transfer_submit_drain(channel);
    udma_endpoint_teardown(half_of(channel));
}

/* The PDMA's packets end where its static TR says, and each uses up a drain: before it was told of
 * the teardown, by a core that was slow, or those that it held. */
static void go_on_receiving(struct udma_channel *channel)
{
    udma_transfer_submit_drain(channel);
}

static void stop(struct udma_channel *channel)
{
    udma_endpoint_stop(half_of(channel));
}

/* What has been flushed is lost, whatever its responses say. */
static int sending_status(struct udma_channel *channel, int status)
{
    return __atomic_load_n(&channel->extra->flushed, __ATOMIC_RELAXED) ? -ECANCELED : status;
}

/* A PDMA that is torn down ends its stream, which cuts short what it goes to: that is no error. */
static int receiving_status(struct udma_channel *channel, int status)
{
    unsigned long state;
    int refusal;

    if (status == 0)
        return 0;
    state = spin_lock(&channel->lock);
    refusal = channel->refusal;
    spin_unlock(&channel->lock, state);
    return refusal == -ECANCELED ? -ECANCELED : status;
}

/* ---- what can be prepared ---- */

static int check(const struct udma_channel *channel, const struct udma_transfer_config *config,
                 uint64_t length)
{
    const struct udma_static_tr *tr = &channel->extra->endpoint.static_tr;
    const uint64_t burst = (uint64_t)tr->element_bytes * tr->elements;
    const uint64_t packet = receives(channel) && !config->cyclic ? burst * tr->bursts : length;

    if (channel->extra->drain == NULL && receives(channel))
        return 0; /* that is what is being prepared */
    if (config->trigger != UDMA_TRIGGER_NONE || config->tell || length != packet ||
        (receives(channel) && config->cyclic && tr->bursts != 0))
        return -EINVAL;
    for (unsigned i = 0; i < config->count; i++) {
        const struct udma_move move = udma_move_of(channel, &config->moves[i]);
        uint64_t bytes;

        if (udma_move_length(&move, &bytes) != 0 || bytes % burst != 0)
            return -EINVAL;
    }
    return 0;
}

static int prepare_drain(struct udma_channel *channel)
{
    struct udma_move move = {.destination = {.count = {DRAIN_BYTES, DRAIN_ROUNDS, 1, 1}}};
    const struct udma_transfer_config config = {.moves = &move, .count = 1};

    channel->extra->drain_memory = dma_alloc(DRAIN_BYTES);
    if (channel->extra->drain_memory == NULL)
        return -ENOMEM;
    move.destination.address = (uintptr_t)channel->extra->drain_memory;
    return udma_transfer_prepare(channel, &config, &channel->extra->drain);
}

/* ---- numbers ---- */

static void give_back(const struct udma_numbers *numbers, bool last)
{
    if (numbers->one_way->receives)
        udma_packet_give_back_ring(numbers->udma, numbers->transfer_ring, last);
    udma_packet_give_back_ring(numbers->udma, numbers->completion_ring, last);
    udma_packet_give_back_channel(numbers->udma, direction_of(numbers), numbers->channel, last);
}

static int take_rings(struct udma_numbers *numbers)
{
    int error = udma_packet_take_ring(numbers->udma, &numbers->completion_ring);

    numbers->transfer_ring = numbers->channel;
    if (error != 0 || !numbers->one_way->receives)
        return error;
    error = udma_packet_take_receive_ring(numbers->udma, numbers->channel, &numbers->transfer_ring);
    if (error != 0)
        udma_packet_give_back_ring(numbers->udma, numbers->completion_ring, false);
    return error;
}

static int take_numbers(struct udma_numbers *numbers)
{
    const enum udma_direction direction = direction_of(numbers);
    int error = udma_packet_take_channel(numbers->udma, direction, &numbers->channel);

    if (error != 0)
        return error;
    error = take_rings(numbers);
    if (error != 0)
        udma_packet_give_back_channel(numbers->udma, direction, numbers->channel, false);
    return error;
}

static const struct udma_one_way sending = {
    .receives = false,
    .configure = configure,
    .enable = enable,
    .tear_down = end_sending,
    .stop = stop,
    .check = check,
    .status = sending_status,
};

static const struct udma_one_way receiving = {
    .receives = true,
    .configure = configure,
    .enable = enable,
    .tear_down = end_receiving,
    .go_on = go_on_receiving,
    .stop = stop,
    .check = check,
    .status = receiving_status,
};

/* ---- giving back ---- */

static void discard(void *owner, bool last)
{
    struct udma_channel *channel = owner;
    const struct udma_numbers numbers = channel->numbers;

    udma_channel_free(channel);
    give_back(&numbers, last);
}

static const struct udma_held_kind held_kind = {"channel", 0, udma_channel_take_back, discard};

/* ---- opening ---- */

/* What an allocated channel of both directions has not. */
static void make_one_way(struct udma_channel *channel, const struct udma_endpoint *endpoint)
{
    const uint16_t thread =
        (uint16_t)(channel->numbers.udma->facts.psil_base + channel->numbers.channel);

    channel->held.kind = &held_kind;
    channel->extra->endpoint = *endpoint;
    udma_transfer_take_slots(channel);
    if (receives(channel)) {
        channel->halves.transmit = NULL;
        channel->link.source = endpoint->source_thread;
        channel->link.destination = thread | PSIL_DESTINATION;
    } else {
        channel->halves.receive = NULL;
        channel->link.source = thread;
        channel->link.destination = endpoint->destination_thread;
    }
}

static int open_with(const struct udma_channel_config *config, const struct udma_endpoint *endpoint,
                     const struct udma_numbers *numbers, struct udma_channel **channel)
{
    struct udma_channel *opened = udma_channel_allocate(config, numbers);
    int error;

    if (opened == NULL) {
        give_back(numbers, false);
        return -ENOMEM;
    }
    make_one_way(opened, endpoint);
    error = receives(opened) ? prepare_drain(opened) : 0;
    if (error == 0)
        error = udma_bring_up(opened);
    if (error == 0) {
        *channel = opened;
        return 0;
    }
    return udma_held_dispose(&opened->held, true) != 0 ? -EIO : error;
}

static int open_one_way(const struct udma_channel_config *asked,
                        const struct udma_endpoint *endpoint, const struct udma_one_way *one_way,
                        struct udma_channel **channel)
{
    struct udma_numbers numbers = {.one_way = one_way};
    struct udma_channel_config config;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (channel == NULL || asked == NULL || endpoint == NULL || endpoint->packet_mode ||
        endpoint->kind == UDMA_ENDPOINT_NATIVE || !udma_channel_is_valid(asked) ||
        udma_endpoint_check(endpoint, one_way->receives) != 0)
        return -EINVAL;
    config = *asked;
    config.transfers = &udma_transfers;
    udma_held_retry();
    numbers.udma = udma_or_main(config.udma);
    if (numbers.udma == NULL)
        return -ENODEV;
    error = take_numbers(&numbers);
    return error == 0 ? open_with(&config, endpoint, &numbers, channel) : error;
}

int udma_channel_open_to(const struct udma_channel_config *config,
                         const struct udma_endpoint *endpoint, struct udma_channel **channel)
{
    return open_one_way(config, endpoint, &sending, channel);
}

int udma_channel_open_from(const struct udma_channel_config *config,
                           const struct udma_endpoint *endpoint, struct udma_channel **channel)
{
    return open_one_way(config, endpoint, &receiving, channel);
}

uint32_t udma_channel_peer_bytes(const struct udma_channel *channel)
{
    return mmio_read32((uintptr_t)&half_of(channel)->peer[UDMA_PEER_BYTE_COUNT]);
}
