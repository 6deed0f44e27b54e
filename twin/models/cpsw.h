// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MCU domain's Ethernet switch with one external port, CPSW2G (AM65x TRM SPRUID7, "Gigabit
 * Ethernet Switch (CPSW)"): what its parts offer each other. A frame is counted from its
 * destination address on; without the four bytes of its frame check sequence, unless said so.
 *
 *   cpsw.c           the registers of subsystem, switch and ports; the way of a frame
 *   cpsw_ale.c       the address lookup engine: table, decision, aging, classifiers
 *   cpsw_checksum.c  checksums of TCP and UDP that the host port adds and looks at
 *   cpsw_cpts.c      time stamps, as far as a driver's start needs them
 *   cpsw_mdio.c      the MDIO controller, and its pins by hand
 *   cpsw_phy.c       the PHY at the other end, a DP83867
 *   cpsw_wire.c      the cable: loopback, lost, late and swapped frames
 */
#ifndef TWIN_MODELS_CPSW_H
#define TWIN_MODELS_CPSW_H

#include "twin/models/models.h"

#define CPSW_HOST      0u
#define CPSW_PORT      1u
#define CPSW_PORTS     2u
#define CPSW_FRAME_MAX AM65X_FRAME_MAX
#define CPSW_FCS       4u
#define CPSW_ADDRESS   6u
#define CPSW_TYPE      12u /* where the type, or the VLAN's tag, is */
#define CPSW_TAG       4u  /* bytes of a tag */
#define ETHERTYPE_IPV4 0x0800u
#define ETHERTYPE_VLAN 0x8100u

static inline bool cpsw_same_address(const uint8_t *one, const uint8_t *other)
{
    unsigned differences = 0;
    for (unsigned i = 0; i < CPSW_ADDRESS; i++)
        differences |= one[i] ^ other[i];
    return differences == 0;
}

static inline bool cpsw_is_broadcast(const uint8_t *address)
{
    static const uint8_t broadcast[CPSW_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return cpsw_same_address(address, broadcast);
}

/* Statistics, in the order of their registers. */
enum cpsw_statistic {
    STAT_RX_GOOD,
    STAT_RX_BROADCAST,
    STAT_RX_MULTICAST,
    STAT_RX_CRC_ERRORS = 4,
    STAT_RX_OVERSIZED = 6,
    STAT_RX_UNDERSIZED = 8,
    STAT_ALE_DROP = 10,
    STAT_RX_OCTETS = 12,
    STAT_TX_GOOD,
    STAT_TX_BROADCAST,
    STAT_TX_MULTICAST,
    STAT_TX_OCTETS = 25,
    STAT_64,
    STAT_NET_OCTETS = 32,
    STAT_PORT_MASK_DROP = 34,
    STAT_ALE_VID_DROP = 37,
    STAT_ALE_DA_IS_SA_DROP,
    STAT_ALE_BLOCK_DROP,
    STAT_ALE_SECURE_DROP,
    STAT_ALE_UNKNOWN_UNICAST = 42, /* frames, and then bytes; likewise the next ones */
    STAT_ALE_UNKNOWN_MULTICAST = 44,
    STAT_ALE_UNKNOWN_BROADCAST = 46,
    STAT_ALE_CLASSIFIED = 48,
    STAT_ALE_MULTICAST_SA_DROP = 51,
    STAT_TX_PRIORITY_0 = 96,
    STAT_TX_PRIORITY_0_OCTETS = 104,
    STAT_TX_PRIORITY_0_DROP = 112,
    STAT_TX_PRIORITY_0_DROP_OCTETS = 120,
    STAT_COUNT = 128,
};

void cpsw_count(unsigned port, enum cpsw_statistic statistic, uint32_t increment);

/* ---------------------------------------------------------------- cpsw.c */

/* A frame arrives at the external port's MAC. false: not now; cpsw_wire_resume() follows. */
bool cpsw_port_receive(const uint8_t *frame, uint32_t length);
/* The external port can send again. */
void cpsw_port_room(void);
/* Whether what it sends comes back, by the MAC's loopback or the PHY's. */
bool cpsw_port_loops(void);

/* ---------------------------------------------------------------- cpsw_ale.c */

/* What is known of a frame, and what becomes of it. */
struct ale_frame {
    unsigned port; /* it has come in by */
    const uint8_t *data;
    uint32_t length;
    bool tagged; /* and this is its tag, or else the port's */
    uint16_t vid;
    uint8_t priority;
};
struct ale_decision {
    uint8_t ports;  /* a bit for each port it goes to */
    uint8_t untag;  /* a bit for each port that it leaves without a tag, if VLANs are on */
    uint8_t thread; /* to the host: this flow, after the first one */
};

void cpsw_ale_reset(void);
uint64_t cpsw_ale_read(uint64_t offset);
void cpsw_ale_write(uint64_t offset, uint64_t value);
/* Looks up, learns, and counts why a frame goes nowhere. */
struct ale_decision cpsw_ale_decide(const struct ale_frame *frame);

/* ---------------------------------------------------------------- cpsw_checksum.c */

/* Adds the checksum that word 2 of a frame's protocol-specific words asks for. */
void cpsw_checksum_add(uint8_t *frame, uint32_t length, uint32_t word);
/* What word 2 says of a frame for the host. */
uint32_t cpsw_checksum_look(const uint8_t *frame, uint32_t length);
/* The frame check sequence. */
uint32_t cpsw_crc32(const uint8_t *data, uint32_t length);

/* ---------------------------------------------------------------- cpsw_cpts.c */

void cpsw_cpts_reset(void);
uint64_t cpsw_cpts_read(uint64_t offset);
void cpsw_cpts_write(uint64_t offset, uint64_t value);
uint64_t cpsw_cpts_time(void);

/* ---------------------------------------------------------------- cpsw_mdio.c */

void cpsw_mdio_reset(void);
uint64_t cpsw_mdio_read(uint64_t offset);
void cpsw_mdio_write(uint64_t offset, uint64_t value);
/* The PHY's link has changed. */
void cpsw_mdio_link_changed(void);

/* ---------------------------------------------------------------- cpsw_phy.c */

#define PHY_ADDRESS 0u

void cpsw_phy_reset(void);
uint16_t cpsw_phy_read(unsigned number);
void cpsw_phy_write(unsigned number, uint16_t value);
void cpsw_phy_cable(bool plugged);
/* Megabits a second that the PHY and its partner have agreed on; 0: no link. */
unsigned cpsw_phy_speed(void);
bool cpsw_phy_link(void);
bool cpsw_phy_loops(void);

/* ---------------------------------------------------------------- cpsw_wire.c */

void cpsw_wire_reset(void);
/* Whether a frame can be sent, and sends it; `back`: it is received again instead. */
bool cpsw_wire_room(bool back);
void cpsw_wire_send(const uint8_t *frame, uint32_t length, bool back);
void cpsw_wire_resume(void);
/* The cable may have been plugged in or pulled out. */
void cpsw_wire_plug(void);

#endif
