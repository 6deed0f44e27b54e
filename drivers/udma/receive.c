// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening, starting and closing receive channels (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Setup",
 * "Channel Teardown"; TI-SCI documentation, TISCI_MSG_RM_UDMAP_RX_CH_CFG), and pairing them with
 * transmit channels.
 */
#include "arch/mmio.h"
#include "drivers/udma/packet_channels.h"
#include "drivers/udma/static_tr.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static bool is_valid(const struct udma_receive_config *config)
{
    return config != NULL && config->flow_count != 0 && config->flow_count <= UDMA_FLOWS_MAX &&
           config->priority < 8u &&
           (config->endpoint == NULL ||
            (config->endpoint->packet_mode && udma_endpoint_check(config->endpoint, true) == 0));
}

/* ---- numbers and memory ---- */

/* The range, or the channel's default flow alone. */
static int take_flows(struct udma_receive *receive)
{
    receive->first_flow = receive->number;
    return receive->config.flow_count > 1u
               ? udma_packet_take_flows(receive->udma, receive->config.flow_count,
                                        &receive->first_flow)
               : 0;
}

static void discard(void *owner, bool last)
{
    struct udma_receive *receive = owner;

    if (receive->first_flow != receive->number)
        udma_packet_give_back_flows(receive->udma, receive->config.flow_count, receive->first_flow,
                                    last);
    udma_packet_give_back_channel(receive->udma, UDMA_RECEIVE, receive->number, last);
    free(receive);
}

static int allocate(const struct udma_receive_config *config, struct udma *udma,
                    struct udma_receive **made)
{
    struct udma_receive *receive = calloc(1, sizeof(*receive));
    int error;

    if (receive == NULL)
        return -ENOMEM;
    receive->config = *config;
    receive->udma = udma;
    error = udma_packet_take_channel(udma, UDMA_RECEIVE, &receive->number);
    if (error != 0) {
        free(receive);
        return error;
    }
    error = take_flows(receive);
    if (error != 0) {
        receive->first_flow = receive->number;
        discard(receive, false);
        return error;
    }
    receive->half = udma_halves_of(udma, receive->number).receive;
    receive->link.udma = udma;
    receive->link.destination =
        (uint16_t)((udma->facts.psil_base + receive->number) | PSIL_DESTINATION);
    if (config->endpoint != NULL)
        receive->link.source = config->endpoint->source_thread;
    *made = receive;
    return 0;
}

/* ---- taking and giving back ---- */

static int disable(const struct udma_receive *receive)
{
    const struct udma_halves halves = {receive->number, NULL, receive->half};

    return udma_see_off(&halves);
}

static int configure(struct udma_receive *receive)
{
    const bool range = receive->first_flow != receive->number;
    struct ti_sci_item items[2] = {0};
    int error, later;

    items[0].kind = TI_SCI_UDMAP_RX;
    items[0].receive = (struct ti_sci_udmap_rx_config){
        .udmap_device = receive->udma->facts.udmap_device,
        .index = receive->number,
        .channel_type = TI_SCI_UDMAP_CHANNEL_PACKET,
        .fetch_size = HOST_FETCH_WORDS,
        .completion_ring = TI_SCI_NO_RING,
        .flow_first = range ? receive->first_flow : 0,
        .flow_count = range ? receive->config.flow_count : 0,
        .priority = receive->config.priority,
    };
    items[1].kind = TI_SCI_PSIL_PAIR;
    udma_pairing_ask(&receive->link, &items[1].psil);
    ti_sci_batch(items, receive->config.endpoint != NULL ? 2 : 1);
    error = items[0].error;
    if (error != 0)
        log_error(udma, "receive channel %u: configuration failed (%d)", (unsigned)receive->number,
                  error);
    if (receive->config.endpoint == NULL)
        return error;
    later = udma_pair_settle(&receive->link, items[1].error, error == 0);
    error = error != 0 ? error : later;
    return error == -EADDRINUSE ? -EACCES : error;
}

static int bring_up(struct udma_receive *receive)
{
    int error = disable(receive); /* an earlier user left it on */

    return error == 0 ? configure(receive) : error;
}

static int take_back(void *owner)
{
    struct udma_receive *receive = owner;
    int error = disable(receive);

    return error == 0 ? udma_unpair(&receive->link) : error;
}

static const struct udma_held_kind held_kind = {"receive channel", 0, take_back, discard};

/* ---- open, start, close ---- */

int udma_receive_open(const struct udma_receive_config *config, struct udma_receive **receive)
{
    struct udma_receive *opened;
    struct udma *udma;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (receive == NULL || !is_valid(config))
        return -EINVAL;
    udma_held_retry();
    udma = udma_or_main(config->udma);
    error = udma != NULL ? allocate(config, udma, &opened) : -ENODEV;
    if (error != 0)
        return error;
    opened->held = (struct udma_held){NULL, &held_kind, opened, udma, opened->number};
    error = bring_up(opened);
    if (error == 0) {
        *receive = opened;
        return 0;
    }
    return udma_held_dispose(&opened->held, true) != 0 ? -EIO : error;
}

