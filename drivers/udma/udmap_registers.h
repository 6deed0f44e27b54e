// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UDMAP's registers, as far as they are used here: its global configuration, and the real-time
 * registers of a channel, a page each (AM65x TRM SPRUID7, 10.2.2 UDMAP: UDMAP_GCFG; UDMAP_TXRT and
 * UDMAP_RXRT, which are alike; names from there).
 */
#ifndef DRIVERS_UDMA_UDMAP_REGISTERS_H
#define DRIVERS_UDMA_UDMAP_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

#define UDMAP_CHANNEL_STRIDE         0x1000u
#define UDMAP_CHANNELS_MAX           256u /* what the region of a direction, 1 MiB, has room for */

/* cap[2]: how many channels of each direction there are. */
#define UDMAP_CAP2_TRANSMITS(c)      ((c)&0x1ffu)
#define UDMAP_CAP2_EXTERNALS(c)      ((c) >> 9 & 0x1ffu) /* transmit channels of other UDMAs */
#define UDMAP_CAP2_RECEIVES(c)       ((c) >> 18 & 0x1ffu)

/* A channel's ctl. */
#define UDMAP_CTL_ENABLE             (1u << 31)
#define UDMAP_CTL_TEARDOWN           (1u << 30)
#define UDMAP_CTL_PAUSE              (1u << 29)
#define UDMAP_CTL_FORCED_TEARDOWN    (1u << 28) /* at once, instead of at a packet's end */
#define UDMAP_CTL_ERROR              (1u << 0)

/* A channel's swtrig (TI's CSL has but this bit). */
#define UDMAP_SWTRIG_TRIGGER_0       (1u << 0)

/* flow_status: a packet asked for a flow that is not its receive channel's. The first is kept until
 * it is cleared; what comes meanwhile is not noted. */
#define UDMAP_FLOW_STATUS_PENDING    (1u << 31)
#define UDMAP_FLOW_STATUS_FLOW(s)    ((s) >> 16 & 0x3fffu)
#define UDMAP_FLOW_STATUS_CHANNEL(s) ((s)&0x1ffu)

/* UDMAP_GCFG. */
struct udmap_registers {
    uint32_t rev;
    uint32_t reserved_04[7];
    uint32_t cap[4];
    uint32_t reserved_30[22];
    uint32_t flow_status; /* RFLOWFWSTAT */
};

/* A channel's page. */
struct udmap_channel_registers {
    uint32_t ctl;
    uint32_t reserved_004;
    uint32_t swtrig; /* write only: software's trigger */
    uint32_t reserved_00c[125];
    uint32_t peer[16]; /* registers of the thread at the other end of the pairing */
    uint32_t reserved_240[112];
    uint32_t pcnt; /* packets done */
    uint32_t reserved_404;
    uint32_t bcnt; /* bytes done */
    uint32_t reserved_40c;
    uint32_t sbcnt; /* bytes started */
};

_Static_assert(offsetof(struct udmap_registers, cap) == 0x20, "UDMAP_CAP0");
_Static_assert(offsetof(struct udmap_registers, flow_status) == 0x88, "UDMAP_RFLOWFWSTAT");
_Static_assert(offsetof(struct udmap_channel_registers, swtrig) == 0x8, "UDMAP_RT_SWTRIG");
_Static_assert(offsetof(struct udmap_channel_registers, peer) == 0x200, "UDMAP_RT_PEER0");
_Static_assert(offsetof(struct udmap_channel_registers, pcnt) == 0x400, "UDMAP_RT_PCNT");
_Static_assert(offsetof(struct udmap_channel_registers, bcnt) == 0x408, "UDMAP_RT_BCNT");
_Static_assert(offsetof(struct udmap_channel_registers, sbcnt) == 0x410, "UDMAP_RT_SBCNT");

#endif
