// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings, UDMAP channels and PSI-L pairings (TI-SCI documentation, "Resource Management Ring
 * Accelerator", "... UDMAP" and "... PSI-L"): one request, or several at once.
 *
 * Several are sent one behind the other, without a wait in between, and then their answers are
 * waited for: one trip instead of one for each. The firmware takes them in that order, since a
 * thread is a queue (TI-SCI documentation, "Secure Proxy"). This host's queues have room for 20
 * requests and 22 answers (docs/hardware.md), so for a batch of each of four cores; a request for
 * which there is no room just now waits for it.
 *
 * Only fields whose valid bit is set are programmed, and the firmware leaves the others as they
 * are, as an earlier user may have left them. So all of a channel's are set.
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

union request {
    struct tisci_ring_cfg_request ring;
    struct tisci_udmap_tx_request transmit;
    struct tisci_udmap_rx_request receive;
    struct tisci_psil_request psil;
};

/* ---- what is sent ---- */

static size_t build_ring(struct tisci_ring_cfg_request *request,
                         const struct ti_sci_ring_config *config)
{
    *request = (struct tisci_ring_cfg_request){
        .valid_params = TISCI_RING_ADDR_LO_VALID | TISCI_RING_ADDR_HI_VALID |
                        TISCI_RING_COUNT_VALID | TISCI_RING_MODE_VALID | TISCI_RING_SIZE_VALID |
                        TISCI_RING_ORDER_ID_VALID,
        .nav_id = config->navss_device,
        .index = config->index,
        .addr_lo = (uint32_t)config->base,
        .addr_hi = (uint32_t)(config->base >> 32),
        .count = config->count,
        .mode = config->mode,
        .size = config->element_size,
        .order_id = config->order_id,
    };
    return sizeof(*request);
}

static size_t build_transmit(struct tisci_udmap_tx_request *request,
                             const struct ti_sci_udmap_tx_config *config)
{
    *request = (struct tisci_udmap_tx_request){
        .valid_params = TISCI_UDMAP_TX_VALID,
        .nav_id = config->udmap_device,
        .index = config->index,
        .tx_pause_on_err = config->pause_on_error,
        .tx_filt_einfo = config->filter_epib,
        .tx_filt_pswords = config->filter_words,
        .tx_atype = config->address_type,
        .tx_chan_type = config->channel_type,
        .tx_supr_tdpkt = config->no_teardown_message,
        .tx_fetch_size = config->fetch_size,
        .tx_credit_count = config->credits,
        .txcq_qnum = config->completion_ring,
        .tx_priority = config->priority,
        .tx_qos = config->qos,
        .tx_orderid = config->order_id,
        .fdepth = config->fifo_bytes != 0 ? config->fifo_bytes : TISCI_UDMAP_FIFO_FULL,
        .tx_sched_priority = config->scheduling,
        .tx_burst_size = config->burst != 0 ? config->burst : TI_SCI_UDMAP_BURST_64,
    };
    return sizeof(*request);
}

static size_t build_receive(struct tisci_udmap_rx_request *request,
                            const struct ti_sci_udmap_rx_config *config)
{
    *request = (struct tisci_udmap_rx_request){
        .valid_params = TISCI_UDMAP_RX_VALID,
        .nav_id = config->udmap_device,
        .index = config->index,
        .rx_fetch_size = config->fetch_size,
        .rxcq_qnum = config->completion_ring,
        .rx_priority = config->priority,
        .rx_qos = config->qos,
        .rx_orderid = config->order_id,
        .rx_sched_priority = config->scheduling,
        .flowid_start = config->flow_first,
        .flowid_cnt = config->flow_count,
        .rx_pause_on_err = config->pause_on_error,
        .rx_atype = config->address_type,
        .rx_chan_type = config->channel_type,
        .rx_ignore_short = config->ignore_short,
        .rx_ignore_long = config->ignore_long,
        .rx_burst_size = config->burst != 0 ? config->burst : TI_SCI_UDMAP_BURST_64,
    };
    return sizeof(*request);
}

