// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's Ethernet port (platform/cpsw.h). In an object of its own: who has no use for it, has
 * nothing of the driver in the image.
 */
#include "platform/cpsw.h"

#include "platform/am65x.h"
#include "platform/platform.h"

#include <stddef.h>

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

    facts.udma = platform_udma(PLATFORM_NAVSS_MCU);
    /* TI errata SPRZ452, i2027: SR1.0, which is variant 0. */
    facts.checksum_erratum = AM65X_JTAGID_VARIANT(platform_jtag_id()) == 0;
    return facts.udma == NULL ? NULL : &facts;
}
