// SPDX-License-Identifier: BSD-3-Clause
/*
 * The main Navigator's router as an A53 has it.
 */
#include "msi/binding.h"
#include "platform/internal.h"

#include <errno.h>
#include <stddef.h>

int platform_bind_main_intr(struct device *device, const uint16_t *inputs, uint32_t count)
{
    if (platform_intr() == NULL)
        return -ENODEV;
    return irq_bind_intr(device, platform_intr(), inputs, count);
}
