// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parts of the Ethernet driver, each on its block's model: the ALE's entries and table, MDIO by
 * hand, the PHY, the MAC, the statistics' names, checksums' words. No frames: those are
 * test_cpsw.c's.
 *
 * A register can be made to say something of the test's (--wrap, see mk/host.mk).
 */
#include "arch/mmio.h"
#include "drivers/cpsw/ale.h"
#include "drivers/cpsw/ale_registers.h"
#include "drivers/cpsw/cpsw_registers.h"
#include "drivers/cpsw/internal.h"
#include "drivers/cpsw/mac.h"
#include "drivers/cpsw/mdio.h"
#include "drivers/cpsw/mdio_registers.h"
#include "drivers/cpsw/phy.h"
#include "drivers/cpsw/phy_registers.h"
#include "drivers/udma/host_packet.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ALE                (AM65X_CPSW_BASE + CPSW_ALE_OFFSET)
#define MDIO               (AM65X_CPSW_BASE + CPSW_MDIO_OFFSET)
#define MAC                (AM65X_CPSW_BASE + CPSW_MAC_PORT_OFFSET)
#define MAC_REGISTER(name) (MAC + offsetof(struct cpsw_mac_port_registers, name))
#define ALE_REGISTER(name) (ALE + offsetof(struct ale_registers, name))
#define NEGOTIATION_US     100000u
#define PHY                0u
#define ABSENT             7u

static const uint8_t own[] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t group[] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb};

/* ---- registers that say something else ---- */

static uintptr_t forced_address;
static uint32_t forced_value;

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);

uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    const uint64_t value = __real_host_mmio_read(address, size);

    return address == forced_address ? forced_value : value;
}

static int reset(void **state)
{
    (void)state;
    forced_address = 0;
    host_reset();
    return 0;
}

/* ---- entries ---- */

static void assert_words(struct ale_entry entry, uint32_t zero, uint32_t one, uint32_t two)
{
    assert_int_equal(entry.words[0], zero);
    assert_int_equal(entry.words[1], one);
    assert_int_equal(entry.words[2], two);
}

/* Bits as TRM and Linux's cpsw_ale.c have them, put together by hand. */
static void test_entries(void **state)
{
    (void)state;
    assert_words(cpsw_ale_unicast(own, 0, true), 0x22334455, 1u << 28 | 0x0211, 1);
    assert_words(cpsw_ale_unicast(own, 1, false), 0x22334455, 1u << 28 | 0x0211, 1u << 2);
    assert_words(cpsw_ale_multicast(group, ALE_NO_VLAN, ALE_HOST | ALE_MAC), 0x5e0000fb,
                 3u << 30 | 1u << 28 | 0x0100, 3u << 2);
    assert_words(cpsw_ale_multicast(group, 0x123, ALE_HOST), 0x5e0000fb,
                 3u << 30 | 3u << 28 | 0x123u << 16 | 0x0100, 1u << 2);
    assert_words(cpsw_ale_vlan(0xfff, 3, 2, 5, 6), 3 | 5u << 20 | 2u << 24,
                 2u << 28 | 0xfffu << 16 | 6u << 12, 0);
}

static void test_same_entries(void **state)
{
    const struct ale_entry none = {{0}}, unicast = cpsw_ale_unicast(own, 0, true),
                           other_port = cpsw_ale_unicast(own, 1, false),
                           in_any = cpsw_ale_multicast(group, ALE_NO_VLAN, ALE_HOST),
                           in_5 = cpsw_ale_multicast(group, 5, ALE_HOST),
                           in_5_too = cpsw_ale_multicast(group, 5, ALE_MAC),
                           vlan_5 = cpsw_ale_vlan(5, 3, 0, 1, 0),
                           vlan_5_too = cpsw_ale_vlan(5, 1, 1, 0, 1),
                           vlan_6 = cpsw_ale_vlan(6, 3, 0, 1, 0);
    uint8_t near[6];
    struct ale_entry neighbour;

    (void)state;
    assert_true(cpsw_ale_same(&unicast, &other_port));
    assert_true(cpsw_ale_same(&in_5, &in_5_too));
    assert_true(cpsw_ale_same(&vlan_5, &vlan_5_too));
    assert_false(cpsw_ale_same(&none, &none));
    assert_false(cpsw_ale_same(&in_any, &in_5));
    assert_false(cpsw_ale_same(&vlan_5, &vlan_6));
    assert_false(cpsw_ale_same(&vlan_5, &in_5));
    for (unsigned i = 0; i < 6; i++) {
        memcpy(near, own, sizeof(near));
        near[i] ^= 0x40;
        neighbour = cpsw_ale_unicast(near, 0, true);
        assert_false(cpsw_ale_same(&unicast, &neighbour));
    }
    assert_true(cpsw_ale_is_free(&none));
    assert_false(cpsw_ale_is_free(&vlan_5));
}

