// SPDX-License-Identifier: BSD-3-Clause
/*
 * A UDMAP's global configuration (TI-SCI documentation, "Resource Management UDMAP").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

int ti_sci_udmap_clear_flow_status(uint16_t udmap_device)
{
    struct tisci_udmap_global_request request = {
        .valid_params = TISCI_UDMAP_GLOBAL_FLOW_STATUS_VALID,
        .nav_id = udmap_device,
    };
    int error = ti_sci_request(TISCI_MSG_RM_UDMAP_GCFG_CFG, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: clearing the status of refused flows refused", udmap_device);
    return error;
}