static size_t build_psil(struct tisci_psil_request *request,
                         const struct ti_sci_psil_threads *threads)
{
    *request = (struct tisci_psil_request){
        .nav_id = threads->navss_device,
        .src_thread = threads->source,
        .dst_thread = threads->destination | TISCI_PSIL_DESTINATION_BASE,
    };
    return sizeof(*request);
}

static size_t build(union request *request, const struct ti_sci_item *item)
{
    switch (item->kind) {
    case TI_SCI_RING:
        return build_ring(&request->ring, &item->ring);
    case TI_SCI_UDMAP_TX:
        return build_transmit(&request->transmit, &item->transmit);
    case TI_SCI_UDMAP_RX:
        return build_receive(&request->receive, &item->receive);
    default:
        return build_psil(&request->psil, &item->psil);
    }
}

/* ---- several at once ---- */

static const struct {
    uint16_t type;
    const char *name;
} kinds[] = {
    [TI_SCI_RING] = {TISCI_MSG_RM_RING_CFG, "ring configuration"},
    [TI_SCI_UDMAP_TX] = {TISCI_MSG_RM_UDMAP_TX_CH_CFG, "transmit channel configuration"},
    [TI_SCI_UDMAP_RX] = {TISCI_MSG_RM_UDMAP_RX_CH_CFG, "receive channel configuration"},
    [TI_SCI_PSIL_PAIR] = {TISCI_MSG_RM_PSIL_PAIR, "pairing of PSI-L thread"},
    [TI_SCI_PSIL_UNPAIR] = {TISCI_MSG_RM_PSIL_UNPAIR, "unpairing of PSI-L thread"},
};

/* All kinds begin with the device and the number of what is asked for. */
_Static_assert(
    offsetof(struct ti_sci_item, ring.index) == offsetof(struct ti_sci_item, transmit.index) &&
        offsetof(struct ti_sci_item, ring.index) == offsetof(struct ti_sci_item, receive.index) &&
        offsetof(struct ti_sci_item, ring.index) == offsetof(struct ti_sci_item, psil.source) &&
        offsetof(struct ti_sci_item, ring.index) == offsetof(struct ti_sci_item, prepared.index),
    "log_refusal() takes one for the other");

/* ti_sci_request_all() has logged all other errors. */
static void log_refusal(const struct ti_sci_item *item)
{
    const char *name = item->kind == TI_SCI_PREPARED ? item->prepared.name : kinds[item->kind].name;

    log_error(ti_sci, "device %u: %s %u refused", item->ring.navss_device, name, item->ring.index);
}

static struct ti_sci_message message_of(union request *request, const struct ti_sci_item *item)
{
    if (item->kind == TI_SCI_PREPARED)
        return (struct ti_sci_message){
            .type = item->prepared.type,
            .request = item->prepared.request,
            .size = item->prepared.size,
        };
    return (struct ti_sci_message){
        .type = kinds[item->kind].type,
        .request = request,
        .size = build(request, item),
    };
}

void ti_sci_batch(struct ti_sci_item *items, unsigned count)
{
    struct ti_sci_message messages[TI_SCI_BATCH_MAX];
    union request requests[TI_SCI_BATCH_MAX];

    for (unsigned i = 0; i < count; i++)
        messages[i] = message_of(&requests[i], &items[i]);
    ti_sci_request_all(messages, count);
    for (unsigned i = 0; i < count; i++) {
        items[i].error = messages[i].error;
        if (items[i].error == -EACCES && !items[i].is_trial)
            log_refusal(&items[i]);
    }
}

/* ---- one at a time ---- */

static int request_one(struct ti_sci_item item)
{
    ti_sci_batch(&item, 1);
    return item.error;
}

int ti_sci_ring_configure(const struct ti_sci_ring_config *config)
{
    return request_one((struct ti_sci_item){.kind = TI_SCI_RING, .ring = *config});
}

int ti_sci_psil_pair(uint16_t navss_device, uint16_t source, uint16_t destination)
{
    return request_one((struct ti_sci_item){.kind = TI_SCI_PSIL_PAIR,
                                            .psil = {navss_device, source, destination}});
}

int ti_sci_psil_unpair(uint16_t navss_device, uint16_t source, uint16_t destination)
{
    return request_one((struct ti_sci_item){.kind = TI_SCI_PSIL_UNPAIR,
                                            .psil = {navss_device, source, destination}});
}
