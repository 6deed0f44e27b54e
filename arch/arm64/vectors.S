// SPDX-License-Identifier: BSD-3-Clause
/*
 * Exception vectors of EL1 (Arm ARM DDI 0487, D1.3.1) and the way to C and back.
 *
 * The firmware runs at EL1 on SP_EL1. An IRQ can only come from thread context: handlers and
 * exception reports run with IRQs masked, and interrupts never nest. TPIDR_EL0 and TPIDRRO_EL0 are
 * scratch here: there is no EL0, and each is used up before anything else can interrupt.
 *
 * FP/SIMD. The firmware is compiled without it, but newlib's memcpy and friends use it, in handlers
 * too. Saving 528 bytes on each interrupt would cost more than all the rest, so they are saved
 * only when touched: IRQ entry makes FP/SIMD trap (CPACR_EL1.FPEN), the first such instruction in a
 * handler saves the registers and lifts the trap, and IRQ exit restores them if that happened.
 */
#include "arch/core_layout.h"
#include "arch/exception_frame.h"
#include "arch/psci.h"
#include "arch/stack.h"
#include "arch/sysreg.h"

/* The least room on the fault stack that a nested fault is still reported in. */
#define FAULT_ROOM 4096

    .arch_extension fp              // -mgeneral-regs-only is for C; here the registers are meant
    .arch_extension simd

    .section .text.vectors, "ax"

    .macro  report kind
    .balign 128
    msr     tpidr_el0, x0
    msr     tpidrro_el0, x1
    mov     x1, #\kind
    b       exception_entry
    .endm

    .macro  fp_all operation        // q0-q31 to or from [x0]
    \operation q0, q1, [x0, #0]
    \operation q2, q3, [x0, #32]
    \operation q4, q5, [x0, #64]
    \operation q6, q7, [x0, #96]
    \operation q8, q9, [x0, #128]
    \operation q10, q11, [x0, #160]
    \operation q12, q13, [x0, #192]
    \operation q14, q15, [x0, #224]
    \operation q16, q17, [x0, #256]
    \operation q18, q19, [x0, #288]
    \operation q20, q21, [x0, #320]
    \operation q22, q23, [x0, #352]
    \operation q24, q25, [x0, #384]
    \operation q26, q27, [x0, #416]
    \operation q28, q29, [x0, #448]
    \operation q30, q31, [x0, #480]
    .endm

    .balign 2048
    .global vectors
    .type   vectors, %object
vectors:
    report  EXCEPTION_FOREIGN               // from EL1 on SP_EL0: never used
    report  EXCEPTION_FOREIGN
    report  EXCEPTION_FOREIGN
    report  EXCEPTION_FOREIGN

    .balign 128                             // from EL1 on SP_EL1: synchronous
    msr     tpidr_el0, x0
    msr     tpidrro_el0, x1
    mrs     x0, esr_el1
    lsr     x0, x0, #ESR_EC_SHIFT
    mov     x1, #EXCEPTION_SYNCHRONOUS
    cmp     x0, #ESR_EC_FP_TRAP
    b.ne    exception_entry
    b       fp_trap

    .balign 128                             // from EL1 on SP_EL1: IRQ
    b       irq_entry
    report  EXCEPTION_FIQ
    report  EXCEPTION_SERROR

    .rept   8                               // from EL0: never entered
    report  EXCEPTION_FOREIGN
    .endr
    .size   vectors, . - vectors

/*
 * IRQ: 29 instructions from here to the handler's caller and 24 back, when FP/SIMD is left alone:
 *
 *   13 + 11   x0-x18 and x30: what a C function may change (AAPCS64, 6.1.1)
 *    4 +  1   the switch to the IRQ stack: a thread near its stack's end is interrupted like any
 *    3 +  2   x29 and ELR, as a frame record: backtraces go on in the interrupted code
 *    3 +  3   SPSR and SP; SPSR and ELR because the FP/SIMD trap in a handler overwrites them
 *    3 +  1   the mark for in_interrupt()
 *    2 +  5   FP/SIMD trap armed; found whether it was taken, disarmed
 *    1 +  1   call, ERET (which synchronises: neither ELR nor CPACR needs a barrier before it)
 */
    .type   irq_entry, %function
irq_entry:
    msr     tpidr_el0, x0
    mrs     x0, tpidr_el1
    ldr     x0, [x0, #CORE_IRQ_STACK]
    sub     x0, x0, #IRQ_FRAME_SIZE
    stp     x1, x2, [x0, #8]
    stp     x3, x4, [x0, #24]
    stp     x5, x6, [x0, #40]
    stp     x7, x8, [x0, #56]
    stp     x9, x10, [x0, #72]
    stp     x11, x12, [x0, #88]
    stp     x13, x14, [x0, #104]
    stp     x15, x16, [x0, #120]
    stp     x17, x18, [x0, #136]
    mrs     x1, tpidr_el0
    str     x1, [x0]
    mrs     x2, spsr_el1
    mov     x3, sp
    stp     x2, x3, [x0, #IRQ_FRAME_SPSR]
    mrs     x4, elr_el1
    stp     x29, x4, [x0, #IRQ_FRAME_RECORD]
    str     x30, [x0, #IRQ_FRAME_LR]
    mov     sp, x0
    add     x29, x0, #IRQ_FRAME_RECORD
    mrs     x1, tpidr_el1
    mov     w2, #1
    str     w2, [x1, #CORE_IN_INTERRUPT]
    msr     cpacr_el1, xzr
    isb                                     // the trap is armed before the handler's first line
    bl      exception_irq

    mrs     x1, tpidr_el1
    ldr     w2, [x1, #CORE_FP_SAVED]
    cbnz    w2, irq_restore_fp
irq_leave:
    str     wzr, [x1, #CORE_IN_INTERRUPT]
    mov     x2, #CPACR_FPEN
    msr     cpacr_el1, x2
    mov     x0, sp
    ldp     x29, x4, [x0, #IRQ_FRAME_RECORD]
    msr     elr_el1, x4
    ldp     x2, x3, [x0, #IRQ_FRAME_SPSR]
    msr     spsr_el1, x2
    mov     sp, x3
    ldr     x30, [x0, #IRQ_FRAME_LR]
    ldp     x17, x18, [x0, #136]
    ldp     x15, x16, [x0, #120]
    ldp     x13, x14, [x0, #104]
    ldp     x11, x12, [x0, #88]
    ldp     x9, x10, [x0, #72]
    ldp     x7, x8, [x0, #56]
    ldp     x5, x6, [x0, #40]
    ldp     x3, x4, [x0, #24]
    ldp     x1, x2, [x0, #8]
    ldr     x0, [x0]
    eret

/* The handler used FP/SIMD: put back what it found there. The trap is off already. x1: the core. */
irq_restore_fp:
    add     x0, x1, #CORE_FP
    fp_all  ldp
    ldp     x2, x3, [x1, #CORE_FP_STATUS]
    msr     fpcr, x2
    msr     fpsr, x3
    str     wzr, [x1, #CORE_FP_SAVED]
    b       irq_leave
    .size   irq_entry, . - irq_entry

/*
 * The first FP/SIMD instruction of a handler. Uses no stack and no register but x0 and x1, which
 * are in the scratch registers. Outside an interrupt FP/SIMD is never off, nor can it trap twice in
 * one: both would be a fault of ours, and are reported.
 */
    .type   fp_trap, %function
fp_trap:
    mrs     x0, tpidr_el1
    ldr     w1, [x0, #CORE_IN_INTERRUPT]
    cbz     w1, fp_trap_unexpected
    ldr     w1, [x0, #CORE_FP_SAVED]
    cbnz    w1, fp_trap_unexpected
    mov     x1, #CPACR_FPEN
    msr     cpacr_el1, x1
    isb                                     // the trap is off before the stores below
    mov     w1, #1
    str     w1, [x0, #CORE_FP_SAVED]
    mrs     x1, fpcr
    str     x1, [x0, #CORE_FP_STATUS]
    mrs     x1, fpsr
    str     x1, [x0, #CORE_FP_STATUS + 8]
    add     x0, x0, #CORE_FP
    fp_all  stp
    mrs     x0, tpidr_el0
    mrs     x1, tpidrro_el0
    eret                                    // to the same instruction
fp_trap_unexpected:
    mov     x1, #EXCEPTION_SYNCHRONOUS
    b       exception_entry
    .size   fp_trap, . - fp_trap

/*
 * All the others: everything is saved on the fault stack, so that neither an overflowed stack
 * nor a wild SP stops the report. x1 = the kind; x0 and x1 are in the scratch registers.
 */
    .type   exception_entry, %function
exception_entry:
    mrs     x0, tpidr_el1
    ldr     x0, [x0, #CORE_FAULT_STACK]
    sub     x0, sp, x0
    neg     x0, x0                          // how much of the fault stack is used, if SP is in it
    cmp     x0, #STACK_FAULT_SIZE
    b.lo    1f                              // on the fault stack already: a nested fault
    mrs     x0, tpidr_el1
    ldr     x0, [x0, #CORE_FAULT_STACK]
    b       2f
1:  cmp     x0, #STACK_FAULT_SIZE - FAULT_ROOM
    b.hs    exception_hopeless
    mov     x0, sp
2:  sub     x0, x0, #FRAME_SIZE
    stp     x2, x3, [x0, #16]
    stp     x4, x5, [x0, #32]
    stp     x6, x7, [x0, #48]
    stp     x8, x9, [x0, #64]
    stp     x10, x11, [x0, #80]
    stp     x12, x13, [x0, #96]
    stp     x14, x15, [x0, #112]
    stp     x16, x17, [x0, #128]
    stp     x18, x19, [x0, #144]
    stp     x20, x21, [x0, #160]
    stp     x22, x23, [x0, #176]
    stp     x24, x25, [x0, #192]
    stp     x26, x27, [x0, #208]
    stp     x28, x29, [x0, #224]
    mov     x2, sp
    stp     x30, x2, [x0, #240]
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [x0, #FRAME_ELR]
    mrs     x4, esr_el1
    mrs     x5, far_el1
    stp     x4, x5, [x0, #FRAME_ESR]
    stp     x29, x2, [x0, #FRAME_RECORD]
    mrs     x4, tpidr_el0
    mrs     x5, tpidrro_el0
    stp     x4, x5, [x0]
    mov     sp, x0
    add     x29, x0, #FRAME_RECORD
    bl      exception_other                 // (frame, kind); returns if the exception is dealt with

    mov     x0, sp
    ldp     x2, x3, [x0, #FRAME_ELR]
    msr     elr_el1, x2
    msr     spsr_el1, x3
    ldp     x30, x2, [x0, #240]
    mov     sp, x2
    ldp     x28, x29, [x0, #224]
    ldp     x26, x27, [x0, #208]
    ldp     x24, x25, [x0, #192]
    ldp     x22, x23, [x0, #176]
    ldp     x20, x21, [x0, #160]
    ldp     x18, x19, [x0, #144]
    ldp     x16, x17, [x0, #128]
    ldp     x14, x15, [x0, #112]
    ldp     x12, x13, [x0, #96]
    ldp     x10, x11, [x0, #80]
    ldp     x8, x9, [x0, #64]
    ldp     x6, x7, [x0, #48]
    ldp     x4, x5, [x0, #32]
    ldp     x2, x3, [x0, #16]
    ldp     x0, x1, [x0]
    eret

/* The report itself has run out of stack: off, with a failing status and no words. */
exception_hopeless:
    ldr     x0, =PSCI_SYSTEM_OFF
    ldr     x1, =PSCI_OFF_STATUS_MAGIC | 1
    smc     #0
1:  wfi
    b       1b
    .size   exception_entry, . - exception_entry
