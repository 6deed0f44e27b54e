// SPDX-License-Identifier: BSD-3-Clause
/*
 * The CPSW's address lookup engine, which decides where a frame goes (AM65x TRM SPRUID7, MCU_CPSW0,
 * "Address Lookup Engine"; names from there; the classifiers as in SPRUIM2 and SPRUJ52, "ALE
 * Classification"). Offsets also in Linux, cpsw_ale.c.
 */
#ifndef DRIVERS_CPSW_ALE_REGISTERS_H
#define DRIVERS_CPSW_ALE_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

struct ale_registers {
    uint32_t mod_ver;
    uint32_t status;
    uint32_t control;
    uint32_t ctrl2;
    uint32_t prescale;
    uint32_t aging_ctrl;
    uint32_t reserved_18;
    uint32_t nxt_hdr;
    uint32_t tblctl;
    uint32_t reserved_24[4];
    uint32_t tblw[3]; /* word 2, 1, 0 of an entry */
    uint32_t portctl[2];
    uint32_t reserved_48[(0x90 - 0x48) / 4];
    uint32_t uvlan_member; /* of VLANs that are in no entry; a bit for each port */
    uint32_t uvlan_urcast; /* and where their unregistered multicast frames go, */
    uint32_t uvlan_rmcast; /* their registered ones, */
    uint32_t uvlan_untag;  /* and where they leave without a tag */
    uint32_t reserved_a0[(0xc0 - 0xa0) / 4];
    uint32_t vlan_mask_mux[8]; /* masks of ports that VLAN entries name by number */
    uint32_t reserved_e0[(0x100 - 0xe0) / 4];
    uint32_t policer_port_oui;
    uint32_t policer_da_sa;
    uint32_t policer_vlan;
    uint32_t policer_ethertype_ipsa;
    uint32_t policer_ipda;
    uint32_t reserved_114;
    uint32_t policer_pir;
    uint32_t policer_cir;
    uint32_t policer_tbl_ctl;
    uint32_t policer_ctl;
    uint32_t policer_test_ctl;
    uint32_t policer_hit_status;
    uint32_t reserved_130;
    uint32_t thread_def;
    uint32_t thread_ctl;
    uint32_t thread_val;
};

_Static_assert(offsetof(struct ale_registers, tblctl) == 0x20, "ALE_TBLCTL");
_Static_assert(offsetof(struct ale_registers, tblw) == 0x34, "ALE_TBLW2");
_Static_assert(offsetof(struct ale_registers, portctl) == 0x40, "ALE_PORTCTL0");
_Static_assert(offsetof(struct ale_registers, uvlan_member) == 0x90, "ALE_UVLAN_MEMBER");
_Static_assert(offsetof(struct ale_registers, vlan_mask_mux) == 0xc0, "ALE_VLAN_MASK_MUX");
_Static_assert(offsetof(struct ale_registers, policer_port_oui) == 0x100, "ALE_POLICER_PORT_OUI");
_Static_assert(offsetof(struct ale_registers, policer_tbl_ctl) == 0x120, "ALE_POLICER_TBL_CTL");
_Static_assert(offsetof(struct ale_registers, thread_def) == 0x134, "ALE_THREADMAPDEF");

#define ALE_STATUS_POLICERS(status) (((status) >> 8 & 0xffu) * 8u) /* POLCNTDIV8 */

#define ALE_CONTROL_ENABLE          (1u << 31)
#define ALE_CONTROL_CLEAR           (1u << 30) /* the table */
#define ALE_CONTROL_VLAN_AWARE      (1u << 2)

#define ALE_AGING_MASK              0xffffffu

#define ALE_TBLCTL_WRITE            (1u << 31)

#define ALE_PORTCTL_STATE_MASK      3u
#define ALE_PORTCTL_DISABLED        0u
#define ALE_PORTCTL_FORWARD         3u
#define ALE_PORTCTL_NO_LEARN        (1u << 4)
#define ALE_PORTCTL_MAC_ONLY        (1u << 11) /* nothing goes to other ports than the host's */
#define ALE_PORTCTL_MAC_ONLY_CAF    (1u << 13) /* and all frames are copied to it */

#define ALE_POLICER_PRI_MEN         (1u << 19) /* policer_port_oui */
#define ALE_POLICER_PRI_SHIFT       16
#define ALE_POLICER_HIGH_MEN        (1u << 31) /* da_sa: destination; vlan: outer; ethertype; ipda */
#define ALE_POLICER_HIGH_SHIFT      16
#define ALE_POLICER_LOW_MEN         (1u << 15) /* da_sa: source; vlan: inner; ipsa */
#define ALE_POLICER_WRITE           (1u << 31) /* policer_tbl_ctl */
#define ALE_THREAD_ENABLE           (1u << 15) /* thread_def, thread_val */

#endif
