// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is powered under the sweep (tests/sweep/machine.h). In a file of its own: the model of the
 * UART has a function of the driver's name.
 */
#include "tests/sweep/machine.h"
#include "twin/models/models.h"

unsigned machine_devices_on(void)
{
    unsigned on = 0;

    for (unsigned device = 0; sysfw_device_exists(device); device++)
        on += sysfw_device_is_on(device);
    return on;
}
