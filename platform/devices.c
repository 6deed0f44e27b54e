// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Navigator of the A53s' domain (TI-SCI documentation, "AM65x Devices Descriptions").
 */
#include "platform/am65x.h"
#include "platform/internal.h"

const uint16_t platform_devices[] = {
    [PLATFORM_DEVICE_INTR] = AM65X_DEV_INTR,
    [PLATFORM_DEVICE_INTA] = AM65X_DEV_INTA,
    [PLATFORM_DEVICE_RINGACC] = AM65X_DEV_RINGACC,
    [PLATFORM_DEVICE_UDMAP] = AM65X_DEV_UDMAP,
};
