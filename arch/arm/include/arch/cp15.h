// SPDX-License-Identifier: BSD-3-Clause
/*
 * The system control coprocessor of the Cortex-R5, CP15, and the modes of the CPSR: accessors, and
 * the fields that the firmware uses (Cortex-R5 TRM DDI 0460, chapter 4; Arm ARM DDI 0406, B4, B6).
 *
 * A write takes effect for the instructions after the next barrier_context().
 */
#ifndef ARCH_CP15_H
#define ARCH_CP15_H

/* CPSR. */
#define CPSR_MODE_MASK      0x1f
#define CPSR_MODE_FIQ       0x11
#define CPSR_MODE_IRQ       0x12
#define CPSR_MODE_SVC       0x13
#define CPSR_MODE_ABORT     0x17
#define CPSR_MODE_UNDEFINED 0x1b
#define CPSR_MODE_SYSTEM    0x1f
#define CPSR_T              (1 << 5)
#define CPSR_I              (1 << 7)

/* SCTLR. */
#define SCTLR_M             (1 << 0)  /* MPU */
#define SCTLR_A             (1 << 1)  /* alignment faults */
#define SCTLR_C             (1 << 2)  /* data cache */
#define SCTLR_Z             (1 << 11) /* branch prediction */
#define SCTLR_I             (1 << 12) /* instruction cache */
#define SCTLR_V             (1 << 13) /* vectors at 0xffff0000 */
#define SCTLR_BR            (1 << 17) /* the background region, for who has no region */
#define SCTLR_DZ            (1 << 19) /* division by zero is undefined */
#define SCTLR_VE            (1 << 24) /* the VIM gives the IRQ's vector */
#define SCTLR_TE            (1 << 30) /* exceptions begin in Thumb state */

/* ACTLR: ECC of the TCMs is checked. */
#define ACTLR_TCM_ECC       (7 << 25) /* ATCMPCEN, B0TCMPCEN, B1TCMPCEN */

/* CPACR: everybody may use the floating point unit, cp10 and cp11; FPEXC: it is on. */
#define CPACR_FPU           (0xf << 20)
#define FPEXC_EN            (1 << 30)

/* DFSR and IFSR: the status is bits 10 and 3:0 (DDI 0460, 4.3.14). */
#define FSR_STATUS(fsr)     (((fsr) >> 6 & 0x10) | ((fsr)&0xf))
#define DFSR_WNR            (1 << 11)

#ifndef __ASSEMBLER__

#include <stdint.h>

/* op1, CRn, CRm, op2 of each register, as MRC and MCR take them. */
#define CP15_MPIDR                     0, c0, c0, 5
#define CP15_DFSR                      0, c5, c0, 0
#define CP15_IFSR                      0, c5, c0, 1
#define CP15_DFAR                      0, c6, c0, 0
#define CP15_IFAR                      0, c6, c0, 2
#define CP15_DRBAR                     0, c6, c1, 0
#define CP15_DRSR                      0, c6, c1, 2
#define CP15_DRACR                     0, c6, c1, 4
#define CP15_RGNR                      0, c6, c2, 0
#define CP15_DCIMVAC                   0, c7, c6, 1
#define CP15_DCCIMVAC                  0, c7, c14, 1
#define CP15_PMCCNTR                   0, c9, c13, 0

#define CP15_TEXT_(op1, crn, crm, op2) #op1 ", %0, " #crn ", " #crm ", " #op2
#define CP15_TEXT(...)                 CP15_TEXT_(__VA_ARGS__)

/* cp15_read(CP15_DFSR): the register's value. The memory clobber keeps the access in program order
 * with loads, stores and the other registers as the compiler sees them. */
#define cp15_read(name)                                                                            \
    ({                                                                                             \
        uint32_t cp15_value_;                                                                      \
        __asm__ volatile("mrc p15, " CP15_TEXT(name) : "=r"(cp15_value_)::"memory");               \
        cp15_value_;                                                                               \
    })

#define cp15_write(name, value)                                                                    \
    __asm__ volatile("mcr p15, " CP15_TEXT(name)::"r"((uint32_t)(value)) : "memory")

#endif

#endif
