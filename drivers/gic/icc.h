// SPDX-License-Identifier: BSD-3-Clause
/*
 * The CPU interface's system registers (Arm IHI 0069, chapter 12.2; encodings from there, because
 * not every assembler knows the names).
 */
#ifndef DRIVERS_GIC_ICC_H
#define DRIVERS_GIC_ICC_H

#include <stdint.h>

#define ICC_PMR_EL1              "S3_0_C4_C6_0"
#define ICC_AP1R0_EL1            "S3_0_C12_C9_0"
#define ICC_AP1R1_EL1            "S3_0_C12_C9_1"
#define ICC_AP1R2_EL1            "S3_0_C12_C9_2"
#define ICC_AP1R3_EL1            "S3_0_C12_C9_3"
#define ICC_RPR_EL1              "S3_0_C12_C11_3"
#define ICC_SGI1R_EL1            "S3_0_C12_C11_5"
#define ICC_IAR1_EL1             "S3_0_C12_C12_0"
#define ICC_HPPIR1_EL1           "S3_0_C12_C12_2"
#define ICC_EOIR1_EL1            "S3_0_C12_C12_1"
#define ICC_BPR1_EL1             "S3_0_C12_C12_3"
#define ICC_CTLR_EL1             "S3_0_C12_C12_4"
#define ICC_SRE_EL1              "S3_0_C12_C12_5"
#define ICC_IGRPEN1_EL1          "S3_0_C12_C12_7"

/* ICC_CTLR_EL1. */
#define ICC_CTLR_CBPR            (UINT64_C(1) << 0)
#define ICC_CTLR_EOIMODE         (UINT64_C(1) << 1) /* 0: ICC_EOIR1_EL1 also deactivates */
#define ICC_CTLR_PRI_BITS(value) (((unsigned)((value) >> 8) & 0x7u) + 1u)
#define ICC_SRE_SRE              (UINT64_C(1) << 0)
#define ICC_IGRPEN1_ENABLE       UINT64_C(1)
#define ICC_PMR_ALL              UINT64_C(0xff)
#define ICC_IAR_INTID            UINT64_C(0xffffff)

/* ICC_SGI1R_EL1. */
#define ICC_SGI1R_AFF3(aff)      ((uint64_t)(aff) << 48)
#define ICC_SGI1R_RANGE(rs)      ((uint64_t)(rs) << 44)
#define ICC_SGI1R_AFF2(aff)      ((uint64_t)(aff) << 32)
#define ICC_SGI1R_INTID(sgi)     ((uint64_t)(sgi) << 24)
#define ICC_SGI1R_AFF1(aff)      ((uint64_t)(aff) << 16)
#define ICC_SGI1R_RANGE_SIZE     16u /* cores in one target list */

/* volatile: reading ICC_IAR1_EL1 acknowledges, and all of them act on the interface's state. The
 * memory clobber keeps the compiler from moving the handler's accesses across. */
#define icc_read(name)                                                                             \
    __extension__({                                                                                \
        uint64_t icc_value_;                                                                       \
        __asm__ volatile("mrs %0, " name : "=r"(icc_value_)::"memory");                            \
        icc_value_;                                                                                \
    })
#define icc_write(name, value)                                                                     \
    __asm__ volatile("msr " name ", %0" ::"r"((uint64_t)(value)) : "memory")

#endif
