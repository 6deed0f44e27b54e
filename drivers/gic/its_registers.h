// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of the ITS (Arm IHI 0069, 12.18 and 12.19, GITS_*), as far as they are used here.
 */
#ifndef DRIVERS_GIC_ITS_REGISTERS_H
#define DRIVERS_GIC_ITS_REGISTERS_H

#include <stdint.h>

/* Offsets are enumerators, so that a debugger has their names. */
enum gits_offset {
    GITS_CTLR = 0x0000,
    GITS_IIDR = 0x0004,
    GITS_TYPER = 0x0008,
    GITS_CBASER = 0x0080,
    GITS_CWRITER = 0x0088,
    GITS_CREADR = 0x0090,
    GITS_BASER0 = 0x0100,
    GITS_PIDR2 = 0xffe8,
    GITS_TRANSLATER = 0x10040, /* where messages are written: in the second 64 KiB frame */
};
#define GITS_BASER(n)                    (GITS_BASER0 + 8u * (n))
#define GITS_BASER_COUNT                 8u

#define GITS_CTLR_ENABLED                (1u << 0)
#define GITS_CTLR_QUIESCENT              (1u << 31)

#define GITS_TYPER_PHYSICAL              (UINT64_C(1) << 0) /* physical LPIs */
#define GITS_TYPER_ITT_ENTRY_SIZE(typer) (((unsigned)((typer) >> 4) & 0xfu) + 1u)
#define GITS_TYPER_ID_BITS(typer)        (((unsigned)((typer) >> 8) & 0x1fu) + 1u)
#define GITS_TYPER_DEVBITS(typer)        (((unsigned)((typer) >> 13) & 0x1fu) + 1u)
#define GITS_TYPER_PTA                   (UINT64_C(1) << 19) /* RDbase is an address */
#define GITS_TYPER_HCC(typer)            ((unsigned)((typer) >> 24) & 0xffu) /* without memory */
#define GITS_TYPER_CID_BITS(typer)       (((unsigned)((typer) >> 32) & 0xfu) + 1u)
#define GITS_TYPER_CIL                   (UINT64_C(1) << 36) /* CIDbits counts, else 16 */

/* GITS_BASERn and GITS_CBASER have these alike. */
#define GITS_BASER_VALID                 (UINT64_C(1) << 63)
#define GITS_BASER_INNER_CACHE(value)    ((value) << 59)
#define GITS_BASER_SHAREABILITY(value)   ((value) << 10)
#define GITS_BASER_PAGES(count)          ((uint64_t)((count)-1u))
#define GITS_BASER_PAGES_MAX             256u

#define GITS_BASER_INDIRECT              (UINT64_C(1) << 62)
#define GITS_BASER_TYPE(value)           ((unsigned)((value) >> 56) & 0x7u)
#define GITS_BASER_ENTRY_SIZE(value)     (((unsigned)((value) >> 48) & 0x1fu) + 1u)
#define GITS_BASER_PAGE_SIZE(code)       ((uint64_t)(code) << 8) /* 0: 4 KiB, 1: 16, 2: 64 */
#define GITS_BASER_PAGE_SIZE_FIELD       GITS_BASER_PAGE_SIZE(3)
#define GITS_BASER_PAGES_FIELD           UINT64_C(0xff)
#define GITS_BASER_ADDRESS               UINT64_C(0x0000fffffffff000)
#define GITS_BASER_TYPE_DEVICE           1u
#define GITS_BASER_TYPE_COLLECTION       4u

#define GITS_CBASER_PAGE_SIZE            4096u

/* An entry of a two-level table's first level: a page of the second (IHI 0069, "The ITS tables").
 */
#define ITS_LEVEL1_ENTRY_SIZE            8u
#define ITS_LEVEL1_VALID                 (UINT64_C(1) << 63)

/* GITS_CWRITER and GITS_CREADR: the offset into the queue is in bits 19:5. */
#define GITS_QUEUE_OFFSET                UINT64_C(0xfffe0)
#define GITS_CWRITER_RETRY               (UINT64_C(1) << 0)
#define GITS_CREADR_STALLED              (UINT64_C(1) << 0)

#endif
