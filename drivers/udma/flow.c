// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing the flows of a receive channel (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Receive
 * Flow"; TI-SCI documentation, TISCI_MSG_RM_UDMAP_FLOW_CFG and FLOW_SIZE_THRESH_CFG).
 *
 * A flow's configuration names its rings. There is nothing to undo of it: only a receive channel
 * that is on goes by it, and one is started only when all of its flows are open.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/coalesce.h"
#include "drivers/udma/packet_channels.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZE_UNIT      32u
#define SIZE_MAX_BYTES (2u << 20)

static unsigned rings_of(const struct udma_flow_config *config)
{
    return config->free_rings != 0 ? config->free_rings : 1u;
}

static bool sizes_are_valid(const struct udma_flow_config *config)
{
    uint32_t earlier = 0;

    for (unsigned i = 0; i + 1u < rings_of(config); i++) {
        const uint32_t size = config->sizes[i];

        if (size % SIZE_UNIT != 0 || size <= earlier || size >= SIZE_MAX_BYTES)
            return false;
        earlier = size;
    }
    return true;
}

static bool is_valid(const struct udma_flow_config *config)
{
    return config != NULL && config->received != NULL && config->depth != 0 &&
           config->depth <= UDMA_PACKET_DEPTH && config->free_rings <= UDMA_FREE_RINGS_MAX &&
           (config->polled || config->core == IRQ_CORE_ANY || config->core < core_count()) &&
           udma_coalesce_is_valid(&config->coalesce, config->depth * rings_of(config),
                                  config->polled) &&
           (config->when_empty == UDMA_FLOW_WAIT || config->when_empty == UDMA_FLOW_DROP) &&
           config->buffer_min <= UDMA_BUFFER_MAX && sizes_are_valid(config);
}

/* ---- memory and numbers ---- */

static void prepare(struct udma_flow *flow, struct udma_receive *receive, unsigned index,
                    const struct udma_flow_config *config)
{
    struct udma_consumer *consumer = &flow->consumer;

    flow->receive = receive;
    flow->index = index;
    flow->config = *config;
    flow->buffer_min = config->buffer_min != 0 ? config->buffer_min : 1u;
    flow->other.buffers = flow->buffers;
    flow->free_head[0] = HOST_INFO0_HOST;
    consumer->udma = receive->udma;
    consumer->feeds = flow->feeds;
    consumer->feed_count = rings_of(config);
    consumer->error = config->error;
    consumer->context = config->context;
    consumer->polled = config->polled;
    consumer->watch.refused_flow = UDMA_FLOW_DEFAULT;
    consumer->complete = udma_flow_complete;
    consumer->deferral.delivery = config->delivery;
    consumer->deferral.thread_core = config->thread_core;
    consumer->coalesce = &flow->config.coalesce;
}

static int allocate(struct udma_receive *receive, unsigned index,
                    const struct udma_flow_config *config, struct udma_flow **made)
{
    const size_t slots = (size_t)rings_of(config) * (config->depth + PACKET_BATCH);
    struct udma_flow *flow = calloc(1, sizeof(*flow) + slots * sizeof(flow->buffers[0]));
    int error;

    if (flow == NULL)
        return -ENOMEM;
    prepare(flow, receive, index, config);
    error = udma_packet_allocate(&flow->consumer, config->depth, 1);
    if (error != 0) {
        free(flow);
        return error;
    }
    *made = flow;
    return 0;
}

/* A number, and memory for a ring of it. The first free ring of flow 0 is the one that the channel
 * is wired to, if this host has that. */
static int prepare_ring(struct udma_flow *flow, struct udma_ring *ring, bool wired,
                        unsigned elements)
{
    struct udma *udma = flow->receive->udma;
    uint16_t number;
    int error =
        wired ? udma_packet_take_receive_ring(udma, flow->receive->number, &number) : -ENOSPC;

    if (error == -ENOSPC)
        error = udma_packet_take_ring(udma, &number);
    if (error != 0)
        return error;
    error = udma_packet_prepare_ring(udma, ring, number, elements);
    if (error != 0)
        udma_packet_give_back_ring(udma, number, false);
    return error;
}

static int prepare_rings(struct udma_flow *flow)
{
    struct udma_consumer *consumer = &flow->consumer;
    /* Each buffer may be a packet; and the teardown's message. */
    int error = prepare_ring(flow, &consumer->ring, false, consumer->slot_count + 1u);

    for (unsigned i = 0; i < consumer->feed_count && error == 0; i++) {
        struct udma_feed *feed = &flow->feeds[i];

        error = prepare_ring(flow, &feed->ring, flow->index == 0 && i == 0, feed->slots);
    }
    return error;
}

/* ---- configuration ---- */

