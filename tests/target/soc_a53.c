// SPDX-License-Identifier: BSD-3-Clause
/*
 * The SoC as an A53 has it: the main Navigator, the GIC.
 */
#include "platform/am65x.h"
#include "tests/target/soc.h"

/* Inputs of NAVSS0's router: the mailboxes, 392-439, and before them what nobody uses here. */
const struct test_soc test_soc = {
    .inta = AM65X_DEV_INTA,
    .intr = AM65X_DEV_INTR,
    .ringacc = AM65X_DEV_RINGACC,
    .udmap = AM65X_DEV_UDMAP,
    .some_ring = 403,
    .inta_base = AM65X_INTA_BASE,
    .intid_answers = AM65X_SCI_RX_INTID,
    .intid_wire = 201,
    .direct_inputs = 360,
    .holds_back = true,
    .dma_max = SIZE_MAX,
};