/* ---- the table ---- */

static void assert_in_table(unsigned number, const struct ale_entry *entry)
{
    mmio_write32(ALE_REGISTER(tblctl), number);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(mmio_read32(ALE_REGISTER(tblw) + 4 * (uintptr_t)i), entry->words[2 - i]);
}

static void test_table(void **state)
{
    const struct ale_entry none = {{0}}, vlan = cpsw_ale_vlan(7, 3, 0, 1, 0),
                           unicast = cpsw_ale_unicast(own, 0, true);
    struct cpsw_ale ale;

    (void)state;
    cpsw_ale_start(&ale, ALE, AM65X_CPSW_CLOCK_HZ);
    assert_int_equal(cpsw_ale_find(&ale, &vlan), -ENOENT);
    assert_int_equal(cpsw_ale_add(&ale, &vlan), 0);
    assert_int_equal(cpsw_ale_add(&ale, &unicast), 1);
    assert_int_equal(cpsw_ale_add(&ale, &vlan), 0);
    assert_in_table(0, &vlan);
    assert_in_table(1, &unicast);
    assert_int_equal(cpsw_ale_remove(&ale, &vlan), 0);
    assert_in_table(0, &vlan); /* it has a user still */
    assert_int_equal(cpsw_ale_remove(&ale, &vlan), 0);
    assert_in_table(0, &none);
    assert_int_equal(cpsw_ale_remove(&ale, &vlan), -ENOENT);
    assert_int_equal(cpsw_ale_find(&ale, &unicast), 1);
}

static void test_full_table(void **state)
{
    struct cpsw_ale ale;
    struct ale_entry entry;

    (void)state;
    cpsw_ale_start(&ale, ALE, AM65X_CPSW_CLOCK_HZ);
    for (unsigned i = 0; i < CPSW_ALE_ENTRIES; i++) {
        entry = cpsw_ale_vlan((uint16_t)(i + 1), 3, 0, 1, 0);
        assert_int_equal(cpsw_ale_add(&ale, &entry), i);
    }
    entry = cpsw_ale_vlan(1000, 3, 0, 1, 0);
    assert_int_equal(cpsw_ale_add(&ale, &entry), -ENOSPC);
    entry = cpsw_ale_vlan(30, 3, 0, 1, 0);
    assert_int_equal(cpsw_ale_add(&ale, &entry), 29); /* one more user */
    (void)cpsw_ale_remove(&ale, &entry);
    (void)cpsw_ale_remove(&ale, &entry);
    entry = cpsw_ale_vlan(1000, 3, 0, 1, 0);
    assert_int_equal(cpsw_ale_add(&ale, &entry), 29);
}

/* Whoever had the ALE before leaves nothing: no entry, no classifier, no port that forwards. */
static void test_start_after_others(void **state)
{
    const struct ale_entry none = {{0}}, vlan = cpsw_ale_vlan(7, 3, 0, 1, 0);
    struct cpsw_ale ale;

    (void)state;
    cpsw_ale_start(&ale, ALE, AM65X_CPSW_CLOCK_HZ);
    (void)cpsw_ale_add(&ale, &vlan);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_PRIORITY, i, i), 0);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_PRIORITY, 0, 0), -ENOSPC);
    cpsw_ale_forward_host(&ale, true);
    cpsw_ale_forward_mac(&ale, true);
    assert_int_equal(mmio_read32(ALE_REGISTER(portctl)) & 3, ALE_PORTCTL_FORWARD);
    cpsw_ale_start(&ale, ALE, AM65X_CPSW_CLOCK_HZ);
    assert_in_table(0, &none);
    assert_int_equal(mmio_read32(ALE_REGISTER(portctl)) & 3, ALE_PORTCTL_DISABLED);
    assert_int_equal(mmio_read32(ALE_REGISTER(portctl) + 4) & 3, ALE_PORTCTL_DISABLED);
    for (unsigned i = 0; i < 8; i++) {
        mmio_write32(ALE_REGISTER(thread_ctl), i);
        assert_int_equal(mmio_read32(ALE_REGISTER(thread_val)), 0);
        mmio_write32(ALE_REGISTER(policer_tbl_ctl), i);
        assert_int_equal(mmio_read32(ALE_REGISTER(policer_port_oui)), 0);
    }
    assert_int_equal(mmio_read32(ALE_REGISTER(thread_def)), ALE_THREAD_ENABLE);
    assert_int_equal(mmio_read32(ALE_REGISTER(aging_ctrl)), 250 * 30);
    cpsw_ale_stop(&ale);
    assert_int_equal(mmio_read32(ALE_REGISTER(control)), 0);
}

