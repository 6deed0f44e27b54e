// SPDX-License-Identifier: BSD-3-Clause
/*
 * Suspend to memory over PSCI (Arm DEN 0022, 5.20): what the SoC may lose is noted, the boot core's
 * power goes, and it all comes back in the order in which it depends on each other:
 *
 *   PCI Express: devices at rest                    places
 *   other cores off (their interrupts come here)    cores on
 *                                                   PCI Express: link, addresses, messages, drivers
 *   ITS off: its tables are complete                routes and events, as system firmware has them
 *   IRQs masked                                     IRQs unmasked
 *   GIC noted, LPIs off: pending tables complete    ITS
 *   core's registers                                GIC: CPU interface, distributor, LPIs
 *             └──────── SYSTEM_SUSPEND ────────► boot_resume: MMU, caches, vectors
 *
 * Each step that fails on the way down has those before it undone by the way up: whether power was
 * lost makes no difference there.
 */
#include "platform/platform.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/psci.h"
#include "arch/smp.h"
#include "arch/suspend.h"
#include "boot/boot.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/places.h"
#include "msi/work.h"
#include "platform/internal.h"

#include <errno.h>
#include <stddef.h>

LOG_USE(platform);

/* What did not come back; the first is the one to report. */
static void note_failure(int *first, int error, const char *what)
{
    if (error == 0)
        return;
    log_error(platform, "after a suspend: %s: error %d", what, error);
    if (*first == 0)
        *first = error;
}

/* What was called off is so whatever else; but if not all has come back, that is to be known. */
static int worst(int error, int later)
{
    return error == 0 || (error == -ECANCELED && later != 0) ? later : error;
}

/* Whether what is to end it has come. */
struct end {
    bool (*is_over)(void *argument);
    void *argument;
    uint32_t off; /* cores that are off for it */
};

/* An interrupt that has been handled has woken nobody yet if it left work. (Work for a core that
 * was off before waits for that core anyway.) */
static bool has_come(const struct end *end)
{
    return work_is_queued(end->off | 1u) || (end->is_over != NULL && end->is_over(end->argument));
}

/* ---- the other cores ---- */

static int turn_on(uint32_t cores)
{
    int first_error = 0;

    for (unsigned core = 1; core < core_count(); core++)
        if ((cores >> core & 1) != 0)
            note_failure(&first_error, platform_core_on(core), "a core");
    return first_error;
}

/* *off: those that are off by this. */
static int turn_off(uint32_t *off)
{
    int error = 0;

    *off = 0;
    for (unsigned core = 1; core < core_count() && error == 0; core++) {
        if (!smp_is_on(core))
            continue;
        error = platform_core_off(core);
        if (!smp_is_on(core))
            *off |= UINT32_C(1) << core;
    }
    return error;
}

/* ---- this core, with the interrupt hardware ---- */

/* With IRQs masked. *suspended: power was lost, maybe. */
static int suspend_gic(bool *suspended)
{
    int resumed = 0, error = gic_suspend();

    if (error != 0)
        return error;
    error = core_suspend((uintptr_t)boot_resume);
    *suspended = error == 0;
    note_failure(&resumed, gic_resume(), "GIC");
    return error != 0 ? error : resumed;
}

static int suspend_alone(const struct end *end, bool *suspended)
{
    int resumed = 0, error = its_suspend();
    unsigned long state;

    if (error != 0)
        return error;
    state = irq_save();
    if (has_come(end))
        error = -ECANCELED;
    else
        error = suspend_gic(suspended);
    note_failure(&resumed, its_resume(), "ITS");
    irq_restore(state);
    return worst(error, resumed);
}

static int suspend(struct end *end)
{
    struct irq_places *places = irq_places_note();
    bool suspended = false, is_down;
    int error, later = 0;

    if (places == NULL)
        return -ENOMEM;
    error = platform_sleepers_down();
    is_down = error == 0;
    if (error == 0)
        error = turn_off(&end->off);
    if (error == 0)
        error = suspend_alone(end, &suspended);
    if (suspended)
        note_failure(&later, irq_restore_routes(), "routes");
    if (is_down)
        note_failure(&later, platform_sleepers_up(suspended), "PCI Express");
    note_failure(&later, turn_on(end->off), "cores");
    note_failure(&later, irq_places_put_back(places), "where interrupts are");
    return worst(error, later);
}

int platform_suspend(bool (*is_over)(void *argument), void *argument)
{
    struct end end = {is_over, argument, 0};

    if (!irq_is_allowed())
        return -EDEADLK;
    if (core_id() != 0)
        return -EINVAL;
    return psci_has(PSCI_SYSTEM_SUSPEND) ? suspend(&end) : -ENOTSUP;
}
