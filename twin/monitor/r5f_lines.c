// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the models call out about the R5Fs: their interrupt lines, from the VIMs, and whether they
 * run, from the system firmware's processor control, which does not lead those that the twin itself
 * has loaded. With the models' lock held.
 */
#include "twin/monitor/r5f.h"

void model_r5f_interrupt(unsigned core, bool irq, bool fiq)
{
    r5f_interrupt(core, irq, fiq);
}

/* In lock-step core 1 checks core 0, and runs nothing of its own. */
void model_processor_changed(unsigned core)
{
    struct am65x_processor control = *am65x_processor(core);

    control.released = control.released && !(core != 0 && control.lockstep);
    if ((parameters()->r5fs_loaded >> core & 1) == 0)
        r5f_control(core, &control);
}