static void test_classifiers(void **state)
{
    struct cpsw_ale ale;

    (void)state;
    cpsw_ale_start(&ale, ALE, AM65X_CPSW_CLOCK_HZ);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_PRIORITY, 5, 1), 0);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_SOURCE, 9, 2), 0);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_DESTINATION, 8, 3), 0);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_VLAN, 7, 0), 0);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 0);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_port_oui)), 1u << 19 | 5u << 16);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 1);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_port_oui)), 0);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_da_sa)), 1u << 15 | 9);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 2);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_da_sa)), 1u << 31 | 8u << 16);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 3);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_vlan)), 1u << 31 | 7u << 16);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_ETHERTYPE, 6, 1), 0);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_IP_SOURCE, 5, 2), 0);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_IP_DESTINATION, 4, 3), 0);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 4);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_ethertype_ipsa)), 1u << 31 | 6u << 16);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_vlan)), 0);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 5);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_ethertype_ipsa)), 1u << 15 | 5);
    mmio_write32(ALE_REGISTER(policer_tbl_ctl), 6);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_ethertype_ipsa)), 0);
    assert_int_equal(mmio_read32(ALE_REGISTER(policer_ipda)), 1u << 31 | 4u << 16);
    mmio_write32(ALE_REGISTER(thread_ctl), 2);
    assert_int_equal(mmio_read32(ALE_REGISTER(thread_val)), ALE_THREAD_ENABLE | 3);
    forced_address = ALE_REGISTER(status);
    forced_value = 0;
    cpsw_ale_start(&ale, ALE, AM65X_CPSW_CLOCK_HZ);
    assert_int_equal(cpsw_ale_classify(&ale, CPSW_ALE_PRIORITY, 5, 1), -ENOTSUP);
}

/* ---- MDIO ---- */

static void test_mdio(void **state)
{
    uint16_t value = 0;

    (void)state;
    mmio_write32(MDIO + offsetof(struct mdio_registers, control), MDIO_CONTROL_ENABLE | 0xff);
    cpsw_mdio_start(MDIO);
    assert_int_equal(
        mmio_read32(MDIO + offsetof(struct mdio_registers, control)) & MDIO_CONTROL_ENABLE, 0);
    assert_int_equal(cpsw_mdio_read_register(MDIO, PHY, PHY_IDR1, &value), 0);
    assert_int_equal(value, 0x2000);
    assert_int_equal(cpsw_mdio_read_register(MDIO, PHY, PHY_IDR2, &value), 0);
    assert_int_equal(value, 0xa231);
    assert_int_equal(cpsw_mdio_read_register(MDIO, ABSENT, PHY_IDR1, &value), -EIO);
    for (unsigned i = 0; i < 16; i++) {
        const uint16_t pattern = (uint16_t)(1u << i | (i == 3 ? 0x8001u : 0));

        cpsw_mdio_write_device(MDIO, PHY, DP83867_DEVICE, DP83867_RGMIIDCTL, pattern);
        cpsw_mdio_write_device(MDIO, ABSENT, DP83867_DEVICE, DP83867_RGMIIDCTL, 0x5555);
        assert_int_equal(
            cpsw_mdio_read_device(MDIO, PHY, DP83867_DEVICE, DP83867_RGMIIDCTL, &value), 0);
        assert_int_equal(value, pattern);
    }
    assert_int_equal(cpsw_mdio_read_device(MDIO, ABSENT, DP83867_DEVICE, 0x86, &value), -EIO);
}

