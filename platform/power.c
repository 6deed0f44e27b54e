// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that go off and come back (PSCI, Arm DEN 0022, 5.5 and 5.6), with their interrupts. What
 * the core's own interface to the GIC has lost is set up when it starts, as at boot; its
 * redistributor and its collection in the ITS keep what they have.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "boot/boot.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/local.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>

#define RESUME_US 1000000u

int platform_core_off(unsigned core)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (core == 0 || core >= core_count() || core == core_id())
        return -EINVAL;
    if (smp_join(core, 0) != 0)
        return -EBUSY;
    error = irq_evacuate_core(core);
    if (error == 0)
        error = smp_off(core);
    if (error != 0)
        (void)irq_admit_core(core);
    return error;
}

static void resume(void *argument)
{
    *(int *)argument = irq_local_resume();
}

int platform_core_on(unsigned core)
{
    static int resume_error;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    error = smp_on(core, (uintptr_t)secondary_start);
    if (error != 0)
        return error;
    error = smp_start(core, resume, &resume_error);
    if (error == 0)
        error = smp_join(core, RESUME_US);
    if (error == 0)
        error = resume_error;
    (void)irq_admit_core(core);
    return error;
}
