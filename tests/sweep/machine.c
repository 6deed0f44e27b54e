// SPDX-License-Identifier: BSD-3-Clause
/*
 * The machine under the sweep (tests/sweep/machine.h): what the host machine leaves to its users.
 */
#include "tests/sweep/machine.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/smp.h"
#include "boot/boot.h"
#include "drivers/uart/uart.h"
#include "lib/device_tree.h"
#include "lib/log.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/sweep/faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* So few of the router's outputs exist that events soon share a VINT. */
#define INTID_LIMIT 88u

LOG_SUBJECT(boot); /* platform/memory.c is not here */

uint8_t secondary_start[1];

const struct device_tree_info machine_tree; /* of a loader that tells nothing */

const struct device_tree_info *platform_get_device_tree(void)
{
    return &machine_tree;
}

static int boot_error;
static uint64_t boot_error_affinity;

void machine_reset(void)
{
    host_reset_with(1, INTID_LIMIT);
    (void)uart_init(AM65X_UART0_BASE, AM65X_UART_CLOCK_HZ, 115200u);
}

/* ---- the other cores: this thread plays them too ---- */

unsigned smp_boot(const uint64_t *affinities, unsigned count, uintptr_t entry, int (*init)(void))
{
    struct host_thread boot_core = host_thread;

    (void)entry;
    for (unsigned core = core_count(); core < count; core++) {
        fault_occasion("CPU_ON");
        if (fault_strikes(CORE_STAYS_OFF)) {
            boot_error = -ETIMEDOUT;
            boot_error_affinity = affinities[core];
            break;
        }
        host_set_core_count(core + 1);
        host_thread = (struct host_thread){.core = core, .irqs_masked = true};
        boot_error = init();
        host_thread = boot_core;
        if (boot_error != 0) {
            host_set_core_count(core);
            boot_error_affinity = affinities[core];
            break;
        }
    }
    return core_count();
}

int __wrap_smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us);
int __wrap_smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us)
{
    struct host_thread boot_core = host_thread;

    (void)timeout_us;
    for (unsigned core = 0; core < core_count(); core++) {
        host_thread.core = core;
        function(argument);
    }
    host_thread = boot_core;
    return 0;
}

int smp_boot_error(uint64_t *affinity)
{
    if (affinity != NULL)
        *affinity = boot_error_affinity;
    return boot_error;
}

/* ---- panics end the program before they print ---- */

void exception_set_output(void (*output)(const char *text, size_t length))
{
    (void)output;
}

bool panicking(void)
{
    return false;
}

/* ---- what is in use ---- */

void inventory_take(struct inventory *inventory)
{
    memset(inventory, 0, sizeof(*inventory));
    udma_get_inventory(&inventory->udma);
    if (udma_find(AM65X_DEV_MCU_UDMAP) != NULL)
        udma_get_inventory_of(udma_find(AM65X_DEV_MCU_UDMAP), &inventory->mcu);
    irq_get_inventory(&inventory->irq);
    inventory->irq.spurious = inventory->irq.stray = inventory->irq.storms = 0;
    inventory->channels_open = udma_open_count();
    inventory->mappings = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS);
    inventory->routes = am65x_counter(AM65X_COUNT_ROUTES);
    inventory->pairs = am65x_counter(AM65X_COUNT_PSIL_PAIRS);
    inventory->rings = am65x_counter(AM65X_COUNT_RINGS);
    inventory->devices_on = machine_devices_on();
    gic_model_get_state(&inventory->gic);
}

#define FIELD(field)                                                                               \
    {                                                                                              \
#field, offsetof(struct inventory, field), sizeof(((struct inventory *)0)->field)          \
    }

static const struct {
    const char *name;
    size_t offset, size;
} fields[] = {
    FIELD(udma.channels_free),
    FIELD(udma.held),
    FIELD(udma.rings_free),
    FIELD(udma.transmit_free),
    FIELD(udma.receive_free),
    FIELD(mcu.channels_free),
    FIELD(mcu.held),
    FIELD(mcu.rings_free),
    FIELD(mcu.transmit_free),
    FIELD(mcu.receive_free),
    FIELD(mcu.flows_used),
    FIELD(mcu.receive_rings_used),
    FIELD(irq.irqs),
    FIELD(irq.bindings),
    FIELD(irq.events),
    FIELD(irq.vints),
    FIELD(irq.routes),
    FIELD(irq.its_devices),
    FIELD(irq.lpis),
    FIELD(irq.events_free),
    FIELD(irq.vints_free),
    FIELD(irq.routes_free),
    FIELD(irq.lpis_free),
    FIELD(channels_open),
    FIELD(mappings),
    FIELD(routes),
    FIELD(pairs),
    FIELD(rings),
    FIELD(devices_on),
    FIELD(gic.spis_enabled),
    FIELD(gic.spis_pending),
    FIELD(gic.active),
    FIELD(gic.lpis_enabled),
    FIELD(gic.lpis_pending),
    FIELD(gic.devices),
    FIELD(gic.events),
};

static uint64_t get(const struct inventory *inventory, size_t i)
{
    const uint8_t *at = (const uint8_t *)inventory + fields[i].offset;
    uint64_t value = 0;

    memcpy(&value, at, fields[i].size); /* little endian */
    return value;
}

bool inventory_equal(const struct inventory *before, const struct inventory *after, char *text,
                     size_t size)
{
    size_t used = 0;
    bool equal = true;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        uint64_t old = get(before, i), new = get(after, i);

        if (old == new)
            continue;
        equal = false;
        if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s %llu > %llu",
                                     used != 0 ? ", " : "", fields[i].name, (unsigned long long)old,
                                     (unsigned long long)new);
    }
    return equal;
}