/* ---- the PHY ---- */

static const struct cpsw_facts facts = {
    .phy_address = CPSW_PHY_ANY,
    .receive_delay = 7,
    .transmit_delay = CPSW_NO_DELAY,
};

static void open_phy(struct cpsw_phy *phy)
{
    cpsw_mdio_start(MDIO);
    assert_int_equal(cpsw_phy_open(phy, MDIO, &facts), 0);
}

static void assert_link(const struct cpsw_phy *phy, unsigned speed, bool full_duplex)
{
    struct cpsw_link link;

    assert_int_equal(cpsw_phy_look(phy, &link), 0);
    assert_int_equal(link.up, speed != 0);
    assert_int_equal(link.speed, speed);
    assert_int_equal(link.full_duplex, full_duplex);
}

static void test_phy(void **state)
{
    struct cpsw_phy phy;
    uint16_t value;

    (void)state;
    am65x_link(true);
    open_phy(&phy);
    assert_int_equal(phy.address, PHY);
    assert_int_equal(phy.id, 0x2000a231);
    assert_int_equal(cpsw_mdio_read_device(MDIO, PHY, DP83867_DEVICE, DP83867_RGMIICTL, &value), 0);
    assert_int_equal(value & 3, DP83867_RGMIICTL_RX);
    assert_int_equal(cpsw_mdio_read_device(MDIO, PHY, DP83867_DEVICE, DP83867_RGMIIDCTL, &value),
                     0);
    assert_int_equal(value, 7);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 1000, true);
    am65x_link(false);
    assert_link(&phy, 0, false);
    am65x_link(true);
    assert_link(&phy, 0, false);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 1000, true);
}

/* The PHY goes off the wire, and negotiates when it comes back. */
static void test_phy_power(void **state)
{
    struct cpsw_phy phy;

    (void)state;
    am65x_link(true);
    open_phy(&phy);
    host_advance_us(NEGOTIATION_US);
    assert_int_equal(cpsw_phy_power(&phy, false), 0);
    assert_link(&phy, 0, false);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 0, false);
    assert_int_equal(cpsw_phy_power(&phy, true), 0);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 1000, true);
}

/* What is agreed on is the best that both have told. An earlier user's link is left alone, or not,
 * if he wanted less. */
static void test_phy_after_others(void **state)
{
    struct cpsw_phy phy;
    uint16_t value;

    (void)state;
    am65x_link(true);
    open_phy(&phy);
    host_advance_us(NEGOTIATION_US);
    open_phy(&phy);
    assert_link(&phy, 1000, true);

    cpsw_mdio_write_register(MDIO, PHY, PHY_CFG1, 0);
    cpsw_mdio_write_register(MDIO, PHY, PHY_BMCR, PHY_BMCR_AUTONEGOTIATE | PHY_BMCR_RESTART);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 100, true);
    cpsw_mdio_write_register(MDIO, PHY, PHY_ANAR, PHY_ANAR_10_FULL | PHY_ANAR_IEEE_802_3);
    cpsw_mdio_write_register(MDIO, PHY, PHY_BMCR, PHY_BMCR_AUTONEGOTIATE | PHY_BMCR_RESTART);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 10, true);

    open_phy(&phy);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 1000, true);
    assert_int_equal(cpsw_mdio_read_register(MDIO, PHY, PHY_CFG1, &value), 0);
    assert_int_equal(value & (PHY_CFG1_1000 | PHY_CFG1_1000_FULL), PHY_CFG1_1000_FULL);

    cpsw_mdio_write_register(MDIO, PHY, PHY_BMCR, PHY_BMCR_POWER_DOWN);
    open_phy(&phy);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 1000, true);
}

/* Without negotiation, the speed is what the control register says. */
static void test_phy_forced(void **state)
{
    struct cpsw_phy phy;

    (void)state;
    am65x_link(true);
    open_phy(&phy);
    cpsw_mdio_write_register(MDIO, PHY, PHY_BMCR, PHY_BMCR_SPEED_100 | PHY_BMCR_FULL_DUPLEX);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 100, true);
    cpsw_mdio_write_register(MDIO, PHY, PHY_BMCR, 0);
    host_advance_us(NEGOTIATION_US);
    assert_link(&phy, 10, false);
}

