// SPDX-License-Identifier: BSD-3-Clause
/*
 * Exception vectors of EL1 (Arm ARM DDI 0487, D1.3.1) and the way to C and back.
 *
 * The firmware runs at EL1 on SP_EL1. An IRQ comes from thread context, or from a handler that is
 * open to more urgent ones (exception_open()), which has set the next IRQ's stack in struct core:
 * its way is the same. TPIDR_EL0 and TPIDRRO_EL0 are scratch here: there is no EL0, and each is used
 * up before anything else can interrupt.
 *
 * FP/SIMD. The firmware is compiled without it, but newlib's memcpy and friends use it, in handlers
 * too. Saving 528 bytes on each interrupt would cost more than all the rest, so they are saved
 * only when touched: IRQ entry makes FP/SIMD trap (CPACR_EL1.FPEN), the first such instruction in a
 * handler saves the registers and lifts the trap, and IRQ exit restores them if that happened.
 *
 * The .cfi lines are for debuggers (DWARF 5, 6.4; "DWARF for the Arm 64-bit Architecture"): they put
 * nothing into the image. Once all is saved, the CFA is the end of what was saved, and the
 * interrupted code's registers lie below it, SP and PC (the ELR) among them. Before that the PC is
 * in ELR_EL1 alone, where no .cfi can point to: it counts as undefined, and a backtrace ends.
 */
#include "arch/core_layout.h"
#include "arch/exception_frame.h"
#include "arch/psci.h"
#include "arch/stack.h"
#include "arch/sysreg.h"

/* The least room on the fault stack that a nested fault is still reported in. */
#define FAULT_ROOM 4096

