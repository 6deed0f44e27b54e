// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UDMA driver, brought up for host tests (udma_host.h).
 */
#include "tests/host/support/udma_host.h"

#include "msi/binding.h"
#include "msi/report.h"
#include "platform/am65x.h"
#include "tests/host/support/msi_host.h"
#include "twin/models/am65x.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct device ring_device = {.name = "ringacc"};
static struct device channel_device = {.name = "udmap"};

const struct udma_facts udma_host_facts = {
    .navss_device = AM65X_DEV_NAVSS,
    .ringacc_device = AM65X_DEV_RINGACC,
    .udmap_device = AM65X_DEV_UDMAP,
    .ring_rt = AM65X_RING_RT_BASE,
    .udmap_gcfg = AM65X_UDMAP_GCFG_BASE,
    .ringacc_gcfg = AM65X_RINGACC_GCFG_BASE,
    .rchan_rt = AM65X_RCHAN_RT_BASE,
    .tchan_rt = AM65X_TCHAN_RT_BASE,
    .psil_base = AM65X_PSIL_BASE,
    .ring_interrupts = &ring_device,
    .channel_interrupts = &channel_device,
    .trigger_base = AM65X_TRIGGER_BASE,
    .monitor_rt = AM65X_MONITOR_RT_BASE,
    .proxy_target = AM65X_PROXY_TARGET_BASE,
    .proxy_device = AM65X_DEV_PROXY,
};

static struct device mcu_channel_device = {.name = "mcu udmap"};
static struct device mcu_ring_device = {.name = "mcu ringacc"};

static const struct udma_facts mcu_facts = {
    .navss_device = AM65X_DEV_MCU_NAVSS,
    .ringacc_device = AM65X_DEV_MCU_RINGACC,
    .udmap_device = AM65X_DEV_MCU_UDMAP,
    .ring_rt = AM65X_MCU_RING_RT_BASE,
    .udmap_gcfg = AM65X_MCU_UDMAP_GCFG_BASE,
    .rchan_rt = AM65X_MCU_RCHAN_RT_BASE,
    .tchan_rt = AM65X_MCU_TCHAN_RT_BASE,
    .psil_base = AM65X_MCU_PSIL_BASE,
    .ring_interrupts = &mcu_ring_device,
    .channel_interrupts = &mcu_channel_device,
};

int udma_host_join(struct irq_parent *aggregator)
{
    int error = irq_bind_inta(&ring_device, aggregator, AM65X_DEV_RINGACC);

    if (error == 0)
        error = irq_bind_inta(&channel_device, aggregator, AM65X_DEV_UDMAP);
    return error == 0 ? udma_init(&udma_host_facts) : error;
}

static struct msi_host host;

void udma_host_start(void)
{
    msi_host_start(&host);
    if (udma_host_join(host.aggregator) != 0)
        assert(!"the UDMA driver does not come up");
}

int udma_host_machine_up(void **state)
{
    (void)state;
    udma_host_start();
    return 0;
}

struct udma *udma_host_start_mcu(void)
{
    if (irq_bind_inta(&mcu_ring_device, host.aggregator, AM65X_DEV_MCU_RINGACC) != 0 ||
        irq_bind_inta(&mcu_channel_device, host.aggregator, AM65X_DEV_MCU_UDMAP) != 0 ||
        udma_init(&mcu_facts) != 0)
        assert(!"the MCU's UDMA does not come up");
    return udma_find(AM65X_DEV_MCU_UDMAP);
}

struct udma_host_inventory udma_host_inventory(void)
{
    struct udma_host_inventory inventory;
    struct irq_inventory irqs;

    memset(&inventory, 0, sizeof(inventory));
    irq_get_inventory(&irqs);
    udma_get_inventory(&inventory.udma);
    if (udma_find(AM65X_DEV_MCU_UDMAP) != NULL)
        udma_get_inventory_of(udma_find(AM65X_DEV_MCU_UDMAP), &inventory.mcu);
    inventory.open = udma_open_count();
    inventory.irqs = irqs.irqs;
    inventory.mappings = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS);
    inventory.routes = am65x_counter(AM65X_COUNT_ROUTES);
    inventory.pairs = am65x_counter(AM65X_COUNT_PSIL_PAIRS);
    inventory.rings = am65x_counter(AM65X_COUNT_RINGS);
    inventory.lost = am65x_counter(AM65X_COUNT_PUSHES_LOST);
    return inventory;
}

void must(int error)
{
    assert_int_equal(error, 0);
}

void check_inventory(const struct udma_host_inventory *before)
{
    const struct udma_host_inventory now = udma_host_inventory();

    assert_memory_equal(&now, before, sizeof(now));
}