static void test_no_phy(void **state)
{
    struct cpsw_facts elsewhere = facts;
    struct cpsw_link link;
    struct cpsw_phy phy;

    (void)state;
    cpsw_mdio_start(MDIO);
    elsewhere.phy_address = ABSENT;
    assert_int_equal(cpsw_phy_open(&phy, MDIO, &elsewhere), -ENXIO);
    assert_int_equal(cpsw_phy_open(&phy, MDIO, &facts), 0);
    forced_address = MDIO + offsetof(struct mdio_registers, manual_if);
    forced_value = MDIO_MANUAL_PIN; /* nobody pulls the line low */
    assert_int_equal(cpsw_phy_look(&phy, &link), -EIO);
    assert_false(link.up);
    assert_int_equal(cpsw_phy_power(&phy, true), -EIO);
    assert_int_equal(cpsw_phy_open(&phy, MDIO, &facts), -ENXIO);
    forced_value = 0; /* or it is stuck */
    assert_int_equal(cpsw_phy_open(&phy, MDIO, &facts), -ENXIO);
}

/* ---- the MAC ---- */

static void test_mac(void **state)
{
    const struct cpsw_link gigabit = {true, true, 1000}, slow = {true, false, 10};

    (void)state;
    assert_int_equal(cpsw_mac_reset(AM65X_CPSW_BASE), 0);
    assert_int_equal(mmio_read32(MAC_REGISTER(rx_maxlen)), 1522);
    cpsw_mac_set_address(AM65X_CPSW_BASE, own);
    assert_int_equal(mmio_read32(MAC_REGISTER(sa_h)), 0x33221102);
    assert_int_equal(mmio_read32(MAC_REGISTER(sa_l)), 0x5544);
    cpsw_mac_up(AM65X_CPSW_BASE, &gigabit, true);
    assert_int_equal(mmio_read32(MAC_REGISTER(mac_control)), 1u << 7 | 1u << 5 | 1u << 1 | 1u);
    assert_int_equal(cpsw_mac_down(AM65X_CPSW_BASE), 0);
    assert_int_equal(mmio_read32(MAC_REGISTER(mac_control)), 0);
    cpsw_mac_up(AM65X_CPSW_BASE, &slow, false);
    assert_int_equal(mmio_read32(MAC_REGISTER(mac_control)), 1u << 18 | 1u << 5);
}

static void test_mac_that_hangs(void **state)
{
    (void)state;
    forced_address = MAC_REGISTER(mac_soft_reset);
    forced_value = CPSW_MAC_SOFT_RESET;
    assert_int_equal(cpsw_mac_reset(AM65X_CPSW_BASE), -ETIMEDOUT);
    forced_address = MAC_REGISTER(mac_status);
    forced_value = 0x70000000;
    assert_int_equal(cpsw_mac_down(AM65X_CPSW_BASE), -ETIMEDOUT);
    assert_int_equal(mmio_read32(MAC_REGISTER(mac_control)), 0);
}

static void test_interface(void **state)
{
    (void)state;
    mmio_write32(AM65X_MCU_ENET_CTRL, 0);
    assert_int_equal(cpsw_select_rgmii(AM65X_MCU_ENET_CTRL), 0);
    assert_int_equal(mmio_read32(AM65X_MCU_ENET_CTRL) & 7, 2);
    assert_int_equal(cpsw_select_rgmii(AM65X_MCU_ENET_CTRL), 0);
    forced_address = AM65X_MCU_ENET_CTRL;
    forced_value = 1;
    assert_int_equal(cpsw_select_rgmii(AM65X_MCU_ENET_CTRL), -EIO);
}

/* ---- words and names ---- */

static void test_address(void **state)
{
    static const uint8_t none[6], many[] = {1, 0, 0, 0, 0, 0};
    const struct cpsw_facts efuses = {.mac_id = AM65X_MCU_MAC_ID0};
    uint8_t address[6];

    (void)state;
    assert_true(cpsw_is_unicast(own));
    assert_false(cpsw_is_unicast(none));
    assert_false(cpsw_is_unicast(many));
    assert_int_equal(cpsw_get_efuse_address(&efuses, address), 0);
    assert_int_equal(address[5], mmio_read32(AM65X_MCU_MAC_ID0) & 0xff);
    assert_int_equal(address[2], mmio_read32(AM65X_MCU_MAC_ID0) >> 24);
    assert_int_equal(address[0], mmio_read32(AM65X_MCU_MAC_ID0 + 4) >> 8 & 0xff);
    forced_address = AM65X_MCU_MAC_ID0 + 4;
    forced_value = 0x0100;
    assert_int_equal(cpsw_get_efuse_address(&efuses, address), -ENODEV);
}

