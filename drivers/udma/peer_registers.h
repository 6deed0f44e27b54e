// SPDX-License-Identifier: BSD-3-Clause
/*
 * The registers of the thread at the other end of a channel, which the channel's page shows from
 * 0x200 on (struct udmap_channel_registers, peer). Which ones there are, the thread decides; these
 * are what the AM65x's PDMAs have, and 8 every one (AM65x TRM SPRUID7, 10.2.2 UDMAP,
 * "UDMAP_RT_PEER" and 10.3 PDMA, "PSI-L configuration registers").
 */
#ifndef DRIVERS_UDMA_PEER_REGISTERS_H
#define DRIVERS_UDMA_PEER_REGISTERS_H

enum udma_peer_register {
    UDMA_PEER_STATIC_TR_XY = 0,
    UDMA_PEER_STATIC_TR_Z = 1,
    UDMA_PEER_BYTE_COUNT = 4, /* counts down by what is written */
    UDMA_PEER_ENABLE = 8,
};

/* UDMA_PEER_STATIC_TR_XY. X is a code: log2 of an element's bytes but for 3 bytes. */
#define UDMA_PEER_XY_X_SHIFT      24u
#define UDMA_PEER_XY_Y_MAX        0xfffu
#define UDMA_PEER_Z_MAX           0xfffu

#define UDMA_PEER_ENABLE_ENABLE   (1u << 31)
#define UDMA_PEER_ENABLE_TEARDOWN (1u << 30)
#define UDMA_PEER_ENABLE_FLUSH    (1u << 28)

#endif
