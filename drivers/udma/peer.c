// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a PDMA tells of itself, in its registers that the channel shows (AM65x TRM SPRUID7, 10.2.2
 * UDMAP, "UDMAP_RT_PEER").
 */
#include "drivers/udma/peer.h"
#include "arch/mmio.h"
#include "drivers/udma/packet_channels.h"
#include "drivers/udma/peer_registers.h"

uint32_t udma_receive_peer_bytes(const struct udma_receive *receive)
{
    return mmio_read32((uintptr_t)&receive->half->peer[UDMA_PEER_BYTE_COUNT]);
}