static void test_checksum_words(void **state)
{
    static const struct cpsw_facts first = {.checksum_erratum = true}, second = {0};
    struct cpsw port = {.facts = &second};
    struct udma_host_packet descriptor = {0};
    const struct udma_received packet = {.descriptor = &descriptor};
    struct udma_header header;

    (void)state;
    assert_int_equal(cpsw_add_checksum(&port, &header, 100, 34, 40), 0);
    assert_int_equal(header.word_count, 4);
    assert_int_equal(header.words[2], 41u << 24 | 35u << 16 | 66);
    assert_int_equal(cpsw_add_checksum(&port, &header, 100, 100, 100), -EINVAL);
    assert_int_equal(cpsw_add_checksum(&port, &header, 100, 34, 99), -EINVAL);
    assert_int_equal(cpsw_add_checksum(&port, &header, 100, 34, 33), -EINVAL);
    assert_int_equal(cpsw_add_checksum(&port, &header, 400, 34, 253), 0);
    assert_int_equal(cpsw_add_checksum(&port, &header, 400, 34, 254), -EINVAL);
    port.facts = &first;
    assert_int_equal(cpsw_add_checksum(&port, &header, 100, 34, 40), -ENOTSUP);

    assert_int_equal(cpsw_checksum(&packet), CPSW_CHECKSUM_UNKNOWN);
    descriptor.packet_info[0] = 4u << HOST_INFO0_WORDS_SHIFT;
    descriptor.extended[2] = 0;
    assert_int_equal(cpsw_checksum(&packet), CPSW_CHECKSUM_UNKNOWN);
    descriptor.extended[2] = CPSW_CHECKSUM_IPV4 | 0xffff;
    assert_int_equal(cpsw_checksum(&packet), CPSW_CHECKSUM_GOOD);
    descriptor.extended[2] = CPSW_CHECKSUM_IPV6 | CPSW_CHECKSUM_ERROR;
    assert_int_equal(cpsw_checksum(&packet), CPSW_CHECKSUM_BAD);
    descriptor.extended[2] = CPSW_CHECKSUM_IPV4 | CPSW_CHECKSUM_FRAGMENT;
    assert_int_equal(cpsw_checksum(&packet), CPSW_CHECKSUM_UNKNOWN);
}

static void test_names(void **state)
{
    unsigned count = 0;

    (void)state;
    assert_string_equal(cpsw_statistic_name(CPSW_RX_GOOD_FRAMES), "rx_good_frames");
    assert_string_equal(cpsw_statistic_name(127), "tx_priority7_drop_bytes");
    assert_null(cpsw_statistic_name(56));
    assert_null(cpsw_statistic_name(128));
    for (unsigned i = 0; i < CPSW_STATISTICS; i++)
        count += cpsw_statistic_name(i) != NULL;
    assert_int_equal(count, 56 + 6 + 1 + 32);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_entries, reset),
        cmocka_unit_test_setup(test_same_entries, reset),
        cmocka_unit_test_setup(test_table, reset),
        cmocka_unit_test_setup(test_full_table, reset),
        cmocka_unit_test_setup(test_start_after_others, reset),
        cmocka_unit_test_setup(test_classifiers, reset),
        cmocka_unit_test_setup(test_mdio, reset),
        cmocka_unit_test_setup(test_phy, reset),
        cmocka_unit_test_setup(test_phy_power, reset),
        cmocka_unit_test_setup(test_phy_after_others, reset),
        cmocka_unit_test_setup(test_phy_forced, reset),
        cmocka_unit_test_setup(test_no_phy, reset),
        cmocka_unit_test_setup(test_mac, reset),
        cmocka_unit_test_setup(test_mac_that_hangs, reset),
        cmocka_unit_test_setup(test_interface, reset),
        cmocka_unit_test_setup(test_address, reset),
        cmocka_unit_test_setup(test_checksum_words, reset),
        cmocka_unit_test_setup(test_names, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
