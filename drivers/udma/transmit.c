// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing transmit channels (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Setup", "Channel
 * Teardown"; TI-SCI documentation, TISCI_MSG_RM_UDMAP_TX_CH_CFG).
 *
 * As with copies, each step leaves in the channel what it took, known or possible, and take_back()
 * goes by that: it undoes an open, closes, and tries again what could not be undone then.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/udma/coalesce.h"
#include "drivers/udma/packet_channels.h"
#include "drivers/udma/static_tr.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* A receiving half that its transmitting half has told says soon that it is off. */
#define PARTNER_TIMEOUT_US 10000u

static bool is_valid(const struct udma_transmit_config *config)
{
    return config != NULL && config->sent != NULL && config->depth != 0 &&
           config->depth <= UDMA_PACKET_DEPTH && config->buffers_max != 0 &&
           config->buffers_max <= UDMA_BUFFERS_MAX && config->priority < 8u &&
           config->length_max <= UDMA_BUFFER_MAX &&
           (config->header == NULL || (config->header->word_count <= UDMA_WORDS_MAX &&
                                       config->header->flow <= UDMA_FLOW_DEFAULT)) &&
           (config->polled || config->core == IRQ_CORE_ANY || config->core < core_count()) &&
           udma_coalesce_is_valid(&config->coalesce, config->depth, config->polled) &&
           (config->endpoint == NULL ||
            (config->endpoint->packet_mode && udma_endpoint_check(config->endpoint, false) == 0));
}

/* ---- numbers and memory ---- */

static int take_numbers(struct udma_transmit *transmit)
{
    int error = udma_packet_take_channel(transmit->udma, UDMA_TRANSMIT, &transmit->number);

    if (error != 0)
        return error;
    error = udma_packet_take_ring(transmit->udma, &transmit->completion_ring);
    if (error != 0)
        udma_packet_give_back_channel(transmit->udma, UDMA_TRANSMIT, transmit->number, false);
    return error;
}

static void discard(void *owner, bool last)
{
    struct udma_transmit *transmit = owner;

    udma_packet_give_back_ring(transmit->udma, transmit->completion_ring, last);
    udma_packet_give_back_channel(transmit->udma, UDMA_TRANSMIT, transmit->number, last);
    udma_packet_free(&transmit->consumer);
    free(transmit);
}

static void prepare(struct udma_transmit *transmit, const struct udma_transmit_config *config)
{
    struct udma_consumer *consumer = &transmit->consumer;

    transmit->config = *config;
    transmit->needs_epib = config->endpoint != NULL && config->endpoint->needs_epib;
    transmit->length_max = config->length_max != 0 ? config->length_max : UDMA_BUFFER_MAX;
    udma_transmit_prepare(transmit, config->header);
    transmit->config.header = NULL; /* copied */
    consumer->udma = transmit->udma;
    consumer->feeds = &transmit->feed;
    consumer->feed_count = 1;
    consumer->error = config->error;
    consumer->context = config->context;
    consumer->polled = config->polled;
    consumer->complete = udma_transmit_complete;
    consumer->after = udma_transmit_after;
    consumer->deferral.delivery = config->delivery;
    consumer->deferral.thread_core = config->thread_core;
    consumer->coalesce = &transmit->config.coalesce;
    transmit->half = udma_halves_of(transmit->udma, transmit->number).transmit;
    transmit->feed.refusal = -ENOTCONN;
    transmit->link.udma = transmit->udma;
    transmit->link.source = (uint16_t)(transmit->udma->facts.psil_base + transmit->number);
    if (config->endpoint != NULL)
        transmit->link.destination = config->endpoint->destination_thread;
}

static int allocate(const struct udma_transmit_config *config, struct udma *udma,
                    struct udma_transmit **made)
{
    struct udma_transmit *transmit = calloc(1, sizeof(*transmit));
    int error;

    if (transmit == NULL)
        return -ENOMEM;
    transmit->udma = udma;
    error = take_numbers(transmit);
    if (error != 0) {
        free(transmit);
        return error;
    }
    prepare(transmit, config);
    error = udma_packet_allocate(&transmit->consumer, config->depth, config->buffers_max);
    if (error != 0) {
        discard(transmit, false);
        return error;
    }
    *made = transmit;
    return 0;
}

/* ---- taking ---- */