static bool flows_are_open(const struct udma_receive *receive)
{
    for (unsigned i = 0; i < receive->config.flow_count; i++)
        if (receive->flows[i] == NULL)
            return false;
    return true;
}

/* The receiving half first: it is there when the first data arrives. */
static void enable(struct udma_receive *receive)
{
    mmio_write32(UDMA_CTL(receive->half), UDMAP_CTL_ENABLE);
    if (receive->config.endpoint != NULL)
        udma_endpoint_start(receive->half, receive->config.endpoint, true);
    else
        udma_transmit_enable(receive->partner);
}

int udma_receive_start(struct udma_receive *receive)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    if (receive == NULL || !flows_are_open(receive))
        return -EINVAL;
    if (receive->config.endpoint == NULL && receive->partner == NULL)
        return -ENOTCONN;
    if (udma_half_is_running(receive->half))
        return -EALREADY;
    for (unsigned i = 0; i < receive->config.flow_count; i++)
        __atomic_store_n(&receive->flows[i]->consumer.told, false, __ATOMIC_RELEASE);
    enable(receive);
    return 0;
}

/* The message is expected from here on. */
static int stop(struct udma_receive *receive)
{
    for (unsigned i = 0; i < receive->config.flow_count; i++)
        if (receive->flows[i] != NULL)
            PACKET_SET(receive->flows[i]->consumer.closing, true);
    return udma_half_teardown(receive->half, receive->config.endpoint != NULL);
}

/* Those that are left after -EAGAIN are closed by the next call. Nothing is cut off before all that
 * has come has been delivered. */
static int close_flows(struct udma_receive *receive, bool message)
{
    int error;

    for (unsigned i = 0; i < receive->config.flow_count; i++) {
        error =
            receive->flows[i] != NULL ? udma_flow_quiesce(receive->flows[i], message && i == 0) : 0;
        if (error != 0)
            return error;
    }
    if (receive->flows[0] != NULL)
        udma_packet_look_for_error(&receive->flows[0]->consumer, receive->half);
    udma_half_cut_off(receive->half);
    for (unsigned i = 0; i < receive->config.flow_count; i++) {
        error = receive->flows[i] != NULL ? udma_flow_release(receive->flows[i]) : 0;
        if (error == -EAGAIN)
            return error;
        receive->failed = receive->failed || error != 0;
    }
    return 0;
}

int udma_receive_close(struct udma_receive *receive)
{
    int error, stopped;
    bool ran;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (receive == NULL)
        return -EINVAL;
    if (receive->partner != NULL)
        return -EBUSY;
    udma_held_retry();
    ran = udma_half_is_running(receive->half);
    if (receive->stopped == 0)
        receive->stopped = stop(receive);
    error = close_flows(receive, ran && receive->stopped == 0);
    if (error != 0)
        return error;
    if (receive->config.endpoint != NULL)
        udma_endpoint_stop(receive->half);
    stopped = receive->stopped;
    if (stopped != 0)
        log_error(udma, "receive channel %u: not stopped in time, cut off",
                  (unsigned)receive->number);
    error = receive->failed ? -EIO : 0;
    return udma_held_dispose(&receive->held, false) != 0 || error != 0 ? -EIO : stopped;
}

uint16_t udma_receive_first_flow(const struct udma_receive *receive)
{
    return receive->first_flow;
}

/* ---- loopback ---- */

int udma_loopback_pair(struct udma_transmit *transmit, struct udma_receive *receive)
{
    struct ti_sci_item item = {.kind = TI_SCI_PSIL_PAIR};
    unsigned long state;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (transmit == NULL || receive == NULL || transmit->config.endpoint != NULL ||
        receive->config.endpoint != NULL)
        return -EINVAL;
    if (transmit->partner != NULL || receive->partner != NULL)
        return -EALREADY;
    if (udma_half_is_running(receive->half))
        return -EBUSY;
    error = udma_unpair(&transmit->link); /* of an attempt of which nobody knows what came */
    if (error != 0)
        return error;
    transmit->link.destination = receive->link.destination;
    udma_pairing_ask(&transmit->link, &item.psil);
    ti_sci_batch(&item, 1);
    error = udma_pair_settle(&transmit->link, item.error, true);
    if (error != 0) {
        if (transmit->link.state == UDMA_PAIRING_UNKNOWN)
            (void)udma_unpair(&transmit->link); /* else with its close */
        return error == -EADDRINUSE ? -EACCES : error;
    }
    transmit->partner = receive;
    receive->partner = transmit;
    state = spin_lock(&transmit->feed.lock);
    transmit->feed.refusal = transmit->feed.refusal == -ENOTCONN ? 0 : transmit->feed.refusal;
    spin_unlock(&transmit->feed.lock, state);
    return 0;
}
