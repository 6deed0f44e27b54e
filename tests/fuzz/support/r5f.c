// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5F cores' interrupt lines, for targets that have the models without the monitor.
 */
#include "tests/fuzz/support/fuzz.h"
#include "twin/models/am65x.h"

void model_r5f_interrupt(unsigned core, bool irq, bool fiq)
{
    (void)irq;
    (void)fiq;
    FUZZ_CHECK(core < 2);
}
