// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers and descriptors of Intel's 82574 (82574 GbE Controller Family Datasheet, revision 3.4:
 * chapter 7 "Inline Functions", chapter 10 "Driver Programming Interface").
 */
#ifndef DRIVERS_E1000E_E1000E_REGISTERS_H
#define DRIVERS_E1000E_E1000E_REGISTERS_H

#include <stdint.h>

#define E1000E_GONE              0xffffffffu /* what reads where there is nobody */

/* ---- the device as a whole ---- */

#define E1000E_CTRL              0x00000u
#define E1000E_CTRL_FD           (1u << 0)
#define E1000E_CTRL_MASTER_OFF   (1u << 2) /* GIO master disable */
#define E1000E_CTRL_SLU          (1u << 6) /* set link up */
#define E1000E_CTRL_SPEED_MASK   (3u << 8)
#define E1000E_CTRL_SPEED_1000   (2u << 8)
#define E1000E_CTRL_FRCSPD       (1u << 11)
#define E1000E_CTRL_FRCDPLX      (1u << 12)
#define E1000E_CTRL_RST          (1u << 26)

#define E1000E_STATUS            0x00008u
#define E1000E_STATUS_FD         (1u << 0)
#define E1000E_STATUS_LU         (1u << 1)
#define E1000E_STATUS_SPEED_MASK (3u << 6)
#define E1000E_STATUS_SPEED(s)   ((s) >> 6 & 3u) /* 10, 100, and two of 1000 Mbit/s */
#define E1000E_STATUS_1000       (2u << 6)
#define E1000E_STATUS_MASTER     (1u << 19) /* GIO master enable status */

#define E1000E_EECD              0x00010u
#define E1000E_EECD_AUTO_RD      (1u << 9) /* what the NVM has is in the registers */

#define E1000E_CTRL_EXT          0x00018u
#define E1000E_CTRL_EXT_EIAME    (1u << 24) /* a message masks its causes, if IAM has them */
#define E1000E_CTRL_EXT_IAME     (1u << 27) /* ICR's accesses do: not with MSI-X */
#define E1000E_CTRL_EXT_PBA      (1u << 31) /* IMS's writes clear pending bits of MSI-X */

/* ---- interrupts: causes ---- */

#define E1000E_ICR               0x000c0u
#define E1000E_ICS               0x000c8u
#define E1000E_IMS               0x000d0u
#define E1000E_IMC               0x000d8u
#define E1000E_EIAC              0x000dcu
#define E1000E_IAM               0x000e0u
#define E1000E_CAUSE_LSC         (1u << 2) /* the link has changed */
#define E1000E_CAUSE_RXQ0        (1u << 20)
#define E1000E_CAUSE_TXQ0        (1u << 22)
#define E1000E_CAUSE_OTHER       (1u << 24)
#define E1000E_CAUSES_OTHER      0x01070244u /* what OTHER stands for, and itself */
#define E1000E_CAUSES_ALL        0xffffffffu

/* Which vector a cause has; bit 3 of each says that it has one. */
#define E1000E_IVAR              0x000e4u
#define E1000E_IVAR_RXQ0(vector) (8u | (vector))
#define E1000E_IVAR_TXQ0(vector) ((8u | (vector)) << 8)
#define E1000E_IVAR_OTHER(v)     ((8u | (v)) << 16)
#define E1000E_IVAR_TX_WRITEBACK (1u << 31) /* for each descriptor that is written back */

/* Between two messages of a vector, in units of 256 ns. */
#define E1000E_EITR(vector)      (0x000e8u + 4u * (vector))
#define E1000E_EITR_NS           256u
#define E1000E_EITR_MAX          0xffffu

/* ---- receiving ---- */

#define E1000E_RCTL              0x00100u
#define E1000E_RCTL_EN           (1u << 1)
#define E1000E_RCTL_UPE          (1u << 3)  /* all unicast */
#define E1000E_RCTL_MPE          (1u << 4)  /* all multicast */
#define E1000E_RCTL_LBM_MAC      (1u << 6)  /* the MAC's loopback */
#define E1000E_RCTL_BAM          (1u << 15) /* broadcast */
#define E1000E_RCTL_SECRC        (1u << 26) /* without the check sequence */
                                            /* BSIZE 17:16 and BSEX 25 are 0: 2048 bytes */
#define E1000E_RXCSUM            0x05000u
#define E1000E_RXCSUM_IPOFLD     (1u << 8)
#define E1000E_RXCSUM_TUOFLD     (1u << 9)
#define E1000E_RFCTL             0x05008u
#define E1000E_RFCTL_EXSTEN      (1u << 15) /* extended descriptors */
#define E1000E_MTA               0x05200u
#define E1000E_MTA_WORDS         128u
#define E1000E_RAL               0x05400u
#define E1000E_RAH               0x05404u
#define E1000E_RAH_AV            (1u << 31)

/* ---- sending ---- */

#define E1000E_TCTL              0x00400u
#define E1000E_TCTL_EN           (1u << 1)
#define E1000E_TCTL_PSP          (1u << 3)     /* short frames are padded */
#define E1000E_TCTL_CT           (0x0fu << 4)  /* tries after collisions */
#define E1000E_TCTL_COLD         (0x3fu << 12) /* the collision distance at full duplex */

/* ---- rings: receive's; transmit's is as many bytes further ---- */

#define E1000E_RECEIVE_RING      0x02800u
#define E1000E_TRANSMIT_RING     0x03800u
#define E1000E_RING_BASE_LOW     0x00u
#define E1000E_RING_BASE_HIGH    0x04u
#define E1000E_RING_LENGTH       0x08u
#define E1000E_RING_HEAD         0x10u
#define E1000E_RING_TAIL         0x18u
#define E1000E_RING_DELAY        0x20u /* RDTR, TIDV: of interrupts */
#define E1000E_RING_CONTROL      0x28u /* RXDCTL, TXDCTL */
#define E1000E_RING_DELAY_MAX    0x2cu /* RADV, TADV */
#define E1000E_DCTL_WTHRESH(n)   ((uint32_t)(n) << 16)
#define E1000E_DCTL_BIT_22       (1u << 22) /* of TXDCTL: to be written as 1 */
#define E1000E_DCTL_GRAN         (1u << 24) /* thresholds count descriptors */

/* A legacy descriptor (7.1.4, 7.2.10): where the buffer is; and what is to be done, or was. */
struct e1000e_descriptor {
    uint64_t address;
    uint64_t word;
};

/* Received. */
#define E1000E_RX_LENGTH(word)   ((uint32_t)(word)&0xffffu)
#define E1000E_RX_DD             (UINT64_C(1) << 32)
#define E1000E_RX_EOP            (UINT64_C(1) << 33)
#define E1000E_RX_IXSM           (UINT64_C(1) << 34)    /* checksums were not looked at */
#define E1000E_RX_TCPCS          (UINT64_C(1) << 37)    /* TCP's or UDP's was */
#define E1000E_RX_TCPE           (UINT64_C(1) << 45)    /* and is wrong */
#define E1000E_RX_ERRORS         (UINT64_C(0x97) << 40) /* CE, SE, SEQ, CXE, RXE */

/* To be sent. */
#define E1000E_TX_LENGTH(length) ((uint64_t)(length))
#define E1000E_TX_EOP            (UINT64_C(0x01) << 24)
#define E1000E_TX_IFCS           (UINT64_C(0x02) << 24)
#define E1000E_TX_RS             (UINT64_C(0x08) << 24)
#define E1000E_TX_DD             (UINT64_C(1) << 32)

#endif
