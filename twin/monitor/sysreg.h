// SPDX-License-Identifier: BSD-3-Clause
/*
 * System registers (Arm DDI 0487, chapter D17) and the GIC's CPU interface (Arm IHI 0069, 12.2).
 * The GIC's are spelled by encoding: not every assembler knows their names.
 */
#ifndef TWIN_MONITOR_SYSREG_H
#define TWIN_MONITOR_SYSREG_H

#include <stdbool.h>
#include <stdint.h>

#define SYSREG_STRING_(name) #name
#define SYSREG_STRING(name)  SYSREG_STRING_(name)

#define read_sysreg(name)                                                                          \
    ({                                                                                             \
        uint64_t sysreg_value_;                                                                    \
        __asm__ volatile("mrs %0, " SYSREG_STRING(name) : "=r"(sysreg_value_) : : "memory");       \
        sysreg_value_;                                                                             \
    })
#define write_sysreg(name, value)                                                                  \
    __asm__ volatile("msr " SYSREG_STRING(name) ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_IAR0_EL1    S3_0_C12_C8_0
#define ICC_EOIR0_EL1   S3_0_C12_C8_1
#define ICC_AP1R0_EL1   S3_0_C12_C9_0
#define ICC_DIR_EL1     S3_0_C12_C11_1
#define ICC_RPR_EL1     S3_0_C12_C11_3
#define ICC_ASGI1R_EL1  S3_0_C12_C11_6
#define ICC_SGI0R_EL1   S3_0_C12_C11_7
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_HPPIR1_EL1  S3_0_C12_C12_2
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SRE_EL2     S3_4_C12_C9_5
#define ICH_HCR_EL2     S3_4_C12_C11_0
#define ICC_CTLR_EL3    S3_6_C12_C12_4
#define ICC_SRE_EL3     S3_6_C12_C12_5

/* The fields of a trapped MSR or MRS that name the register (DDI 0487, ISS encoding for EC 0x18).
 */
#define TRAPPED(op0, op1, crn, crm, op2)                                                           \
    ((uint32_t)(op0) << 20 | (uint32_t)(op2) << 17 | (uint32_t)(op1) << 14 |                       \
     (uint32_t)(crn) << 10 | (uint32_t)(crm) << 1)
#define TRAPPED_MASK               TRAPPED(3, 7, 15, 15, 7)
#define TRAPPED_READ               0x1u
#define TRAPPED_RT(iss)            (((iss) >> 5) & 31u)

#define TRAPPED_PMR                TRAPPED(3, 0, 4, 6, 0)
#define TRAPPED_AP1R(n)            TRAPPED(3, 0, 12, 9, (n))
#define TRAPPED_DIR                TRAPPED(3, 0, 12, 11, 1)
#define TRAPPED_RPR                TRAPPED(3, 0, 12, 11, 3)
#define TRAPPED_SGI1R              TRAPPED(3, 0, 12, 11, 5)
#define TRAPPED_ASGI1R             TRAPPED(3, 0, 12, 11, 6)
#define TRAPPED_SGI0R              TRAPPED(3, 0, 12, 11, 7)
#define TRAPPED_IAR1               TRAPPED(3, 0, 12, 12, 0)
#define TRAPPED_EOIR1              TRAPPED(3, 0, 12, 12, 1)
#define TRAPPED_HPPIR1             TRAPPED(3, 0, 12, 12, 2)
#define TRAPPED_BPR1               TRAPPED(3, 0, 12, 12, 3)
#define TRAPPED_CTLR               TRAPPED(3, 0, 12, 12, 4)
#define TRAPPED_IGRPEN1            TRAPPED(3, 0, 12, 12, 7)

/* ESR_ELx. */
#define ESR_EC(esr)                ((uint32_t)((esr) >> 26) & 0x3fu)
#define ESR_ISS(esr)               ((uint32_t)(esr)&0x1ffffffu)
#define EC_WFX                     0x01u /* WFI, WFE */
#define EC_CP15                    0x03u /* MCR, MRC of AArch32 */
#define EC_CP15_LONG               0x04u /* MCRR, MRRC */
#define EC_CP14                    0x05u /* MCR, MRC; LDC, STC; MRRC */
#define EC_CP14_MEMORY             0x06u
#define EC_FP_ID                   0x08u /* VMRS of an identification register */
#define EC_CP14_LONG               0x0cu
#define EC_SMC32                   0x13u
#define EC_SMC64                   0x17u
#define EC_SYSREG                  0x18u
#define EC_INSTRUCTION_ABORT_LOWER 0x20u
#define EC_DATA_ABORT_LOWER        0x24u
#define EC_STEP_LOWER              0x32u
#define EC_BKPT32                  0x38u

/* ISS of a data abort. */
#define ISS_ISV                    (1u << 24)
#define ISS_SAS_SHIFT              22
#define ISS_SAS(iss)               (((iss) >> ISS_SAS_SHIFT) & 3u)
#define ISS_SSE                    (1u << 21)
#define ISS_SRT_SHIFT              16
#define ISS_SRT(iss)               (((iss) >> ISS_SRT_SHIFT) & 31u)
#define ISS_SF                     (1u << 15)
#define ISS_CM                     (1u << 8)
#define ISS_S1PTW                  (1u << 7)
#define ISS_WNR                    (1u << 6)

#define ESR_IL                     (1u << 25) /* the instruction has 32 bits */

/* SPSR_ELx.M. */
#define SPSR_MODE_MASK             0xfu
#define SPSR_AARCH32               (1u << 4)
#define SPSR_MODE_EL0T             0x0u
#define SPSR_MODE_EL1T             0x4u
#define SPSR_MODE_EL1H             0x5u
#define SPSR_MODE_EL2H             0x9u

/* Sleeps until an interrupt is pending, masked or not. */
static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi");
}

/* Where the guest's EL1 would fetch from: into PAR_EL1 (AT S12E1R). */
static inline void translate_for_guest(uint64_t address)
{
    __asm__ volatile("at s12e1r, %0" : : "r"(address) : "memory");
}

/* Where its load or store would go, by stage 1 alone. */
static inline void translate_data_for_guest(uint64_t address, bool write, bool el0)
{
    if (el0 && write)
        __asm__ volatile("at s1e0w, %0" : : "r"(address) : "memory");
    else if (el0)
        __asm__ volatile("at s1e0r, %0" : : "r"(address) : "memory");
    else if (write)
        __asm__ volatile("at s1e1w, %0" : : "r"(address) : "memory");
    else
        __asm__ volatile("at s1e1r, %0" : : "r"(address) : "memory");
}

/* Forgets the translations that a TLB holds: the monitor's own, the guest's. */
static inline void forget_own_translations(void)
{
    __asm__ volatile("tlbi alle3" ::: "memory");
}

static inline void forget_guest_translations(void)
{
    __asm__ volatile("tlbi alle1" ::: "memory");
}

/* On all cores. */
static inline void forget_guest_translations_everywhere(void)
{
    __asm__ volatile("tlbi alle1is" ::: "memory");
}

static inline void synchronise_context(void)
{
    __asm__ volatile("isb" ::: "memory");
}

/* Everything before this has completed: memory accesses, and TLB maintenance. */
static inline void complete_accesses(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

#endif
