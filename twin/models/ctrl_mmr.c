// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parts of the control modules that boot code and drivers of the field program (AM65x TRM
 * SPRUID7, 5.1 "Control Module (CTRL_MMR)"): the pads' configuration, and the page with the modes
 * of SERDES, PCIe and PHYs; in the MCU's the same page, with the mode of its Ethernet port. They
 * only remember what is written: no pin is behind them, and who needs a mode looks. The pads come
 * out of reset as zero, not with the TRM's value for each.
 */
#include "twin/models/models.h"

/* The largest region's registers. */
#define REGISTER_MAX 0x400u

static uint32_t registers[CTRL_MMR_COUNT][REGISTER_MAX];

void ctrl_mmr_reset(void)
{
    memset(registers, 0, sizeof(registers));
}

uint64_t ctrl_mmr_read(unsigned region, uint64_t offset)
{
    return offset / 4 < REGISTER_MAX ? registers[region][offset / 4] : 0;
}

void ctrl_mmr_write(unsigned region, uint64_t offset, uint64_t value)
{
    if (offset / 4 < REGISTER_MAX)
        registers[region][offset / 4] = (uint32_t)value;
    if (region == CTRL_MMR_MODES)
        pcie_follow();
}
