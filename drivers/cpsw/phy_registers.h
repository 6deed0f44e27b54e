// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of PHYs: those that every one has (IEEE 802.3, 22.2.4), and of TI's DP83867, which the
 * EVM has on this port, those that it needs (TI SNLS484, 8.6 "Register Maps"; names from there).
 */
#ifndef DRIVERS_CPSW_PHY_REGISTERS_H
#define DRIVERS_CPSW_PHY_REGISTERS_H

enum phy_register {
    PHY_BMCR = 0x00,   /* control */
    PHY_BMSR = 0x01,   /* status */
    PHY_IDR1 = 0x02,   /* identifier, upper half */
    PHY_IDR2 = 0x03,   /* lower half: model, revision */
    PHY_ANAR = 0x04,   /* what we can, */
    PHY_ANLPAR = 0x05, /* and the partner */
    PHY_CFG1 = 0x09,   /* the same for 1000BASE-T: MASTER-SLAVE control */
    PHY_STS1 = 0x0a,   /* MASTER-SLAVE status */
    PHY_REGCR = 0x0d,  /* registers of devices in the PHY: which device, address or data, */
    PHY_ADDAR = 0x0e,  /* and what */
};

#define PHY_BMCR_SPEED_100      (1u << 13)
#define PHY_BMCR_AUTONEGOTIATE  (1u << 12)
#define PHY_BMCR_POWER_DOWN     (1u << 11)
#define PHY_BMCR_ISOLATE        (1u << 10)
#define PHY_BMCR_RESTART        (1u << 9)
#define PHY_BMCR_FULL_DUPLEX    (1u << 8)
#define PHY_BMCR_SPEED_1000     (1u << 6)

#define PHY_BMSR_EXTENDED       (1u << 8) /* 1000 Mbit/s: there are CFG1 and STS1 */
#define PHY_BMSR_NEGOTIATED     (1u << 5)
#define PHY_BMSR_LINK           (1u << 2) /* low once after it has been lost */

#define PHY_ANAR_IEEE_802_3     (1u << 0)
#define PHY_ANAR_10             (1u << 5)
#define PHY_ANAR_10_FULL        (1u << 6)
#define PHY_ANAR_100            (1u << 7)
#define PHY_ANAR_100_FULL       (1u << 8)

#define PHY_CFG1_1000           (1u << 8)
#define PHY_CFG1_1000_FULL      (1u << 9)
#define PHY_STS1_TO_CFG1        2 /* the partner's bits are so much higher */

#define PHY_REGCR_DATA          0x4000u
#define PHY_ABSENT              0xffffu /* what an identifier is where nobody drives the line */

#define DP83867_ID              0x2000a230u
#define DP83867_ID_MASK         0xfffffff0u /* without the revision */
#define DP83867_DEVICE          0x1fu
#define DP83867_PHYCR           0x10u
#define DP83867_PHYCR_FIFO_MASK (3u << 14)
#define DP83867_PHYCR_FIFO_4    (1u << 14) /* transmit FIFO: 4 bytes */
#define DP83867_PHYCR_MIRROR    (1u << 11) /* reserved: a test mode that a wrong strap sets */
#define DP83867_RGMIICTL        0x32u
#define DP83867_RGMIICTL_TX     (1u << 1) /* delays are on */
#define DP83867_RGMIICTL_RX     (1u << 0)
#define DP83867_STRAP_STS1      0x6eu
#define DP83867_STRAP_MIRROR    (1u << 11)
#define DP83867_RGMIIDCTL       0x86u /* delays: transmit above receive */
#define DP83867_DELAY_TX_SHIFT  4

#endif
