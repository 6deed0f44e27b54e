// SPDX-License-Identifier: BSD-3-Clause
/*
 * The SoC as a Cortex-R5F of the MCU domain has it: the MCU Navigator, the VIM, whose inputs from
 * 352 on have no source.
 */
#include "platform/am65x.h"
#include "tests/target/soc.h"

const struct test_soc test_soc = {
    .inta = AM65X_DEV_MCU_INTA,
    .intr = AM65X_DEV_MCU_INTR,
    .ringacc = AM65X_DEV_MCU_RINGACC,
    .udmap = AM65X_DEV_MCU_UDMAP,
    .some_ring = 160,
    .inta_base = AM65X_MCU_INTA_BASE,
    .intid_answers = AM65X_VIM_INTID + AM65X_VIM_SCI_RX,
    .intid_wire = AM65X_VIM_INTID + 400,
    .direct_inputs = 16,
    .dma_max = 0x180000,
};
