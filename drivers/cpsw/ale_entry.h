// SPDX-License-Identifier: BSD-3-Clause
/*
 * Entries of the ALE's table, of the layout that the CPSW2G of the AM65x has: 71 bits in three
 * words (AM65x TRM SPRUID7, MCU_CPSW0, "ALE Table Entry Types"; bits also in Linux, cpsw_ale.c, and
 * in the MCU+ SDK's register headers of the CPSW4G).
 * Pure: no register is touched. Any context.
 */
#ifndef DRIVERS_CPSW_ALE_ENTRY_H
#define DRIVERS_CPSW_ALE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

struct ale_entry {
    uint32_t words[3]; /* bits 0-31, 32-63, 64-95 */
};

/* Ports, a bit each. */
#define ALE_HOST    1u
#define ALE_MAC     2u
#define ALE_NO_VLAN 0xffffu

/* A unicast address that is behind a port, for good: it does not age. secure: frames from it are
 * dropped where they come in by another port. */
struct ale_entry cpsw_ale_unicast(const uint8_t *address, unsigned port, bool secure);
/* A group's address, and the ports that its frames go to; of one VLAN, or of any (ALE_NO_VLAN). */
struct ale_entry cpsw_ale_multicast(const uint8_t *address, uint16_t vlan, unsigned ports);
/* A VLAN: its ports, the ports that its frames leave without a tag, and the numbers of the masks
 * (vlan_mask_mux) of ports for unregistered and registered multicast frames. */
struct ale_entry cpsw_ale_vlan(uint16_t vlan, unsigned ports, unsigned untagged,
                               unsigned unregistered, unsigned registered);

/* An ethertype, or an IPv4 address (4 bytes): nothing but what a classifier compares with. */
struct ale_entry cpsw_ale_ethertype(uint16_t ethertype);
struct ale_entry cpsw_ale_ipv4(const uint8_t *address);

/* Whether both are entries of the same address, or VLAN, whatever they say of it. Two that are free
 * are not. */
bool cpsw_ale_same(const struct ale_entry *one, const struct ale_entry *other);
bool cpsw_ale_is_free(const struct ale_entry *entry);

#endif
