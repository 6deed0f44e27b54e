// SPDX-License-Identifier: BSD-3-Clause
#include "tests/host/support/r5f_host.h"

#include "twin/models/am65x.h"

struct r5f_lines r5f_lines[2];

void model_r5f_interrupt(unsigned core, bool irq, bool fiq)
{
    r5f_lines[core].irq = irq;
    r5f_lines[core].fiq = fiq;
    r5f_lines[core].changes++;
}
