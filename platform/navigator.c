// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's two Navigator Subsystems: where their UDMAPs and ring accelerators are (AM65x TRM
 * SPRUID7, chapter 2 "Memory Map"; TI-SCI documentation, "AM65x PSI-L Thread IDs"). On the A53s all
 * events go to the main one's aggregator, the MCU's rings' too, on an R5F to the MCU's.
 */
#include "drivers/udma/udma.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "platform/am65x.h"
#include "platform/internal.h"
#include "platform/platform.h"

#include <errno.h>

LOG_USE(udma);

static struct device ring_devices[PLATFORM_NAVIGATORS] = {
    [PLATFORM_NAVSS_MAIN] = {.name = "ringacc"},
    [PLATFORM_NAVSS_MCU] = {.name = "mcu ringacc"},
};

/* The UDMAPs' own events: the ends of transfer requests. */
static struct device channel_devices[PLATFORM_NAVIGATORS] = {
    [PLATFORM_NAVSS_MAIN] = {.name = "udmap"},
    [PLATFORM_NAVSS_MCU] = {.name = "mcu udmap"},
};

static const struct udma_facts all_facts[PLATFORM_NAVIGATORS] = {
    [PLATFORM_NAVSS_MAIN] =
        {
            .navss_device = AM65X_DEV_NAVSS,
            .ringacc_device = AM65X_DEV_RINGACC,
            .udmap_device = AM65X_DEV_UDMAP,
            .ring_rt = AM65X_RING_RT_BASE,
            .udmap_gcfg = AM65X_UDMAP_GCFG_BASE,
            .ringacc_gcfg = AM65X_RINGACC_GCFG_BASE,
            .rchan_rt = AM65X_RCHAN_RT_BASE,
            .tchan_rt = AM65X_TCHAN_RT_BASE,
            .psil_base = AM65X_PSIL_BASE,
            .ring_interrupts = &ring_devices[PLATFORM_NAVSS_MAIN],
            .channel_interrupts = &channel_devices[PLATFORM_NAVSS_MAIN],
            .trigger_base = AM65X_TRIGGER_BASE,
            .monitor_rt = AM65X_MONITOR_RT_BASE,
            .proxy_target = AM65X_PROXY_TARGET_BASE,
            .proxy_device = AM65X_DEV_PROXY,
        },
    [PLATFORM_NAVSS_MCU] =
        {
            .navss_device = AM65X_DEV_MCU_NAVSS,
            .ringacc_device = AM65X_DEV_MCU_RINGACC,
            .udmap_device = AM65X_DEV_MCU_UDMAP,
            .ring_rt = AM65X_MCU_RING_RT_BASE,
            .udmap_gcfg = AM65X_MCU_UDMAP_GCFG_BASE,
            .ringacc_gcfg = 0, /* TI errata SPRZ452: reads of it raise false ECC errors */
            .rchan_rt = AM65X_MCU_RCHAN_RT_BASE,
            .tchan_rt = AM65X_MCU_TCHAN_RT_BASE,
            .psil_base = AM65X_MCU_PSIL_BASE,
            .ring_interrupts = &ring_devices[PLATFORM_NAVSS_MCU],
            .channel_interrupts = &channel_devices[PLATFORM_NAVSS_MCU],
            .trigger_base = AM65X_MCU_TRIGGER_BASE,
            .monitor_rt = AM65X_MCU_MONITOR_RT_BASE,
            .proxy_target = AM65X_MCU_PROXY_TARGET_BASE,
            .proxy_device = AM65X_DEV_MCU_PROXY,
        },
};

struct udma *platform_udma(enum platform_navigator navigator)
{
    return (unsigned)navigator < PLATFORM_NAVIGATORS ? udma_find(all_facts[navigator].udmap_device)
                                                     : NULL;
}

int platform_ring_events_up(enum platform_navigator navigator, struct irq_parent *inta)
{
    const struct udma_facts *facts = &all_facts[navigator];
    int error = irq_bind_inta(facts->ring_interrupts, inta, facts->ringacc_device);

    if (error != 0)
        return error;
    error = irq_bind_inta(facts->channel_interrupts, inta, facts->udmap_device);
    if (error != 0)
        (void)irq_unbind(facts->ring_interrupts); /* if that fails too, another try says -EBUSY */
    return error;
}

int platform_udma_up(enum platform_navigator navigator, enum platform_domain domain,
                     uint32_t jtag_id)
{
    struct udma_facts facts = all_facts[navigator];
    struct udma_inventory inventory;
    int error;

    /* TI errata SPRZ452, i2023: SR1.0, which is variant 0. */
    facts.ring_state_erratum = AM65X_JTAGID_VARIANT(jtag_id) == 0;
    /* The MCU's has two channels of that kind, for the R5Fs. */
    facts.no_high_capacity = navigator == PLATFORM_NAVSS_MCU && domain == PLATFORM_OTHER_DOMAIN;
    error = udma_init(&facts);
    if (error == -ENOENT && domain == PLATFORM_OTHER_DOMAIN) {
        log_info(udma, "of the %s Navigator nothing is this host's",
                 navigator == PLATFORM_NAVSS_MAIN ? "main" : "MCU's");
        return 0;
    }
    if (error != 0)
        return error;
    udma_get_inventory_of(platform_udma(navigator), &inventory);
    log_info(udma, "%s%u memory-to-memory channels",
             navigator == PLATFORM_NAVSS_MAIN ? "" : "MCU's: ", inventory.channels_free);
    return 0;
}