static int prepare_rings(struct udma_transmit *transmit)
{
    const unsigned elements = transmit->feed.slots;
    int error =
        udma_packet_prepare_ring(transmit->udma, &transmit->feed.ring, transmit->number, elements);

    /* There is room for the teardown's message too: not all slots are in use at once. */
    if (error == 0)
        error = udma_packet_prepare_ring(transmit->udma, &transmit->consumer.ring,
                                         transmit->completion_ring, elements);
    if (error != 0)
        udma_ring_forget(&transmit->feed.ring);
    return error;
}

enum step {
    TRANSFER_RING,
    COMPLETION_RING,
    CHANNEL,
    PAIR,
    STEPS
};

_Static_assert(STEPS <= TI_SCI_BATCH_MAX, "one batch");

static void ask(const struct udma_transmit *transmit, struct ti_sci_item items[STEPS])
{
    const struct udma_endpoint *endpoint = transmit->config.endpoint;

    items[TRANSFER_RING].kind = items[COMPLETION_RING].kind = TI_SCI_RING;
    udma_ring_ask(&transmit->feed.ring, &items[TRANSFER_RING].ring);
    udma_ring_ask(&transmit->consumer.ring, &items[COMPLETION_RING].ring);
    items[CHANNEL].kind = TI_SCI_UDMAP_TX;
    items[CHANNEL].transmit = (struct ti_sci_udmap_tx_config){
        .udmap_device = transmit->udma->facts.udmap_device,
        .index = transmit->number,
        .channel_type = TI_SCI_UDMAP_CHANNEL_PACKET,
        .fetch_size = HOST_FETCH_WORDS,
        .completion_ring = transmit->completion_ring,
        .priority = transmit->config.priority,
        .no_teardown_message = endpoint != NULL && endpoint->no_teardown_message,
    };
    items[PAIR].kind = TI_SCI_PSIL_PAIR;
    udma_pairing_ask(&transmit->link, &items[PAIR].psil);
    ti_sci_batch(items, endpoint != NULL ? STEPS : PAIR);
}

/* All of it in one trip to the system firmware. Each outcome is looked at, whatever became of the
 * others. The first error. */
static int configure(struct udma_transmit *transmit)
{
    struct ti_sci_item items[STEPS] = {0};
    int error, later;

    ask(transmit, items);
    error = udma_ring_settle(&transmit->feed.ring, items[TRANSFER_RING].error);
    later = udma_ring_settle(&transmit->consumer.ring, items[COMPLETION_RING].error);
    error = error != 0 ? error : later;
    error = error != 0 ? error : items[CHANNEL].error;
    if (items[CHANNEL].error != 0)
        log_error(udma, "transmit channel %u: configuration failed (%d)",
                  (unsigned)transmit->number, items[CHANNEL].error);
    if (transmit->config.endpoint == NULL)
        return error;
    if (error == 0)
        items[PAIR].error = udma_endpoint_claim(&transmit->link, UDMA_TRANSMIT, items[PAIR].error);
    later = udma_pair_settle(&transmit->link, items[PAIR].error, error == 0);
    error = error != 0 ? error : later;
    return error == -EADDRINUSE ? -EACCES : error;
}

void udma_transmit_enable(struct udma_transmit *transmit)
{
    if (transmit->config.endpoint != NULL)
        udma_endpoint_start(transmit->half, transmit->config.endpoint, false);
    mmio_write32(UDMA_CTL(transmit->half), UDMAP_CTL_ENABLE);
}

static int disable(const struct udma_transmit *transmit)
{
    const struct udma_halves halves = {transmit->number, transmit->half, NULL};

    return udma_see_off(&halves);
}

static int bring_up(struct udma_transmit *transmit)
{
    int error = disable(transmit); /* an earlier user left it on */

    if (error == 0)
        error = prepare_rings(transmit);
    if (error == 0)
        error = configure(transmit);
    if (error == 0)
        error =
            udma_packet_request(&transmit->consumer, transmit->config.name, transmit->config.core,
                                udma_transmit_interrupt, UDMA_TRANSMIT_ERROR(transmit->number));
    if (error != 0 || transmit->config.endpoint == NULL)
        return error;
    transmit->feed.refusal = 0; /* nobody has the handle yet */
    udma_transmit_enable(transmit);
    return 0;
}

/* ---- giving back ---- */

static int take_back(void *owner)
{
    struct udma_transmit *transmit = owner;
    int error = disable(transmit), later;

    if (error == 0)
        error = udma_unpair(&transmit->link);
    /* Through a pairing that stays, the hardware may still use the rings: their memory is kept. */
    if (error != 0)
        return error;
    error = udma_packet_close_ring(&transmit->feed.ring);
    later = udma_packet_close_ring(&transmit->consumer.ring);
    return error != 0 ? error : later;
}