/* A ring that has been prepared and not configured has no memory then, but still its number. */
static int configure_rings(struct udma_flow *flow)
{
    struct ti_sci_item items[1u + UDMA_FREE_RINGS_MAX] = {0};
    const unsigned count = flow->consumer.feed_count;
    int error;

    _Static_assert(1u + UDMA_FREE_RINGS_MAX <= TI_SCI_BATCH_MAX, "one batch");
    for (unsigned i = 0; i <= count; i++) {
        items[i].kind = TI_SCI_RING;
        udma_ring_ask(i == 0 ? &flow->consumer.ring : &flow->feeds[i - 1u].ring, &items[i].ring);
    }
    ti_sci_batch(items, count + 1u);
    error = udma_ring_settle(&flow->consumer.ring, items[0].error);
    for (unsigned i = 1; i <= count; i++) {
        int later = udma_ring_settle(&flow->feeds[i - 1u].ring, items[i].error);

        error = error != 0 ? error : later;
    }
    return error;
}

/* Buffers behind the first come from the last ring. */
static void describe_flow(const struct udma_flow *flow, uint16_t number,
                          struct ti_sci_flow_config *config)
{
    const uint16_t last = flow->feeds[flow->consumer.feed_count - 1u].ring.index;

    *config = (struct ti_sci_flow_config){
        .udmap_device = flow->receive->udma->facts.udmap_device,
        .index = number,
        .completion_ring = flow->consumer.ring.index,
        .free_rings = {flow->feeds[0].ring.index, last, last, last},
        .epib = 1,
        .words = 1,
        .wait_when_empty = flow->config.when_empty == UDMA_FLOW_WAIT,
        .descriptor_type = TI_SCI_FLOW_DESCRIPTOR_HOST,
        .source_low_from = TI_SCI_FLOW_TAG_PACKET_LOW,
        .destination_high_from = TI_SCI_FLOW_TAG_PACKET_HIGH,
        .destination_low_from = TI_SCI_FLOW_TAG_PACKET_LOW,
    };
}

static void describe_sizes(const struct udma_flow *flow, uint16_t number,
                           struct ti_sci_flow_sizes *sizes)
{
    *sizes = (struct ti_sci_flow_sizes){
        .udmap_device = flow->receive->udma->facts.udmap_device,
        .index = number,
        .count = flow->consumer.feed_count - 1u,
    };
    for (unsigned i = 0; i < TI_SCI_FLOW_THRESHOLDS; i++) {
        sizes->thresholds[i] = i < sizes->count ? flow->config.sizes[i] : 0;
        sizes->free_rings[i] = flow->feeds[i < sizes->count ? i + 1u : 0].ring.index;
    }
}

/* Both messages in one trip. Sizes are always said: an earlier user may have left some. */
static int configure_number(const struct udma_flow *flow, uint16_t number)
{
    struct ti_sci_flow_config config;
    struct ti_sci_flow_sizes sizes;
    struct ti_sci_storage storage[2];
    struct ti_sci_item items[2] = {0};
    int error;

    describe_flow(flow, number, &config);
    describe_sizes(flow, number, &sizes);
    ti_sci_prepare_flow(&config, &storage[0], &items[0]);
    ti_sci_prepare_flow_sizes(&sizes, &storage[1], &items[1]);
    ti_sci_batch(items, 2);
    error = items[0].error != 0 ? items[0].error : items[1].error;
    if (error != 0)
        log_error(udma, "flow %u: configuration failed (%d)", (unsigned)number, error);
    return error;
}

static int configure(struct udma_flow *flow)
{
    const struct udma_receive *receive = flow->receive;
    const uint16_t number = (uint16_t)(receive->first_flow + flow->index);
    int error = configure_rings(flow);

    if (error == 0)
        error = configure_number(flow, number);
    /* The channel's default flow leads where the first of its range does. */
    if (error == 0 && flow->index == 0 && number != receive->number)
        error = configure_number(flow, receive->number);
    return error;
}

/* ---- giving back ---- */

static int take_back_ring(struct udma_ring *ring)
{
    return ring->registers != NULL ? udma_packet_close_ring(ring) : 0;
}

static int take_back(void *owner)
{
    struct udma_flow *flow = owner;
    int error = take_back_ring(&flow->consumer.ring);

    for (unsigned i = 0; i < flow->consumer.feed_count; i++) {
        int later = take_back_ring(&flow->feeds[i].ring);

        error = error != 0 ? error : later;
    }
    return error;
}

static void give_back_number(struct udma *udma, const struct udma_ring *ring, bool last)
{
    if (ring->registers != NULL)
        udma_packet_give_back_ring(udma, ring->index, last);
}

