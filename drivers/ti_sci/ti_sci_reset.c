// SPDX-License-Identifier: BSD-3-Clause
/*
 * Local resets (TI-SCI documentation, "Power Management Device").
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci_processor.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

int ti_sci_reset(uint16_t device, uint32_t resets)
{
    struct tisci_set_resets_request request = {.id = device, .resets = resets};
    int error = ti_sci_request(TISCI_MSG_SET_DEVICE_RESETS, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "device %u: resets 0x%x refused", device, (unsigned)resets);
    return error;
}