static const struct udma_held_kind held_kind = {"transmit channel", 0, take_back, discard};

/* ---- open and close ---- */

int udma_transmit_open(const struct udma_transmit_config *config, struct udma_transmit **transmit)
{
    struct udma_transmit *opened;
    struct udma *udma;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (transmit == NULL || !is_valid(config))
        return -EINVAL;
    udma_held_retry();
    udma = udma_or_main(config->udma);
    error = udma != NULL ? allocate(config, udma, &opened) : -ENODEV;
    if (error != 0)
        return error;
    opened->held = (struct udma_held){NULL, &held_kind, opened, udma, opened->number};
    error = bring_up(opened);
    if (error == 0) {
        *transmit = opened;
        return 0;
    }
    return udma_held_dispose(&opened->held, true) != 0 ? -EIO : error;
}

/* Of a loopback: the receiving half has been told by the transmitting one; it is off before the
 * pairing is taken back. */
static void stop_partner(const struct udma_transmit *transmit)
{
    struct udma_receive *receive = transmit->partner;

    if (receive == NULL)
        return;
    if (transmit->stopped == 0)
        (void)udma_half_wait_until_off(receive->half, PARTNER_TIMEOUT_US);
    udma_half_cut_off(receive->half);
}

/* From the first try on, of several. */
static int stop(struct udma_transmit *transmit)
{
    const struct udma_endpoint *endpoint = transmit->config.endpoint;
    bool ran = udma_half_is_running(transmit->half);
    int error;

    PACKET_SET(transmit->consumer.closing, true);
    udma_feed_refuse(&transmit->feed, -ECANCELED);
    if (transmit->stopped == 0)
        transmit->stopped = udma_half_teardown(transmit->half, false);
    error = udma_packet_stop(&transmit->consumer,
                             ran && transmit->stopped == 0 &&
                                 !(endpoint != NULL && endpoint->no_teardown_message));
    if (error != 0)
        return error;
    udma_packet_look_for_error(&transmit->consumer, transmit->half);
    udma_half_cut_off(transmit->half);
    return 0;
}

static int close(struct udma_transmit *transmit)
{
    int error, freed, stopped;

    error = udma_packet_end_deferral(&transmit->consumer);
    if (error == -EAGAIN) /* a callback that hangs keeps the channel, stopped */
        udma_feed_refuse(&transmit->feed, -ECANCELED);
    if (error != 0)
        return error;
    udma_held_retry();
    error = stop(transmit);
    freed = error == 0 ? udma_packet_free_interrupt(&transmit->consumer) : error;
    if (freed == -EAGAIN)
        return -EAGAIN;
    stop_partner(transmit);
    if (transmit->config.endpoint != NULL)
        udma_endpoint_stop(transmit->half);
    udma_transmit_cancel(transmit);
    stopped = transmit->stopped;
    if (stopped != 0)
        log_error(udma, "transmit channel %u: not drained in time, cut off",
                  (unsigned)transmit->number);
    if (transmit->partner != NULL)
        transmit->partner->partner = NULL;
    if (udma_held_dispose(&transmit->held, freed != 0) != 0 || freed != 0)
        return -EIO;
    return stopped;
}

/* Who comes to poll meanwhile is turned away. */
static int close_unpolled(struct udma_transmit *transmit)
{
    int error;

    if (!udma_poll_begin(&transmit->consumer.polling))
        return -EAGAIN;
    error = close(transmit);
    if (udma_is_still_open(error))
        udma_poll_end(&transmit->consumer.polling);
    return error;
}

int udma_transmit_close(struct udma_transmit *transmit)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (transmit == NULL)
        return -EINVAL;
    if (!udma_end_begin(&transmit->ending))
        return -EAGAIN;
    error = close_unpolled(transmit);
    if (udma_is_still_open(error))
        udma_end_finish(&transmit->ending);
    return error;
}

int udma_transmit_describe(const struct udma_transmit *transmit, char *text, size_t size)
{
    int used = sniprintf(text, size, "tchan %u, ring %u > ", (unsigned)transmit->number,
                         (unsigned)transmit->completion_ring);

    used =
        udma_route_describe(transmit->consumer.irq, transmit->consumer.coalescer, used, text, size);
    return udma_errors_describe(&transmit->consumer, text, size, used);
}
