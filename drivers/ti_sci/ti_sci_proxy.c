// SPDX-License-Identifier: BSD-3-Clause
/*
 * Proxies, through which a ring is used in message mode (TI-SCI documentation, "Resource Management
 * Proxy").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

int ti_sci_proxy_configure(uint16_t proxy_device, uint16_t index)
{
    struct tisci_proxy_request request = {.nav_id = proxy_device, .index = index};
    int error = ti_sci_request(TISCI_MSG_RM_PROXY_CFG, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: proxy %u refused", proxy_device, index);
    return error;
}