static void discard(void *owner, bool last)
{
    struct udma_flow *flow = owner;
    struct udma *udma = flow->consumer.udma;

    give_back_number(udma, &flow->consumer.ring, last);
    for (unsigned i = 0; i < flow->consumer.feed_count; i++)
        give_back_number(udma, &flow->feeds[i].ring, last);
    udma_packet_free(&flow->consumer);
    free(flow);
}

static const struct udma_held_kind held_kind = {"flow", 0, take_back, discard};

/* ---- open and close ---- */

static int bring_up(struct udma_flow *flow)
{
    int error = prepare_rings(flow);

    if (error != 0) { /* no ring has been configured: only memory is given back */
        udma_ring_forget(&flow->consumer.ring);
        for (unsigned i = 0; i < flow->consumer.feed_count; i++)
            udma_ring_forget(&flow->feeds[i].ring);
        return error;
    }
    flow->free_head[1] = flow->consumer.ring.index;
    error = configure(flow);
    if (error == 0)
        error = udma_packet_request(
            &flow->consumer, flow->config.name, flow->config.core, udma_flow_interrupt,
            flow->index == 0 ? UDMA_RECEIVE_ERROR(flow->receive->number) : UDMA_NO_ERROR_EVENT);
    return error;
}

int udma_flow_open(struct udma_receive *receive, unsigned index,
                   const struct udma_flow_config *config, struct udma_flow **flow)
{
    struct udma_flow *opened;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (receive == NULL || flow == NULL || index >= receive->config.flow_count || !is_valid(config))
        return -EINVAL;
    if (receive->flows[index] != NULL || udma_half_is_running(receive->half) ||
        PACKET_GET(receive->ending))
        return -EBUSY;
    udma_held_retry();
    error = allocate(receive, index, config, &opened);
    if (error != 0)
        return error;
    opened->held = (struct udma_held){
        NULL, &held_kind, opened, receive->udma, (uint16_t)(receive->first_flow + index),
    };
    error = bring_up(opened);
    if (error == 0) {
        receive->flows[index] = *flow = opened;
        return 0;
    }
    return udma_held_dispose(&opened->held, true) != 0 ? -EIO : error;
}

static int quiesce(struct udma_flow *flow, bool message)
{
    int error = udma_packet_end_deferral(&flow->consumer);
    if (error != 0)
        return error;
    PACKET_SET(flow->consumer.closing, true);
    for (unsigned i = 0; i < flow->consumer.feed_count; i++)
        udma_feed_refuse(&flow->feeds[i], -ECANCELED);
    return udma_packet_stop(&flow->consumer, message);
}

/* Nobody polls it from then on. */
int udma_flow_quiesce(struct udma_flow *flow, bool message)
{
    int error;

    if (flow->quiet)
        return 0;
    if (!udma_poll_begin(&flow->consumer.polling))
        return -EAGAIN;
    error = quiesce(flow, message);
    flow->quiet = error == 0;
    if (!flow->quiet)
        udma_poll_end(&flow->consumer.polling);
    return error;
}

int udma_flow_release(struct udma_flow *flow)
{
    int freed = udma_packet_free_interrupt(&flow->consumer);

    if (freed == -EAGAIN)
        return freed;
    udma_flow_return(flow);
    flow->receive->flows[flow->index] = NULL;
    return udma_held_dispose(&flow->held, freed != 0) != 0 || freed != 0 ? -EIO : 0;
}

int udma_flow_close(struct udma_flow *flow)
{
    struct udma_receive *receive;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (flow == NULL)
        return -EINVAL;
    receive = flow->receive;
    if (udma_half_is_running(receive->half))
        return -EBUSY;
    if (!udma_end_begin(&receive->ending))
        return -EAGAIN;
    udma_held_retry();
    error = udma_flow_quiesce(flow, false);
    if (error == 0)
        error = udma_flow_release(flow);
    udma_end_finish(&receive->ending);
    return error;
}

uint16_t udma_flow_free_ring(const struct udma_flow *flow, unsigned free_ring)
{
    return flow->feeds[free_ring].ring.index;
}

unsigned udma_flow_core(const struct udma_flow *flow)
{
    return udma_route_core(flow->consumer.irq, &flow->consumer.deferral);
}

int udma_flow_describe(const struct udma_flow *flow, char *text, size_t size)
{
    int used = sniprintf(
        text, size, "rchan %u, flow %u, ring %u > ", (unsigned)flow->receive->number,
        (unsigned)flow->receive->first_flow + flow->index, (unsigned)flow->consumer.ring.index);

    used = udma_route_describe(flow->consumer.irq, flow->consumer.coalescer, used, text, size);
    return udma_errors_describe(&flow->consumer, text, size, used);
}
