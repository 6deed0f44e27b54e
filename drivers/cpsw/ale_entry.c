// SPDX-License-Identifier: BSD-3-Clause
/*
 * Entries of the ALE's table: where their fields are (drivers/cpsw/ale_entry.h).
 */
#include "drivers/cpsw/ale_entry.h"

#include <string.h>

/* First bit and width. An address has the lower 48 bits, its first byte on top; a VLAN's entry the
 * fields of the third group there. */
#define TYPE                60u, 2u
#define VLAN_ID             48u, 12u
#define PORT_MASK           66u, 2u
#define PORT_NUMBER         66u, 1u
#define MULTICAST_STATE     62u, 2u
#define SECURE              64u, 1u

#define MEMBERS             0u, 2u
#define UNREGISTERED_NUMBER 20u, 3u
#define UNTAGGED            24u, 2u
#define REGISTERED_NUMBER   44u, 3u

/* What an entry of the VLANs' type is: 0 a VLAN. */
#define KIND                62u, 2u
#define KIND_UPPER          64u, 1u
#define KIND_ETHERTYPE      0u, 1u
#define KIND_IPV4           2u, 1u

#define TYPE_FREE           0u
#define TYPE_ADDRESS        1u
#define TYPE_VLAN           2u
#define TYPE_VLAN_ADDRESS   3u

#define STATE_FORWARD       3u /* in forwarding ports only */
#define WORD                32u

/* No field that is set here lies in two words. */
static void set(struct ale_entry *entry, unsigned first, unsigned width, uint32_t value)
{
    const uint32_t mask = ((1u << width) - 1u) << first % WORD;

    entry->words[first / WORD] =
        (entry->words[first / WORD] & ~mask) | (value << first % WORD & mask);
}

static uint32_t get(const struct ale_entry *entry, unsigned first, unsigned width)
{
    return entry->words[first / WORD] >> first % WORD & ((1u << width) - 1u);
}

static void set_address(struct ale_entry *entry, const uint8_t *address)
{
    for (unsigned i = 0; i < 6; i++)
        set(entry, 40u - 8u * i, 8, address[i]);
}

struct ale_entry cpsw_ale_unicast(const uint8_t *address, unsigned port, bool secure)
{
    struct ale_entry entry = {{0}};

    set(&entry, TYPE, TYPE_ADDRESS);
    set_address(&entry, address);
    set(&entry, SECURE, secure ? 1 : 0);
    set(&entry, PORT_NUMBER, port);
    return entry;
}

struct ale_entry cpsw_ale_multicast(const uint8_t *address, uint16_t vlan, unsigned ports)
{
    struct ale_entry entry = {{0}};

    set(&entry, TYPE, vlan == ALE_NO_VLAN ? TYPE_ADDRESS : TYPE_VLAN_ADDRESS);
    set(&entry, VLAN_ID, vlan == ALE_NO_VLAN ? 0 : vlan);
    set_address(&entry, address);
    set(&entry, MULTICAST_STATE, STATE_FORWARD);
    set(&entry, PORT_MASK, ports);
    return entry;
}

struct ale_entry cpsw_ale_vlan(uint16_t vlan, unsigned ports, unsigned untagged,
                               unsigned unregistered, unsigned registered)
{
    struct ale_entry entry = {{0}};

    set(&entry, TYPE, TYPE_VLAN);
    set(&entry, VLAN_ID, vlan);
    set(&entry, MEMBERS, ports);
    set(&entry, UNTAGGED, untagged);
    set(&entry, UNREGISTERED_NUMBER, unregistered);
    set(&entry, REGISTERED_NUMBER, registered);
    return entry;
}

static struct ale_entry compared(uint32_t value, unsigned kind, unsigned upper)
{
    struct ale_entry entry = {{value, 0, 0}};

    set(&entry, TYPE, TYPE_VLAN);
    set(&entry, KIND, kind);
    set(&entry, KIND_UPPER, upper);
    return entry;
}

struct ale_entry cpsw_ale_ethertype(uint16_t ethertype)
{
    return compared(ethertype, KIND_ETHERTYPE);
}

struct ale_entry cpsw_ale_ipv4(const uint8_t *address)
{
    return compared((uint32_t)address[0] << 24 | (uint32_t)address[1] << 16 |
                        (uint32_t)address[2] << 8 | address[3],
                    KIND_IPV4);
}

bool cpsw_ale_is_free(const struct ale_entry *entry)
{
    return get(entry, TYPE) == TYPE_FREE;
}

static bool is_vlan(const struct ale_entry *entry)
{
    return get(entry, TYPE) == TYPE_VLAN && get(entry, KIND) == 0 && get(entry, KIND_UPPER) == 0;
}

/* Of what classifiers compare, all of it is the name. */
static bool is_compared(const struct ale_entry *entry)
{
    return get(entry, TYPE) == TYPE_VLAN && !is_vlan(entry);
}

/* Of a VLAN, the type and the number are what names it; of the others, the address too. */
bool cpsw_ale_same(const struct ale_entry *one, const struct ale_entry *other)
{
    const uint32_t upper = (3u << 28 | 0xfffu << 16) | 0xffffu; /* TYPE, VLAN_ID, address */
    const uint32_t type = get(one, TYPE);

    if (is_compared(one) || is_compared(other))
        return memcmp(one, other, sizeof(*one)) == 0;
    if (type == TYPE_FREE || type != get(other, TYPE) || get(one, VLAN_ID) != get(other, VLAN_ID))
        return false;
    return type == TYPE_VLAN || (one->words[0] == other->words[0] &&
                                 (one->words[1] & upper) == (other->words[1] & upper));
}
