// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that go off and come back (PSCI, Arm DEN 0022, 5.5 and 5.6), with their interrupts. What
 * the core's own interface to the GIC has lost it sets up when it starts, before it counts as on;
 * its redistributor and its collection in the ITS keep what they have.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "boot/boot.h"
#include "drivers/gic/gic.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/local.h"
#include "msi/timeout.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>

static struct mutex power_mutex = MUTEX_INIT; /* one core after the other, whoever asks */

static int turn_off(unsigned core)
{
    int error = irq_evacuate_core(core);

    if (error == 0)
        error = smp_off(core);
    if (!smp_is_on(core))
        timeout_adopt(core);
    if (error != 0 && smp_is_on(core))
        (void)irq_admit_core(core);
    return error;
}

int platform_core_off(unsigned core)
{
    int error;

    if (!irq_is_allowed() || mutex_lock(&power_mutex) != 0)
        return -EDEADLK;
    error = smp_join(core, 0);
    if (error == -ETIMEDOUT)
        error = -EBUSY;
    if (error == 0)
        error = turn_off(core);
    mutex_unlock(&power_mutex);
    return error;
}

/* As at boot, but that nothing is dropped. */
static int come_back(void)
{
    int error = gic_core_resume();

    if (error == 0)
        error = irq_core_init();
    return error == 0 ? irq_local_resume() : error;
}

int platform_core_on(unsigned core)
{
    int error;

    if (!irq_is_allowed() || mutex_lock(&power_mutex) != 0)
        return -EDEADLK;
    error = smp_on(core, (uintptr_t)secondary_start, come_back);
    if (error == 0)
        error = irq_admit_core(core);
    mutex_unlock(&power_mutex);
    return error;
}
