// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's Ethernet port (platform/cpsw.h). In an object of its own: who has no use for it, has
 * nothing of the driver in the image.
 */
#include "platform/cpsw.h"

#include "lib/device_tree.h"
#include "lib/device_tree_phy.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <stddef.h>

static uint8_t delay_of(bool wanted, uint32_t code)
{
    if (!wanted)
        return CPSW_NO_DELAY;
    return (uint8_t)(code != 0 ? code : AM65X_EVM_PHY_DELAY);
}

/* What the loader's tree says of the PHY; the EVM's, where it says nothing, or is gone. */
static void read_phy(struct cpsw_facts *facts)
{
    const struct device_tree_info *info = platform_get_device_tree();
    const struct memory_range *tree = &info->tree;
    struct device_tree_phy phy;

    if (info->problem != NULL || tree->size == 0 ||
        !device_tree_is_memory(info, tree->base, tree->size) ||
        device_tree_read_phy((const void *)(uintptr_t)tree->base, "ti,am654-cpsw-nuss", &phy) != 0)
        return;
    facts->phy_address = (uint8_t)phy.address;
    facts->receive_delay = delay_of(phy.delays_receive, phy.receive_delay);
    facts->transmit_delay = delay_of(phy.delays_transmit, phy.transmit_delay);
}

const struct cpsw_facts *platform_cpsw(void)
{
    static struct cpsw_facts facts = {
        .base = AM65X_CPSW_BASE,
        .mac_id = AM65X_MCU_MAC_ID0,
        .interface_select = AM65X_MCU_ENET_CTRL,
        .device = AM65X_DEV_MCU_CPSW0,
        .clock_hz = AM65X_CPSW_CLOCK_HZ,
        .phy_address = CPSW_PHY_ANY,
        .receive_delay = AM65X_EVM_PHY_DELAY,
        .transmit_delay = CPSW_NO_DELAY,
        .endpoint = "cpsw0",
    };

    if (facts.udma == NULL)
        read_phy(&facts);
    facts.udma = platform_udma(PLATFORM_NAVSS_MCU);
    /* TI errata SPRZ452, i2027: SR1.0, which is variant 0. */
    facts.checksum_erratum = AM65X_JTAGID_VARIANT(platform_jtag_id()) == 0;
    return facts.udma == NULL ? NULL : &facts;
}
