// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of the GICv3 distributor and redistributors (Arm IHI 0069: GICD_* chapter 12.9,
 * GICR_* 12.11), as far as they are used here.
 */
#ifndef DRIVERS_GIC_GIC_REGISTERS_H
#define DRIVERS_GIC_GIC_REGISTERS_H

#include <stdint.h>

/* Offsets are enumerators, so that a debugger has their names. */

/* Distributor. */
enum gicd_offset {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_IIDR = 0x0008,
    GICD_IROUTER0 = 0x6000, /* by INTID, 64 bits; SPIs only */
    GICD_PIDR2 = 0xffe8,
};

/* Per interrupt. The redistributor's SGI frame has those of INTIDs 0-31 at the offsets at which the
 * distributor has them (12.11, "SGI_base"), so one set of names serves both. */
enum gic_offset {
    GIC_IGROUPR = 0x0080, /* 1 bit */
    GIC_ISENABLER = 0x0100,
    GIC_ICENABLER = 0x0180,
    GIC_ISPENDR = 0x0200,
    GIC_ICPENDR = 0x0280,
    GIC_ISACTIVER = 0x0300,
    GIC_ICACTIVER = 0x0380,
    GIC_IPRIORITYR = 0x0400, /* 8 bits, byte access allowed */
    GIC_ICFGR = 0x0c00,      /* 2 bits */
    GIC_IGRPMODR = 0x0d00,   /* 1 bit */
};

/* Redistributor: an RD frame and an SGI frame of 64 KiB each, and two more with virtual LPIs. */
enum gicr_offset {
    GICR_CTLR = 0x0000,
    GICR_IIDR = 0x0004,
    GICR_TYPER = 0x0008,
    GICR_WAKER = 0x0014,
    GICR_PROPBASER = 0x0070,
    GICR_PENDBASER = 0x0078,
    GICR_PIDR2 = 0xffe8,
    GICR_SGI_FRAME = 0x10000,
    GICR_FRAME = 0x10000, /* a frame's size; the distributor has one such frame */
};
#define GICR_FRAME_SIZE                    ((uintptr_t)GICR_FRAME)

/* The register of an interrupt in each of the groups, as an offset into the group. */
#define GIC_WORD_OF_BITS(intid)            ((uintptr_t)(intid) / 32u * 4u)
#define GIC_WORD_OF_ICFGR(intid)           ((uintptr_t)(intid) / 16u * 4u)
#define GICD_IROUTER(intid)                (GICD_IROUTER0 + (uintptr_t)(intid)*8u)

#define GIC_ICFGR_EDGE                     0x2u

/* The bits of GICD_CTLR are those of the non-secure view of two security states (IHI 0069,
 * "GICD_CTLR"); bits 1 and 4 mean the same with a single security state. */
#define GICD_CTLR_ENABLE_GRP1A             (1u << 1) /* group 1, with affinity routing */
#define GICD_CTLR_ARE_NS                   (1u << 4) /* affinity routing */
#define GICD_CTLR_DS                       (1u << 6) /* a single security state */
#define GICD_CTLR_RWP                      (1u << 31)

#define GICD_TYPER_IT_LINES(typer)         ((typer)&0x1fu)
#define GICD_TYPER_SECURITY_EXTN           (1u << 10) /* two security states */
#define GICD_TYPER_NUM_LPIS(typer)         (((typer) >> 11) & 0x1fu)
#define GICD_TYPER_LPIS                    (1u << 17)
#define GICD_TYPER_ID_BITS(typer)          (((typer) >> 19) & 0x1fu) /* less one */
#define GIC_PIDR2_ARCHITECTURE(pidr2)      (((pidr2) >> 4) & 0xfu)
#define GIC_ARCHITECTURE_V3                3u
#define GIC_ARCHITECTURE_V4                4u

#define GICR_CTLR_ENABLE_LPIS              (1u << 0)
#define GICR_CTLR_RWP                      (1u << 3)

#define GICR_TYPER_PLPIS                   (UINT64_C(1) << 0)
#define GICR_TYPER_VLPIS                   (UINT64_C(1) << 1)
#define GICR_TYPER_LAST                    (UINT64_C(1) << 4)
#define GICR_TYPER_PROCESSOR_NUMBER(typer) ((unsigned)((typer) >> 8) & 0xffffu)
#define GICR_TYPER_AFFINITY(typer)         ((uint32_t)((typer) >> 32)) /* Aff3.Aff2.Aff1.Aff0 */

#define GICR_WAKER_PROCESSOR_SLEEP         (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP         (1u << 2)

/* Attributes of memory that the GIC reads and writes: the same codes in every register that takes
 * an address, at different places. */
#define GIC_MEMORY_NON_CACHEABLE           UINT64_C(1)
#define GIC_MEMORY_WRITE_BACK              UINT64_C(7) /* read-allocate, write-allocate */
#define GIC_MEMORY_OUTER_AS_INNER          UINT64_C(0)
#define GIC_MEMORY_INNER_SHAREABLE         UINT64_C(1)

/* GICR_PROPBASER and GICR_PENDBASER. */
#define GICR_BASER_INNER_CACHE(value)      ((value) << 7)
#define GICR_BASER_OUTER_CACHE(value)      ((value) << 56)
#define GICR_BASER_SHAREABILITY(value)     ((value) << 10)
#define GICR_PROPBASER_ADDRESS             UINT64_C(0x000ffffffffff000)
#define GICR_PROPBASER_ID_BITS(bits)       ((uint64_t)((bits)-1u))
#define GICR_PROPBASER_ID_BITS_OF(value)   (((unsigned)(value)&0x1fu) + 1u)
#define GICR_PENDBASER_ADDRESS             UINT64_C(0x000fffffffff0000)
#define GICR_PENDBASER_PTZ                 (UINT64_C(1) << 62) /* the table is all zero */

#endif
