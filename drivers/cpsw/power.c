// SPDX-License-Identifier: BSD-3-Clause
/*
 * The CPSW's power, asked of the system firmware. That it is needed, or no longer, is a state, not
 * a count: saying so again does no harm. So after a lost answer it is said again: at once, or, if
 * that fails too, at the next open or close.
 */
#include "drivers/cpsw/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"

#include <errno.h>

LOG_SUBJECT(cpsw);

static bool held; /* it may be on, and nobody needs it; of who has claimed the port */
static uint16_t held_device;

static int off(uint16_t device)
{
    int error = ti_sci_device_put(device);

    if (error == -ETIMEDOUT)
        error = ti_sci_device_put(device);
    held = error != 0;
    held_device = device;
    if (held)
        log_error(cpsw, "device %u: power off: error %d; it is tried again at the next open",
                  (unsigned)device, error);
    return error;
}

/* Whether a request that has ended with this error may have been carried out all the same. */
static bool is_unknown(int error)
{
    return error != 0 && error != -EACCES && error != -EBUSY && error != -EDEADLK &&
           error != -ENODEV;
}

int cpsw_power_on(uint16_t device)
{
    int error;

    if (held && held_device != device)
        (void)off(held_device);
    error = ti_sci_device_get(device);
    if (error == 0)
        held = false;
    else if (held || is_unknown(error))
        (void)off(device);
    return error;
}

int cpsw_power_off(uint16_t device)
{
    return off(device) == 0 ? 0 : -EIO;
}
