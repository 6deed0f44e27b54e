// SPDX-License-Identifier: BSD-3-Clause
/*
 * The CPSW2G of the AM65x's MCU domain, MCU_CPSW0: subsystem, switch, ports and their statistics
 * (AM65x TRM SPRUID7, 12.2.1 "Gigabit Ethernet Switch (CPSW)"; names from there, and from the
 * manuals of sister SoCs with the same block, SPRUIU1 and SPRUIM2). The address lookup engine and
 * MDIO have headers of their own. Offsets and bits also in Linux: its am65-cpsw-nuss and cpsw_sl.
 */
#ifndef DRIVERS_CPSW_CPSW_REGISTERS_H
#define DRIVERS_CPSW_CPSW_REGISTERS_H

#include "drivers/cpsw/statistics.h"

#include <stddef.h>
#include <stdint.h>

/* From the subsystem's base. */
enum cpsw_block {
    CPSW_MDIO_OFFSET = 0x00f00,
    CPSW_SWITCH_OFFSET = 0x20000,
    CPSW_HOST_PORT_OFFSET = 0x21000,
    CPSW_MAC_PORT_OFFSET = 0x22000,
    CPSW_STATISTICS_OFFSET = 0x3a000, /* port n at + n * 0x200 */
    CPSW_ALE_OFFSET = 0x3e000,
};

struct cpsw_switch_registers {
    uint32_t id_version;
    uint32_t control;
    uint32_t reserved_08[2];
    uint32_t em_control;
    uint32_t stat_port_en; /* a bit for each port that counts */
    uint32_t ptype;        /* priority escalation */
    uint32_t soft_idle;
};

_Static_assert(offsetof(struct cpsw_switch_registers, stat_port_en) == 0x14, "STAT_PORT_EN_REG");

#define CPSW_CONTROL_VLAN_AWARE       (1u << 1)
#define CPSW_CONTROL_P0_ENABLE        (1u << 2)
#define CPSW_CONTROL_P0_TX_CRC_REMOVE (1u << 13) /* of frames to the host */
#define CPSW_CONTROL_P0_RX_PAD        (1u << 14) /* short frames from the host */

struct cpsw_host_port_registers {
    uint32_t reserved_00;
    uint32_t control;
    uint32_t flow_id_offset; /* of the flow that a classifier's or the default thread 0 means */
    uint32_t reserved_0c;
    uint32_t blk_cnt;
    uint32_t port_vlan;
    uint32_t tx_pri_map;
    uint32_t pri_ctl;
    uint32_t rx_pri_map;
    uint32_t rx_maxlen;
};

_Static_assert(offsetof(struct cpsw_host_port_registers, flow_id_offset) == 0x08,
               "P0_FLOW_ID_OFFSET_REG");
_Static_assert(offsetof(struct cpsw_host_port_registers, rx_maxlen) == 0x24, "P0_RX_MAXLEN_REG");

#define CPSW_P0_CONTROL_RX_CHECKSUM_EN                                                             \
    (1u << 0) /* adds those that frames from the host ask for                                      \
               */
#define CPSW_PRI_MAP_ONE_TO_ONE 0x76543210u
#define CPSW_PRI_CTL_RX_PTYPE   (1u << 8) /* round robin */

struct cpsw_mac_port_registers {
    uint32_t reserved_00;
    uint32_t control;
    uint32_t max_blks;
    uint32_t reserved_0c;
    uint32_t blk_cnt;
    uint32_t port_vlan;
    uint32_t tx_pri_map;
    uint32_t pri_ctl;
    uint32_t rx_pri_map;
    uint32_t rx_maxlen;
    uint32_t reserved_28[(0x308 - 0x28) / 4];
    uint32_t sa_l; /* the port's address: bytes 4 and 5 */
    uint32_t sa_h; /* bytes 0 to 3, the first one lowest */
    uint32_t reserved_310[(0x330 - 0x310) / 4];
    uint32_t mac_control;
    uint32_t mac_status;
    uint32_t mac_soft_reset;
};

_Static_assert(offsetof(struct cpsw_mac_port_registers, sa_l) == 0x308, "PN_SA_L_REG");
_Static_assert(offsetof(struct cpsw_mac_port_registers, mac_control) == 0x330,
               "PN_MAC_CONTROL_REG");
_Static_assert(offsetof(struct cpsw_mac_port_registers, mac_soft_reset) == 0x338,
               "PN_MAC_SOFT_RESET_REG");

#define CPSW_MAC_CONTROL_FULLDUPLEX (1u << 0)
#define CPSW_MAC_CONTROL_LOOPBACK   (1u << 1) /* to be changed while GMII_EN is clear */
#define CPSW_MAC_CONTROL_GMII_EN    (1u << 5)
#define CPSW_MAC_CONTROL_GIG        (1u << 7)
#define CPSW_MAC_CONTROL_CMD_IDLE   (1u << 11)
#define CPSW_MAC_CONTROL_EXT_EN     (1u << 18) /* speed by the PHY's in-band signals: 10 Mbit/s */
#define CPSW_MAC_STATUS_IDLE        (1u << 31) /* after CMD_IDLE: between two frames */
#define CPSW_MAC_SOFT_RESET         (1u << 0)

/* Frames with their VLAN tag and frame check sequence. */
#define CPSW_RX_MAXLEN_VALUE        1522u

/* The statistics of a port: enum cpsw_statistic are the numbers. What is written is subtracted. */
struct cpsw_statistics_registers {
    uint32_t values[CPSW_STATISTICS];
};

_Static_assert(sizeof(struct cpsw_statistics_registers) == 0x200, "a port's statistics");

/* CTRLMMR_MCU_ENET_CTRL (TRM 5.1.3, MCU_CTRL_MMR0): how the port's pins are used. */
#define CPSW_ENET_CTRL_MODE_MASK  7u
#define CPSW_ENET_CTRL_MODE_RGMII 2u

/* What goes with a frame (TRM, "CPPI port 0"; Linux, am65-cpsw-nuss.c). */
#define CPSW_PACKET_TYPE          7u
#define CPSW_PACKET_WORDS         4u
#define CPSW_PORT_NUMBER          1u /* the destination tag of a frame for the MAC's port */
#define CPSW_WORD_CHECKSUM        2u /* the word with the checksum's request, or result */
#define CPSW_CHECKSUM_PUT_SHIFT   24 /* request: where it goes, counted from 1 */
#define CPSW_CHECKSUM_FROM_SHIFT  16 /* where it begins, counted from 1; and how many bytes */
#define CPSW_CHECKSUM_ERROR       (1u << 16) /* result */
#define CPSW_CHECKSUM_FRAGMENT    (1u << 17)
#define CPSW_CHECKSUM_IPV6        (1u << 19)
#define CPSW_CHECKSUM_IPV4        (1u << 20)

#endif
