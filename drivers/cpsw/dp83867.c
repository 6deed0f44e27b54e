// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI's DP83867, the PHY of the AM65x EVM (TI SNLS484, 8.6; what the EVM needs: its device tree,
 * k3-am654-base-board.dts, "rgmii-rxid"). RGMII wants the clock later than the data, by about 2 ns,
 * in each direction: the AM65x does so itself for what it sends, the PHY for what it receives.
 */
#include "drivers/cpsw/phy.h"

#include "drivers/cpsw/mdio.h"
#include "drivers/cpsw/phy_registers.h"

#include <errno.h>

static int set_delays(const struct cpsw_phy *phy, const struct cpsw_facts *facts)
{
    const bool receive = facts->receive_delay != CPSW_NO_DELAY;
    const bool transmit = facts->transmit_delay != CPSW_NO_DELAY;
    uint16_t control;

    if (cpsw_mdio_read_device(phy->mdio, phy->address, DP83867_DEVICE, DP83867_RGMIICTL,
                              &control) != 0)
        return -EIO;
    control &= (uint16_t) ~(DP83867_RGMIICTL_RX | DP83867_RGMIICTL_TX);
    control |=
        (uint16_t)((receive ? DP83867_RGMIICTL_RX : 0) | (transmit ? DP83867_RGMIICTL_TX : 0));
    cpsw_mdio_write_device(phy->mdio, phy->address, DP83867_DEVICE, DP83867_RGMIICTL, control);
    cpsw_mdio_write_device(
        phy->mdio, phy->address, DP83867_DEVICE, DP83867_RGMIIDCTL,
        (uint16_t)((receive ? facts->receive_delay : 0) |
                   (transmit ? facts->transmit_delay << DP83867_DELAY_TX_SHIFT : 0)));
    return 0;
}

int cpsw_dp83867_set_up(const struct cpsw_phy *phy, const struct cpsw_facts *facts)
{
    uint16_t control, straps;

    if ((phy->id & DP83867_ID_MASK) != DP83867_ID)
        return 0;
    if (cpsw_mdio_read_register(phy->mdio, phy->address, DP83867_PHYCR, &control) != 0 ||
        cpsw_mdio_read_device(phy->mdio, phy->address, DP83867_DEVICE, DP83867_STRAP_STS1,
                              &straps) != 0)
        return -EIO;
    control = (uint16_t)((control & ~DP83867_PHYCR_FIFO_MASK) | DP83867_PHYCR_FIFO_4);
    if ((straps & DP83867_STRAP_MIRROR) != 0)
        control &= (uint16_t)~DP83867_PHYCR_MIRROR;
    cpsw_mdio_write_register(phy->mdio, phy->address, DP83867_PHYCR, control);
    return set_delays(phy, facts);
}
