// SPDX-License-Identifier: BSD-3-Clause
/*
 * PHYs by their generic registers (drivers/cpsw/phy.h; IEEE 802.3, 22.2.4, and 28.2.4 for what is
 * agreed on).
 */
#include "drivers/cpsw/phy.h"

#include "drivers/cpsw/mdio.h"
#include "drivers/cpsw/phy_registers.h"

#include <errno.h>

/* Half duplex at 1000 Mbit/s the MAC can't. */
#define WE_CAN                                                                                     \
    (PHY_ANAR_100_FULL | PHY_ANAR_100 | PHY_ANAR_10_FULL | PHY_ANAR_10 | PHY_ANAR_IEEE_802_3)
#define WE_CAN_1000 PHY_CFG1_1000_FULL

static int read(const struct cpsw_phy *phy, enum phy_register number, uint16_t *value)
{
    return cpsw_mdio_read_register(phy->mdio, phy->address, number, value);
}

static void write(const struct cpsw_phy *phy, enum phy_register number, uint16_t value)
{
    cpsw_mdio_write_register(phy->mdio, phy->address, number, value);
}

/* ---- finding it ---- */

/* A line that nobody drives is high; one that is stuck, low. */
static bool is_there(struct cpsw_phy *phy, unsigned address)
{
    uint16_t upper, lower;

    phy->address = (uint8_t)address;
    if (read(phy, PHY_IDR1, &upper) != 0 || read(phy, PHY_IDR2, &lower) != 0)
        return false;
    phy->id = (uint32_t)upper << 16 | lower;
    return upper != PHY_ABSENT && phy->id != 0;
}

static int find(struct cpsw_phy *phy, unsigned address)
{
    if (address != CPSW_PHY_ANY)
        return is_there(phy, address) ? 0 : -ENXIO;
    for (address = 0; address < MDIO_ADDRESSES; address++)
        if (is_there(phy, address))
            return 0;
    return -ENXIO;
}

/* ---- what is agreed on ---- */

/* Tells what we can. *told: the PHY did not know that yet. */
static int advertise(const struct cpsw_phy *phy, bool *told)
{
    uint16_t can, can_1000, status;

    if (read(phy, PHY_BMSR, &status) != 0 || read(phy, PHY_ANAR, &can) != 0)
        return -EIO;
    *told = can != WE_CAN;
    if (*told)
        write(phy, PHY_ANAR, WE_CAN);
    if ((status & PHY_BMSR_EXTENDED) == 0)
        return 0;
    if (read(phy, PHY_CFG1, &can_1000) != 0)
        return -EIO;
    if ((can_1000 & (PHY_CFG1_1000 | PHY_CFG1_1000_FULL)) == WE_CAN_1000)
        return 0;
    write(phy, PHY_CFG1,
          (uint16_t)((can_1000 & ~(PHY_CFG1_1000 | PHY_CFG1_1000_FULL)) | WE_CAN_1000));
    *told = true;
    return 0;
}

static int negotiate(const struct cpsw_phy *phy)
{
    const uint16_t off = PHY_BMCR_POWER_DOWN | PHY_BMCR_ISOLATE;
    uint16_t control;
    bool told;

    if (advertise(phy, &told) != 0 || read(phy, PHY_BMCR, &control) != 0)
        return -EIO;
    if (told || (control & PHY_BMCR_AUTONEGOTIATE) == 0 || (control & off) != 0)
        write(phy, PHY_BMCR,
              (uint16_t)((control & ~off) | PHY_BMCR_AUTONEGOTIATE | PHY_BMCR_RESTART));
    return 0;
}

int cpsw_phy_open(struct cpsw_phy *phy, uintptr_t mdio, const struct cpsw_facts *facts)
{
    int error;

    phy->mdio = mdio;
    error = find(phy, facts->phy_address);
    if (error == 0)
        error = cpsw_dp83867_set_up(phy, facts);
    return error == 0 ? negotiate(phy) : error;
}

static struct cpsw_link link_of(unsigned speed, bool full_duplex)
{
    return (struct cpsw_link){speed != 0, full_duplex, (uint16_t)speed};
}

/* The best that both can (IEEE 802.3, 28B.3). */
static int look_at_partner(const struct cpsw_phy *phy, uint16_t status, struct cpsw_link *link)
{
    uint16_t ours, partners, ours_1000 = 0, partners_1000 = 0;

    if (read(phy, PHY_ANAR, &ours) != 0 || read(phy, PHY_ANLPAR, &partners) != 0)
        return -EIO;
    if ((status & PHY_BMSR_EXTENDED) != 0 &&
        (read(phy, PHY_CFG1, &ours_1000) != 0 || read(phy, PHY_STS1, &partners_1000) != 0))
        return -EIO;
    ours &= partners;
    if ((ours_1000 & partners_1000 >> PHY_STS1_TO_CFG1 & PHY_CFG1_1000_FULL) != 0)
        *link = link_of(1000, true);
    else if ((ours & (PHY_ANAR_100_FULL | PHY_ANAR_100)) != 0)
        *link = link_of(100, (ours & PHY_ANAR_100_FULL) != 0);
    else
        *link = link_of(10, (ours & PHY_ANAR_10_FULL) != 0);
    return 0;
}

static struct cpsw_link forced(uint16_t control)
{
    const bool full_duplex = (control & PHY_BMCR_FULL_DUPLEX) != 0;

    if ((control & PHY_BMCR_SPEED_1000) != 0)
        return link_of(1000, full_duplex);
    return link_of((control & PHY_BMCR_SPEED_100) != 0 ? 100 : 10, full_duplex);
}

int cpsw_phy_look(const struct cpsw_phy *phy, struct cpsw_link *link)
{
    uint16_t control, status;

    *link = link_of(0, false);
    /* Twice: the first tells of a loss since the last time. */
    if (read(phy, PHY_BMCR, &control) != 0 || read(phy, PHY_BMSR, &status) != 0 ||
        read(phy, PHY_BMSR, &status) != 0)
        return -EIO;
    if ((status & PHY_BMSR_LINK) == 0)
        return 0;
    if ((control & PHY_BMCR_AUTONEGOTIATE) != 0)
        return (status & PHY_BMSR_NEGOTIATED) != 0 ? look_at_partner(phy, status, link) : 0;
    *link = forced(control);
    return 0;
}

int cpsw_phy_power(const struct cpsw_phy *phy, bool on)
{
    uint16_t control;

    if (read(phy, PHY_BMCR, &control) != 0)
        return -EIO;
    write(phy, PHY_BMCR,
          (uint16_t)(on ? control & ~PHY_BMCR_POWER_DOWN : control | PHY_BMCR_POWER_DOWN));
    return 0;
}
