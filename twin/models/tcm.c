// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5Fs' tightly coupled memories as others see them, through the cores' slave ports (AM65x TRM
 * SPRUID7, "Memory Map", MCU_ARMSS; Arm DDI 0460, "AXI slave interface"): 32 KiB of ATCM and of
 * BTCM each. Nothing is there while the core has no power, or is in reset.
 *
 * For boards on which nobody runs an R5F: who does has memory there instead, and none of these
 * accesses come here.
 */
#include "twin/models/models.h"

#define WORDS (TCM_SIZE / 4)

static uint32_t memories[2 * AM65X_R5F_COUNT][WORDS];
static bool written;

void tcm_reset(void)
{
    if (written)
        memset(memories, 0, sizeof(memories));
    written = false;
}

/* The memories of core 0, then of core 1. */
static bool is_there(unsigned instance)
{
    return am65x_processor(instance / 2)->released;
}

uint64_t tcm_read(unsigned instance, uint64_t offset)
{
    return is_there(instance) ? memories[instance][offset / 4] : 0;
}

void tcm_write(unsigned instance, uint64_t offset, uint64_t value)
{
    if (!is_there(instance))
        return;
    memories[instance][offset / 4] = (uint32_t)value;
    written = true;
}
