// SPDX-License-Identifier: BSD-3-Clause
/*
 * System registers: accessors, and the fields that the firmware uses (Arm ARM DDI 0487, D17.2).
 * The names of the GIC's CPU interface are in drivers/gic.
 *
 * A write takes effect for the instructions after the next context synchronisation
 * (barrier_context()); neither accessor adds one.
 */
#ifndef ARCH_SYSREG_H
#define ARCH_SYSREG_H

/* The GIC as EL2 sees it, by encoding: assemblers know the names only with some -march. */
#define ICC_SRE_EL2       S3_4_C12_C9_5
#define ICH_HCR_EL2       S3_4_C12_C11_0

/* SCTLR_EL1. */
#define SCTLR_M           (1 << 0)
#define SCTLR_C           (1 << 2)
#define SCTLR_SA          (1 << 3)
#define SCTLR_I           (1 << 12)
#define SCTLR_WXN         (1 << 19)
#define SCTLR_RES1        0x30d00800 /* bits 29, 28, 23, 22, 20, 11 */

/* PSTATE as DAIF and SPSR_EL1 show it. */
#define PSTATE_I          (1 << 7)
#define PSTATE_DAIF       0x3c0
#define PSTATE_MODE_EL1H  0x5

/* CPACR_EL1.FPEN: 0 traps FP/SIMD at EL1 and EL0, 3 traps nothing. */
#define CPACR_FPEN        (3 << 20)

/* ESR_EL1.EC, the classes that the firmware tells apart (D17.2.37). */
#define ESR_EC_SHIFT      26
#define ESR_EC_UNKNOWN    0x00
#define ESR_EC_FP_TRAP    0x07
#define ESR_EC_HVC64      0x16
#define ESR_EC_SMC64      0x17
#define ESR_EC_MSR        0x18
#define ESR_EC_INSN_ABORT 0x21 /* from the same exception level */
#define ESR_EC_PC_ALIGN   0x22
#define ESR_EC_DATA_ABORT 0x25 /* from the same exception level */
#define ESR_EC_SP_ALIGN   0x26
#define ESR_EC_SERROR     0x2f
#define ESR_EC_BRK        0x3c

#ifndef __ASSEMBLER__

#include <stdint.h>

#define SYSREG_TEXT_(name) #name
#define SYSREG_TEXT(name)  SYSREG_TEXT_(name)

/* sysreg_read(ESR_EL1): the register's value. The memory clobber keeps the access in program
 * order with loads, stores and the other system registers as the compiler sees them. */
#define sysreg_read(name)                                                                          \
    ({                                                                                             \
        uint64_t sysreg_value_;                                                                    \
        __asm__ volatile("mrs %0, " SYSREG_TEXT(name) : "=r"(sysreg_value_)::"memory");            \
        sysreg_value_;                                                                             \
    })

#define sysreg_write(name, value)                                                                  \
    __asm__ volatile("msr " SYSREG_TEXT(name) ", %x0" ::"rZ"((uint64_t)(value)) : "memory")

#endif

#endif
