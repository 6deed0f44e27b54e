// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ring monitors (TI-SCI documentation, "Resource Management Ring Accelerator").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

int ti_sci_monitor_configure(const struct ti_sci_monitor_config *config)
{
    struct tisci_ring_mon_request request = {
        .valid_params = TISCI_RING_MON_VALID,
        .nav_id = config->ringacc_device,
        .index = config->index,
        .source = config->source,
        .mode = config->mode,
        .queue = config->ring,
        .data0_val = config->values[0],
        .data1_val = config->values[1],
    };
    int error = ti_sci_request(TISCI_MSG_RM_RING_MON_CFG, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: monitor %u of ring %u refused", config->ringacc_device,
                  config->index, config->ring);
    return error;
}