/* The number of the interrupted PC in unwind information. */
#define DWARF_PC 32

    .arch_extension fp              // -mgeneral-regs-only is for C; here the registers are meant
    .arch_extension simd

    .cfi_sections .debug_frame

    /* The first instruction of an exception: nothing is saved. */
    .macro  unwind_exception
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column DWARF_PC
    .cfi_def_cfa sp, 0
    .cfi_undefined DWARF_PC
    .endm

    /* x0 is the frame, `size` bytes, that the registers are being saved to; SP is as it was. */
    .macro  unwind_frame size
    .cfi_def_cfa x0, \size
    .cfi_same_value sp
    .cfi_undefined x0
    .endm

    .macro  save first, second, offset
    stp     \first, \second, [x0, #\offset]
    .cfi_rel_offset \first, \offset
    .cfi_rel_offset \second, \offset + 8
    .endm

    /* stp or ldp: x1 to x18 to or from the frame at x0. */
    .macro  caller_saved each
    \each   x1, x2, [x0, #0]
    \each   x3, x4, [x0, #16]
    \each   x5, x6, [x0, #32]
    \each   x7, x8, [x0, #48]
    \each   x9, x10, [x0, #64]
    \each   x11, x12, [x0, #80]
    \each   x13, x14, [x0, #96]
    \each   x15, x16, [x0, #112]
    \each   x17, x18, [x0, #128]
    .endm

    .macro  unwind_caller_saved
    .irp    number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
    .cfi_rel_offset x\number, 8 * (\number - 1)
    .endr
    .endm

    /* All are back where they were, and the PC is in ELR_EL1 alone again. */
    .macro  unwind_restored
    .cfi_def_cfa sp, 0
    .cfi_undefined DWARF_PC
    .endm

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

    .section .text.vectors, "ax"
    .balign 2048
    .global vectors
    .type   vectors, %object
    unwind_exception
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

    .rept   8                               // from EL0: never entered; EL2's table is this one too,
    .balign 128                             // and what it is for comes from EL1
    b       trap_el2
    .endr
    .cfi_endproc
    .size   vectors, . - vectors

    .section .text.exceptions, "ax"         // before the table, in what its alignment leaves

/*
 * What stays at EL2: an answer to HVC, "not supported" as SMCCC has it. Nothing else can come
 * here; should it, the system goes off with a failing status rather than hang.
 */
    .type   trap_el2, %function
    .cfi_startproc
    .cfi_undefined x30
trap_el2:
    mrs     x0, esr_el2
    lsr     x0, x0, #ESR_EC_SHIFT
    cmp     x0, #ESR_EC_HVC64
    mov     x0, #-1
    b.ne    1f
    eret
1:  ldr     x0, =PSCI_SYSTEM_OFF
    ldr     x1, =PSCI_OFF_STATUS_MAGIC | 1
    smc     #0
2:  wfi
    b       2b
    .cfi_endproc
    .size   trap_el2, . - trap_el2

/*
 * IRQ: 27 instructions from the vector into the dispatcher and 22 back, when FP/SIMD is left alone:
 *
 *   13 + 10   x0-x18 and x30: what a C function may change (AAPCS64, 6.1.1)
 *    3 +  1   the switch to the IRQ stack: a thread near its stack's end is interrupted like any
 *    3 +  2   x29 and ELR, as a frame record: backtraces go on in the interrupted code
 *    3 +  3   SPSR and SP; SPSR and ELR because the FP/SIMD trap in a handler overwrites them
 *    1 +  1   struct core
 *    2 +  4   FP/SIMD trap armed; found whether it was taken, disarmed
 *    2 +  1   branch and call, ERET (which synchronises: neither ELR nor CPACR needs a barrier)
 */
    .type   irq_entry, %function
    unwind_exception
irq_entry:
    msr     tpidr_el0, x0
    mrs     x0, tpidr_el1
    .cfi_undefined x0
    ldr     x0, [x0, #CORE_IRQ_FRAME]
    unwind_frame IRQ_FRAME_SIZE
    caller_saved stp
    unwind_caller_saved
    mrs     x1, tpidr_el0
    stp     x1, x30, [x0, #IRQ_FRAME_X0]
    .cfi_rel_offset x0, IRQ_FRAME_X0
    .cfi_rel_offset x30, IRQ_FRAME_X0 + 8
    mrs     x2, spsr_el1
    mov     x3, sp
    stp     x2, x3, [x0, #IRQ_FRAME_SPSR]
    .cfi_rel_offset sp, IRQ_FRAME_SPSR + 8
    mrs     x4, elr_el1
    stp     x29, x4, [x0, #IRQ_FRAME_RECORD]
    .cfi_rel_offset x29, IRQ_FRAME_RECORD
    .cfi_rel_offset DWARF_PC, IRQ_FRAME_RECORD + 8
    mov     sp, x0
    .cfi_def_cfa_register sp
    add     x29, x0, #IRQ_FRAME_RECORD
    mrs     x1, tpidr_el1
    ldp     x2, x0, [x1, #CORE_IRQ_HANDLER]
    msr     cpacr_el1, xzr
    isb                                     // the trap is armed before the handler's first line
    blr     x2

    mrs     x1, tpidr_el1
    ldr     w2, [x1, #CORE_FP_SAVED]
    cbnz    w2, irq_restore_fp
irq_leave:
    mov     x2, #CPACR_FPEN
irq_leave_with:
    msr     cpacr_el1, x2
    mov     x0, sp
    .cfi_remember_state
    .cfi_def_cfa_register x0
    ldp     x29, x4, [x0, #IRQ_FRAME_RECORD]
    msr     elr_el1, x4
    ldp     x2, x3, [x0, #IRQ_FRAME_SPSR]
    msr     spsr_el1, x2
    mov     sp, x3
    caller_saved ldp
    ldp     x0, x30, [x0, #IRQ_FRAME_X0]
    unwind_restored
    eret

/* The handler used FP/SIMD: put back what it found there. The trap is off already. x1: the core. */
irq_restore_fp:
    .cfi_restore_state
    tbnz    w2, #FP_NESTED_BIT, irq_leave_nested
    ldr     x0, [x1, #CORE_FP_AREA]
    bl      exception_restore_fp
    str     wzr, [x1, #CORE_FP_SAVED]
    b       irq_leave

/* Back to a handler, for which FP/SIMD traps unless it has used it. Its registers are in place
 * (exception_nested()). */
irq_leave_nested:
    and     w2, w2, #FP_SAVED
    str     w2, [x1, #CORE_FP_SAVED]
    neg     x2, x2
    and     x2, x2, #CPACR_FPEN
    b       irq_leave_with
    .cfi_endproc
    .size   irq_entry, . - irq_entry

/* (area): all FP/SIMD registers from there. Changes x0, x2 and x3. */
    .global exception_restore_fp
    .type   exception_restore_fp, %function
    .cfi_startproc
exception_restore_fp:
    ldp     x2, x3, [x0], #FP_AREA_REGISTERS
    msr     fpcr, x2
    msr     fpsr, x3
    fp_all  ldp
    ret
    .cfi_endproc
    .size   exception_restore_fp, . - exception_restore_fp

/*
 * The first FP/SIMD instruction of a handler. Uses no stack and no register but x0 and x1, which
 * are in the scratch registers. Outside an interrupt FP/SIMD is never off, nor can it trap twice in
 * one: both would be a fault of ours, and are reported.
 */
    .type   fp_trap, %function
    unwind_exception
    .cfi_undefined x0
    .cfi_undefined x1
fp_trap:
    mrs     x0, tpidr_el1
    ldr     x0, [x0, #CORE_FAULT_STACK]
    mov     x1, sp
    sub     x1, x0, x1
    sub     x1, x1, #STACK_FAULT_TOP - STACK_IRQ_TOP
    cmp     x1, #STACK_IRQ_TOP - STACK_THREAD_TOP
    b.hs    fp_trap_unexpected
    mrs     x0, tpidr_el1
    ldr     w1, [x0, #CORE_FP_SAVED]
    cbnz    w1, fp_trap_unexpected
    mov     x1, #CPACR_FPEN
    msr     cpacr_el1, x1
    isb                                     // the trap is off before the stores below
    mov     w1, #FP_SAVED
    str     w1, [x0, #CORE_FP_SAVED]
    ldr     x0, [x0, #CORE_FP_AREA]
    mrs     x1, fpcr
    str     x1, [x0], #8
    mrs     x1, fpsr
    str     x1, [x0], #FP_AREA_REGISTERS - 8
    fp_all  stp
    mrs     x0, tpidr_el0
    mrs     x1, tpidrro_el0
    eret                                    // to the same instruction
fp_trap_unexpected:
    mov     x1, #EXCEPTION_SYNCHRONOUS
    b       exception_entry
    .cfi_endproc
    .size   fp_trap, . - fp_trap

/*
 * All the others: everything is saved on the fault stack, so that neither an overflowed stack
 * nor a wild SP stops the report. x1 = the kind; x0 and x1 are in the scratch registers.
 */
    .type   exception_entry, %function
    unwind_exception
    .cfi_undefined x0
    .cfi_undefined x1
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
    .cfi_remember_state
    unwind_frame FRAME_SIZE
    save    x2, x3, 16
    save    x4, x5, 32
    save    x6, x7, 48
    save    x8, x9, 64
    save    x10, x11, 80
    save    x12, x13, 96
    save    x14, x15, 112
    save    x16, x17, 128
    save    x18, x19, 144
    save    x20, x21, 160
    save    x22, x23, 176
    save    x24, x25, 192
    save    x26, x27, 208
    save    x28, x29, 224
    mov     x2, sp
    stp     x30, x2, [x0, #240]
    .cfi_rel_offset x30, 240
    .cfi_rel_offset sp, 248
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [x0, #FRAME_ELR]
    .cfi_rel_offset DWARF_PC, FRAME_ELR
    mrs     x4, esr_el1
    mrs     x5, far_el1
    stp     x4, x5, [x0, #FRAME_ESR]
    stp     x29, x2, [x0, #FRAME_RECORD]
    mrs     x4, tpidr_el0
    mrs     x5, tpidrro_el0
    stp     x4, x5, [x0]
    .cfi_rel_offset x0, 0
    .cfi_rel_offset x1, 8
    mov     sp, x0
    .cfi_def_cfa_register sp
    add     x29, x0, #FRAME_RECORD
    bl      exception_other                 // (frame, kind); returns if the exception is dealt with

    mov     x0, sp
    .cfi_def_cfa_register x0
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
    unwind_restored
    eret

/* The report itself has run out of stack: off, with a failing status and no words. */
exception_hopeless:
    .cfi_restore_state
    ldr     x0, =PSCI_SYSTEM_OFF
    ldr     x1, =PSCI_OFF_STATUS_MAGIC | 1
    smc     #0
1:  wfi
    b       1b
    .cfi_endproc
    .size   exception_entry, . - exception_entry

    .ltorg
