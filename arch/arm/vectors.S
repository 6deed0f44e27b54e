// SPDX-License-Identifier: BSD-3-Clause
/*
 * Exception vectors of the Cortex-R5F (Arm ARM DDI 0406, B1.8) and the way to C and back.
 *
 * The firmware runs in System mode. An IRQ comes from thread context, or from a handler that is open
 * to others (exception_open()), which has set SP_irq to the next IRQ's stack: its way is the same.
 * The handler runs in System mode too, since a nested IRQ takes LR_irq and SPSR_irq.
 *
 * Floating point: the caller-saved half, d0 to d7, and FPSCR are saved on each IRQ; a handler in C
 * keeps d8 to d15 itself (AAPCS, 6.1.2.1).
 *
 * The vectors are in Arm state (SCTLR.TE is 0), all else in Thumb state. Nothing here is in the unwind
 * tables, which don't reach from the SRAM to the ATCM; backtrace.c knows the frame of an IRQ.
 */
#include "arch/cp15.h"
#include "arch/exception_frame.h"
#include "arch/stack.h"

/* The least room on the fault stack that an exception is still reported in. */
#define FAULT_ROOM 0x300

/* The PC in unwind information, which is for debuggers here and not in memory. */
#define DWARF_PC 15

    .syntax unified
    .arch   armv7-r
    .fpu    vfpv3-d16

    .section .vectors, "ax"
    .arm
    .global vectors
    .type   vectors, %object
