// SPDX-License-Identifier: BSD-3-Clause
/*
 * Resources of the Navigator Subsystem: ranges, rings, UDMAP channels, PSI-L pairings
 * (TI-SCI documentation, "Resource Management Core", "... Ring Accelerator", "... UDMAP" and
 * "... PSI-L").
 *
 * Only fields whose valid bit is set are programmed, and the firmware leaves the others as they
 * are, as an earlier user may have left them. So all of a channel's are set. What does not stand in
 * a request here is zero, as after a reset: no pause on an error, physical addresses, a teardown
 * tells the completion ring, nothing filtered or ignored, no flows beside the channel's own, all
 * channels alike in priority, quality of service, order and scheduling.
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

/* Logs a refusal; ti_sci_request() has logged all other errors. */
static int refusal(int error, const char *what, uint16_t device, uint16_t index)
{
    if (error == -EACCES)
        log_error(ti_sci, "device %u: %s %u refused", device, what, index);
    return error;
}

static unsigned refused_ranges; /* atomic */

unsigned ti_sci_refused_ranges(void)
{
    return __atomic_load_n(&refused_ranges, __ATOMIC_RELAXED);
}

/* -EMSGSIZE: it may be cut to its header, and says nothing. A range of nothing has a start. */
static int ask_for_range(const struct tisci_get_range_request *request,
                         struct tisci_get_range_answer *answer)
{
    int error = ti_sci_request(TISCI_MSG_RM_GET_RESOURCE_RANGE, request, sizeof(*request), answer,
                               sizeof(*answer));

    if (error != 0)
        return error;
    if ((answer->range_start | answer->range_num | answer->range_start_sec |
         answer->range_num_sec) == 0)
        return -EMSGSIZE;
    return answer->range_num == 0 && answer->range_num_sec == 0 ? -ENOENT : 0;
}

int ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range)
{
    struct tisci_get_range_request request = {
        .type = device, .subtype = subtype, .secondary_host = TISCI_NO_SECONDARY_HOST};
    struct tisci_get_range_answer answer;
    int error = ask_for_range(&request, &answer);

    if (error == -EMSGSIZE)
        error = ask_for_range(&request, &answer);
    if (error == -EMSGSIZE)
        return ti_sci_short_answer(TISCI_MSG_RM_GET_RESOURCE_RANGE);
    if (error == -EACCES) {
        __atomic_fetch_add(&refused_ranges, 1, __ATOMIC_RELAXED);
        log_warning(ti_sci, "device %u: subtype 0x%02x refused: nothing of it is this host's",
                    device, subtype);
        return -ENOENT;
    }
    if (error != 0)
        return error;
    range->first = answer.range_start;
    range->count = answer.range_num;
    range->second_first = answer.range_start_sec;
    range->second_count = answer.range_num_sec;
    return 0;
}

int ti_sci_ring_configure(const struct ti_sci_ring_config *config)
{
    struct tisci_ring_cfg_request request = {
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
    int error = ti_sci_request(TISCI_MSG_RM_RING_CFG, &request, sizeof(request), NULL, 0);

    return refusal(error, "ring configuration", config->navss_device, config->index);
}

int ti_sci_udmap_tx_configure(const struct ti_sci_udmap_tx_config *config)
{
    struct tisci_udmap_tx_request request = {
        .valid_params = TISCI_UDMAP_TX_VALID,
        .nav_id = config->udmap_device,
        .index = config->index,
        .tx_chan_type = config->channel_type,
        .tx_fetch_size = config->fetch_size,
        .txcq_qnum = config->completion_ring,
        .fdepth = TISCI_UDMAP_FIFO_FULL,
        .tx_burst_size = TISCI_UDMAP_BURST_64,
    };
    int error = ti_sci_request(TISCI_MSG_RM_UDMAP_TX_CH_CFG, &request, sizeof(request), NULL, 0);

    return refusal(error, "transmit channel configuration", config->udmap_device, config->index);
}

int ti_sci_udmap_rx_configure(const struct ti_sci_udmap_rx_config *config)
{
    struct tisci_udmap_rx_request request = {
        .valid_params = TISCI_UDMAP_RX_VALID,
        .nav_id = config->udmap_device,
        .index = config->index,
        .rx_fetch_size = config->fetch_size,
        .rxcq_qnum = config->completion_ring,
        .rx_chan_type = config->channel_type,
        .rx_burst_size = TISCI_UDMAP_BURST_64,
    };
    int error = ti_sci_request(TISCI_MSG_RM_UDMAP_RX_CH_CFG, &request, sizeof(request), NULL, 0);

    return refusal(error, "receive channel configuration", config->udmap_device, config->index);
}

static int psil(uint16_t type, uint16_t navss_device, uint16_t source, uint16_t destination)
{
    struct tisci_psil_request request = {
        .nav_id = navss_device,
        .src_thread = source,
        .dst_thread = destination | TISCI_PSIL_DESTINATION_BASE,
    };
    int error = ti_sci_request(type, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: %s of PSI-L threads 0x%x and 0x%x refused", navss_device,
                  type == TISCI_MSG_RM_PSIL_PAIR ? "pairing" : "unpairing", source, destination);
    return error;
}

int ti_sci_psil_pair(uint16_t navss_device, uint16_t source, uint16_t destination)
{
    return psil(TISCI_MSG_RM_PSIL_PAIR, navss_device, source, destination);
}

int ti_sci_psil_unpair(uint16_t navss_device, uint16_t source, uint16_t destination)
{
    return psil(TISCI_MSG_RM_PSIL_UNPAIR, navss_device, source, destination);
}
