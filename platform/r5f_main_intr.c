// SPDX-License-Identifier: BSD-3-Clause
/*
 * The main Navigator's router as an R5F has it: its outputs 120-127 are inputs 184-191 of
 * MAIN2MCU_LVL, whose outputs are inputs of the VIMs (TI-SCI documentation for the AM65x,
 * "Interrupt Management Device Descriptions"; docs/hardware.md). Brought up for the first device
 * that wants it: an application that has none has none of this.
 */
#include "msi/binding.h"
#include "platform/am65x.h"
#include "platform/internal.h"

#include <errno.h>
#include <stddef.h>

static struct irq_parent *near, *far, *chain;

static int bring_up(void)
{
    static const struct intr_output_range near_outputs = {
        AM65X_INTR_OUTPUTS_MCU, AM65X_MAIN2MCU_FROM_INTR, AM65X_INTR_OUTPUTS_MCU_COUNT};
    static const struct intr_output_range far_outputs = {0, AM65X_VIM_INTID + AM65X_VIM_MAIN2MCU,
                                                         AM65X_MAIN2MCU_OUTPUTS};
    static const struct intr_facts near_facts = {
        .device_id = AM65X_DEV_INTR, .ranges = &near_outputs, .range_count = 1};
    static const struct intr_facts far_facts = {
        .device_id = AM65X_DEV_MAIN2MCU_LVL, .ranges = &far_outputs, .range_count = 1};
    int error = 0;

    if (near == NULL)
        error = irq_intr_init(&near_facts, &near);
    if (error == 0 && far == NULL)
        error = irq_intr_init(&far_facts, &far);
    if (error == 0 && chain == NULL)
        error = irq_chain_init(near, far, &chain);
    return error;
}

int platform_bind_main_intr(struct device *device, const uint16_t *inputs, uint32_t count)
{
    int error = platform_parents.intr != NULL ? bring_up() : -ENODEV;

    return error == 0 ? irq_bind_chain(device, chain, inputs, count) : error;
}
