// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive flows: what becomes of a packet that a UDMAP receives (TI-SCI documentation, "Resource
 * Management UDMAP"). As in ti_sci_batch.c, every field is set.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"

#include <string.h>

_Static_assert(sizeof(struct tisci_udmap_flow_request) <= sizeof(struct ti_sci_storage) &&
                   sizeof(struct tisci_udmap_flow_sizes_request) <= sizeof(struct ti_sci_storage),
               "room for a request");

static struct ti_sci_item item_of(uint16_t type, const char *name, uint16_t device, uint16_t index,
                                  const struct ti_sci_storage *storage, size_t size)
{
    return (struct ti_sci_item){
        .kind = TI_SCI_PREPARED,
        .prepared = {.device = device,
                     .index = index,
                     .type = type,
                     .size = (uint8_t)size,
                     .name = name,
                     .request = storage},
    };
}

void ti_sci_prepare_flow(const struct ti_sci_flow_config *config, struct ti_sci_storage *storage,
                         struct ti_sci_item *item)
{
    struct tisci_udmap_flow_request request = {
        .valid_params = TISCI_UDMAP_FLOW_VALID,
        .nav_id = config->udmap_device,
        .flow_index = config->index,
        .rx_einfo_present = config->epib,
        .rx_psinfo_present = config->words,
        .rx_error_handling = config->wait_when_empty,
        .rx_desc_type = config->descriptor_type,
        .rx_sop_offset = config->data_offset,
        .rx_dest_qnum = config->completion_ring,
        .rx_src_tag_hi = config->source_tag_high,
        .rx_src_tag_lo = config->source_tag_low,
        .rx_dest_tag_hi = config->destination_tag_high,
        .rx_dest_tag_lo = config->destination_tag_low,
        .rx_src_tag_hi_sel = config->source_high_from,
        .rx_src_tag_lo_sel = config->source_low_from,
        .rx_dest_tag_hi_sel = config->destination_high_from,
        .rx_dest_tag_lo_sel = config->destination_low_from,
        .rx_fdq_qnum = {config->free_rings[0], config->free_rings[1], config->free_rings[2],
                        config->free_rings[3]},
        .rx_ps_location = config->words_in_data,
    };

    memcpy(storage, &request, sizeof(request));
    *item = item_of(TISCI_MSG_RM_UDMAP_FLOW_CFG, "receive flow configuration", config->udmap_device,
                    config->index, storage, sizeof(request));
}

int ti_sci_flow_configure(const struct ti_sci_flow_config *config)
{
    struct ti_sci_storage storage;
    struct ti_sci_item item;

    ti_sci_prepare_flow(config, &storage, &item);
    ti_sci_batch(&item, 1);
    return item.error;
}

void ti_sci_prepare_flow_sizes(const struct ti_sci_flow_sizes *sizes,
                               struct ti_sci_storage *storage, struct ti_sci_item *item)
{
    struct tisci_udmap_flow_sizes_request request = {
        .valid_params = TISCI_UDMAP_FLOW_SIZES_VALID,
        .nav_id = sizes->udmap_device,
        .flow_index = sizes->index,
        .rx_size_thresh_en = (uint8_t)((1u << sizes->count) - 1u),
    };

    /* The firmware looks at rings of thresholds that are not in use, too. */
    for (unsigned i = 0; i < TI_SCI_FLOW_THRESHOLDS; i++) {
        if (i < sizes->count)
            request.rx_size_thresh[i] =
                (uint16_t)(sizes->thresholds[i] / TISCI_UDMAP_FLOW_SIZE_UNIT);
        request.rx_fdq0_sz_qnum[i] = sizes->free_rings[i];
    }
    memcpy(storage, &request, sizeof(request));
    *item = item_of(TISCI_MSG_RM_UDMAP_FLOW_SIZE_THRESH_CFG, "packet sizes of receive flow",
                    sizes->udmap_device, sizes->index, storage, sizeof(request));
}

int ti_sci_flow_sizes_configure(const struct ti_sci_flow_sizes *sizes)
{
    struct ti_sci_storage storage;
    struct ti_sci_item item;

    ti_sci_prepare_flow_sizes(sizes, &storage, &item);
    ti_sci_batch(&item, 1);
    return item.error;
}
