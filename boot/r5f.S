// SPDX-License-Identifier: BSD-3-Clause
/*
 * Entry on a Cortex-R5F: out of reset, at the vector in the ATCM, or by a jump of a debugger's or a
 * loader's, which has cleaned its data cache. Everything is set that the firmware relies on
 * (Cortex-R5 TRM DDI 0460, chapter 4 and 3.2 "Initialization").
 *
 * ECC of the TCMs is turned on: whoever starts an R5F has written all of them before (Linux's
 * remoteproc and U-Boot do), as their contents are random at power-up.
 */
#include "arch/cp15.h"
#include "arch/stack.h"

#define PMCR_START  7          /* E, P, C: count, from zero */
#define PMCNT_CYCLE (1 << 31)

    .syntax unified
    .arch   armv7-r
    .fpu    vfpv3-d16

    .macro  address register, symbol
    movw    \register, #:lower16:(\symbol)
    movt    \register, #:upper16:(\symbol)
    .endm

    .macro  mode_stack mode, top
    cps     #\mode
    address r0, stacks + \top
    mov     sp, r0
    .endm

    .section .boot, "ax"
    .thumb
    .global _start
    .type   _start, %function
    .thumb_func
_start:
    .cfi_sections .debug_frame              // for debuggers: backtraces end here
    .cfi_startproc
    .cfi_undefined lr
    cpsid   aif, #CPSR_MODE_SYSTEM

    /* MPU and caches off, low vectors, exceptions in Arm state. */
    mrc     p15, 0, r0, c1, c0, 0
    ldr     r1, =SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_I | SCTLR_V | SCTLR_BR | SCTLR_VE | SCTLR_TE
    bic     r0, r0, r1
    dsb
    mcr     p15, 0, r0, c1, c0, 0
    isb

    /* The TCMs, where r5f.ld has them. */
    mrc     p15, 0, r0, c1, c0, 1           // ACTLR
    orr     r0, r0, #ACTLR_TCM_ECC
    mcr     p15, 0, r0, c1, c0, 1
    address r0, atcm_start
    orr     r0, r0, #1
    mcr     p15, 0, r0, c9, c1, 1           // ATCM region: enabled
    address r0, btcm_start
    orr     r0, r0, #1
    mcr     p15, 0, r0, c9, c1, 0           // BTCM
    isb

    /* Floating point. */
    mrc     p15, 0, r0, c1, c0, 2           // CPACR
    orr     r0, r0, #CPACR_FPU
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #FPEXC_EN
    vmsr    fpexc, r0
    mov     r0, #0
    vmsr    fpscr, r0

    mode_stack CPSR_MODE_FIQ, STACK_FAULT_TOP
    mode_stack CPSR_MODE_IRQ, STACK_IRQ_TOP
    mode_stack CPSR_MODE_SVC, STACK_FAULT_TOP
    mode_stack CPSR_MODE_ABORT, STACK_FAULT_TOP
    mode_stack CPSR_MODE_UNDEFINED, STACK_FAULT_TOP
    mode_stack CPSR_MODE_SYSTEM, STACK_THREAD_TOP

    /* What the caches hold after a reset is random. */
    mov     r0, #0
    mcr     p15, 0, r0, c15, c5, 0          // invalidate all of the data cache
    mcr     p15, 0, r0, c7, c5, 0           // ... of the instruction cache
    mcr     p15, 0, r0, c7, c5, 6           // ... of the branch predictor
    dsb
    isb

    bl      mpu_set_regions
    mrc     p15, 0, r0, c1, c0, 0
    ldr     r1, =SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_DZ
    orr     r0, r0, r1
    dsb
    mcr     p15, 0, r0, c1, c0, 0
    isb

    address r0, bss_start
    address r1, bss_end
    mov     r2, #0
    mov     r3, #0
1:  cmp     r0, r1
    bhs     2f
    strd    r2, r3, [r0], #8
    b       1b

    /* The cycle counter, from zero. */
2:  mov     r0, #PMCR_START
    mcr     p15, 0, r0, c9, c12, 0          // PMCR
    mov     r0, #PMCNT_CYCLE
    mcr     p15, 0, r0, c9, c12, 1          // PMCNTENSET

    cpsie   af                              // an access that failed before is told now
    mov     r0, #0                          // no device tree, no exception level, loaded in place
    mov     r1, #0
    mov     r2, #0
    bl      boot_main
3:  wfi
    b       3b
    .cfi_endproc
    .size   _start, . - _start
    .ltorg
