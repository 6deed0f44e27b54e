// SPDX-License-Identifier: BSD-3-Clause
/*
 * What tests of the interrupt layer on the host share (tests/host/support/msi_case.h).
 */
#include "tests/host/support/msi_case.h"

#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "msi/report.h"
#include "msi/service.h"
#include "tests/host/support/host.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define TRIES      8u
#define BETWEEN_US 1000000u
#define FOREVER_US 3600000000u

struct msi_host msi_case;

int msi_case_start(void **state)
{
    (void)state;
    msi_host_start(&msi_case);
    return 0;
}

enum irq_return msi_note(void *context)
{
    struct msi_record *record = context;

    __atomic_store_n(&record->core, core_id(), __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&record->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

uint64_t msi_calls(const struct msi_record *record)
{
    return __atomic_load_n(&record->calls, __ATOMIC_SEQ_CST);
}

static bool idling;

static bool is_over(void *argument)
{
    (void)argument;
    return !__atomic_load_n(&idling, __ATOMIC_SEQ_CST);
}

static void idle(void *argument)
{
    (void)argument;
    if (wait_for(is_over, NULL, FOREVER_US) != 0)
        assert(!"nobody ends the idling");
}

void msi_start_idling(unsigned core)
{
    __atomic_store_n(&idling, true, __ATOMIC_SEQ_CST);
    if (smp_start(core, idle, NULL) != 0)
        assert(!"the core has no time to idle");
}

void msi_stop_idling(unsigned core)
{
    __atomic_store_n(&idling, false, __ATOMIC_SEQ_CST);
    wait_notify();
    if (smp_join(core, FOREVER_US) != 0)
        assert(!"the core goes on idling");
}

static struct irq_inventory take(void)
{
    struct irq_inventory inventory;

    irq_get_inventory(&inventory);
    return inventory;
}

uint64_t msi_strays(void)
{
    return take().stray;
}

uint64_t msi_storms(void)
{
    return take().storms;
}

struct irq_inventory msi_in_use(void)
{
    struct irq_inventory inventory = take();

    inventory.spurious = inventory.stray = inventory.storms = 0;
    return inventory;
}

bool msi_in_use_equal(const struct irq_inventory *before)
{
    struct irq_inventory after = msi_in_use();

    return memcmp(before, &after, sizeof(after)) == 0;
}

bool msi_comes_back(const struct irq_inventory *before, void (*use_again)(void))
{
    for (unsigned i = 0; i < TRIES && !msi_in_use_equal(before); i++) {
        irq_service();
        host_advance_us(BETWEEN_US);
        if (i >= TRIES / 2 && use_again != NULL)
            use_again();
    }
    return msi_in_use_equal(before);
}

int msi_case_end(void **state)
{
    struct irq_inventory left = msi_in_use();

    (void)state;
    if (left.irqs == 0 && left.bindings == 0 && left.events == 0 && left.vints == 0 &&
        left.routes == 0 && left.its_devices == 0 && left.lpis == 0)
        return 0;
    fprintf(stderr,
            "# left: %u interrupts, %u bindings, %u events, %u VINTs, %u routes, %u ITS devices, "
            "%u LPIs\n",
            left.irqs, left.bindings, left.events, left.vints, left.routes, left.its_devices,
            left.lpis);
    return -1;
}