vectors:
    ldr     pc, [pc, #24]                   // reset; each from the word 32 bytes on
    ldr     pc, [pc, #24]                   // undefined instruction
    ldr     pc, [pc, #24]                   // SVC
    ldr     pc, [pc, #24]                   // prefetch abort
    ldr     pc, [pc, #24]                   // data abort
    ldr     pc, [pc, #24]                   // not used
    ldr     pc, [pc, #24]                   // IRQ
    ldr     pc, [pc, #24]                   // FIQ
    .word   _start
    .word   undefined_entry
    .word   svc_entry
    .word   prefetch_abort_entry
    .word   data_abort_entry
    .word   _start
    .word   irq_entry
    .word   fiq_entry
    .size   vectors, . - vectors

    .section .text.exceptions, "ax"
    .thumb
    .cfi_sections .debug_frame

    /* Register `register` of the interrupted code is in memory at SP + offset, 64 to 127 (DWARF 5,
     * 6.4.2.3: DW_CFA_expression with DW_OP_breg13). */
    .macro  unwind_at register, offset
    .cfi_escape 0x10, \register, 3, 0x7d, (\offset) | 0x80, 0
    .endm

    /* The frame of an IRQ while its handler runs. The interrupted SP is a word in it, and the CFA
     * (DW_CFA_def_cfa_expression: DW_OP_breg13, DW_OP_deref). */
    .macro  unwind_interrupted
    .cfi_escape 0x0f, 4, 0x7d, 64 | 0x80, 0, 0x06
    unwind_at 14, 72
    unwind_at 0, 76
    unwind_at 1, 80
    unwind_at 2, 84
    unwind_at 3, 88
    unwind_at 12, 92
    unwind_at DWARF_PC, 96
    .endm

/*
 * IRQ: 14 instructions from the vector into the handler and 10 back.
 */
    .type   irq_entry, %function
    .thumb_func
irq_entry:
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column DWARF_PC
    .cfi_undefined DWARF_PC
    sub     lr, lr, #4
    srsdb   sp!, #CPSR_MODE_IRQ
    push    {r0-r3, r12}
    mov     r0, sp
    cps     #CPSR_MODE_SYSTEM
    mov     r1, sp
    mov     sp, r0
    vmrs    r2, fpscr
    push    {r1, r2, lr}
    vpush   {d0-d7}
    unwind_interrupted
    ldr     r1, =cores
    ldrd    r2, r0, [r1]                    // the handler and its argument (per_core.h)
    blx     r2
    .global exception_irq_return
exception_irq_return:
    vpop    {d0-d7}
    .cfi_undefined DWARF_PC
    pop     {r1, r2, lr}
    vmsr    fpscr, r2
    mov     r0, sp
    mov     sp, r1
    cps     #CPSR_MODE_IRQ
    mov     sp, r0
    clrex                                   // an exclusive load of the handler's is not for who goes on
    pop     {r0-r3, r12}
    rfeia   sp!
    .cfi_endproc
    .ltorg
    .size   irq_entry, . - irq_entry

/*
 * All the others: everything is saved on the fault stack, so that neither an overflowed stack nor a
 * wild SP stops the report. Each mode has its own SP for it: a fault of another kind in the report
 * writes over what the first has saved, and is the last.
 */
    .macro  entry name, kind
    .type   \name, %function
    .thumb_func
\name:
    mcr     p15, 0, r0, c13, c0, 2          // TPIDRURW is scratch here
    mov     r0, #\kind
    b       exception_entry
    .size   \name, . - \name
    .endm

    entry   undefined_entry, EXCEPTION_UNDEFINED
    entry   svc_entry, EXCEPTION_SVC
    entry   prefetch_abort_entry, EXCEPTION_PREFETCH_ABORT
    entry   data_abort_entry, EXCEPTION_DATA_ABORT
    entry   fiq_entry, EXCEPTION_FIQ

    .type   exception_entry, %function
    .thumb_func
exception_entry:
    sub     sp, sp, #FRAME_SIZE
    push    {r0, r1}                        // the kind
    movw    r0, #:lower16:(stacks + STACK_FAULT_TOP - STACK_FAULT_SIZE + FAULT_ROOM)
    movt    r0, #:upper16:(stacks + STACK_FAULT_TOP - STACK_FAULT_SIZE + FAULT_ROOM)
    cmp     sp, r0
    blo     exception_hopeless
    pop     {r0, r1}
    stm     sp, {r0-r12}
    mov     r4, r0
    mrc     p15, 0, r0, c13, c0, 2
    str     r0, [sp]
    mrs     r5, spsr
    str     lr, [sp, #FRAME_PC]             // exception.c corrects it
    str     r5, [sp, #FRAME_CPSR]
    vmrs    r0, fpscr
    str     r0, [sp, #FRAME_FP - 4]
    add     r0, sp, #FRAME_FP
    vstm    r0, {d0-d15}

    /* SP and LR of the mode that it came from. */
    mov     r0, sp
    mrs     r6, cpsr
    and     r1, r5, #CPSR_MODE_MASK
    and     r2, r6, #CPSR_MODE_MASK
    add     r8, r0, #FRAME_SIZE
    mov     r9, lr
    cmp     r1, r2
    beq     1f                              // this one: LR is lost
    bic     r2, r6, #CPSR_MODE_MASK
    orr     r2, r2, r1
    msr     cpsr_c, r2
    mov     r8, sp
    mov     r9, lr
    msr     cpsr_c, r6
1:  strd    r8, r9, [sp, #FRAME_SP]
    mov     r1, r4
    bl      exception_other                 // (frame, kind); returns if the exception is dealt with

    add     r0, sp, #FRAME_FP
    vldm    r0, {d0-d15}
    ldr     r0, [sp, #FRAME_FP - 4]
    vmsr    fpscr, r0
    ldr     r0, [sp, #FRAME_CPSR]
    msr     spsr_cxsf, r0
    ldr     lr, [sp, #FRAME_PC]
    clrex
    ldm     sp, {r0-r12}
    add     sp, sp, #FRAME_SIZE
    subs    pc, lr, #0

/* The report itself has run out of stack: the end, without words. */
exception_hopeless:
    cpsid   aif
1:  wfi
    b       1b
    .size   exception_entry, . - exception_entry
