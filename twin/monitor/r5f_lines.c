// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5F cores' interrupt lines: no core is at their end yet.
 */
#include "twin/models/am65x.h"

void model_r5f_interrupt(unsigned core, bool irq, bool fiq)
{
    (void)core;
    (void)irq;
    (void)fiq;
}
