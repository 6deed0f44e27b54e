// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MAC address in the efuses (AM65x TRM SPRUID7, CTRLMMR_MCU_MAC_ID0 and MAC_ID1: the four lower
 * bytes, and the two upper).
 */
#include "arch/mmio.h"
#include "drivers/cpsw/internal.h"

#include <errno.h>

#define MAC_ID1 4u

bool cpsw_is_unicast(const uint8_t *address)
{
    unsigned any = 0;

    for (unsigned i = 0; i < CPSW_MAC_ADDRESS_LENGTH; i++)
        any |= address[i];
    return any != 0 && (address[0] & 1u) == 0;
}

int cpsw_get_efuse_address(const struct cpsw_facts *facts, uint8_t address[CPSW_MAC_ADDRESS_LENGTH])
{
    const uint64_t bytes = (uint64_t)(mmio_read32(facts->mac_id + MAC_ID1) & 0xffffu) << 32 |
                           mmio_read32(facts->mac_id);

    for (unsigned i = 0; i < CPSW_MAC_ADDRESS_LENGTH; i++)
        address[i] = (uint8_t)(bytes >> (40u - 8u * i));
    return cpsw_is_unicast(address) ? 0 : -ENODEV;
}
