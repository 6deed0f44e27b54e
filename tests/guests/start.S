// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where each core of a guest starts, and its vectors: all exceptions go to guest_exception() with a
 * struct frame, interrupts to guest_interrupt(). No MMU, no caches, at EL1.
 */
#include "twin/monitor/frame.inc"

    .equ STACK_SHIFT, 14
    .equ FRAME_SIZE, 288

    .macro stack_top out, scratch
    mrs     \scratch, mpidr_el1
    ubfx    \out, \scratch, #8, #1
    and     \scratch, \scratch, #1
    orr     \scratch, \scratch, \out, lsl #1
    add     \scratch, \scratch, #1
    adrp    \out, stacks
    add     \out, \out, :lo12:stacks
    add     \out, \out, \scratch, lsl #STACK_SHIFT
    .endm

    .text
    .global _start, guest_secondary
_start:
    adr     x1, vectors
    msr     vbar_el1, x1
    mov     x1, #3 << 20                    /* the FP registers are a test's */
    msr     cpacr_el1, x1
    isb
    stack_top x1, x2
    mov     sp, x1
    bl      main
    bl      guest_end

    /* A core that guest_core_on() has turned on: x0 is its function. */
guest_secondary:
    adr     x1, vectors
    msr     vbar_el1, x1
    mov     x1, #3 << 20
    msr     cpacr_el1, x1
    isb
    stack_top x1, x2
    mov     sp, x1
    blr     x0
    mov     x0, #0x84000000                 /* CPU_OFF */
    add     x0, x0, #2
    smc     #0
    b       .

    .macro entry handler
    .balign 128
    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp]
    adr     x1, \handler
    b       common
    .endm

common:
    frame_x2_to_x29 stp
    mrs     x2, elr_el1
    stp     x30, x2, [sp, #240]
    mrs     x2, spsr_el1
    str     x2, [sp, #256]
    mov     x0, sp
    blr     x1
    ldr     x2, [sp, #256]
    msr     spsr_el1, x2
    ldp     x30, x2, [sp, #240]
    msr     elr_el1, x2
    frame_x2_to_x29 ldp
    ldp     x0, x1, [sp]
    add     sp, sp, #FRAME_SIZE
    eret

    .balign 2048
vectors:
    .rept 4
    entry   guest_exception
    entry   guest_interrupt
    entry   guest_exception
    entry   guest_exception
    .endr

    /* void guest_run_at_el0(uint64_t pc, uint64_t spsr, uint64_t x[8]): until its SVC. */
    .balign 128
    .global guest_run_at_el0, guest_leave_el0
guest_run_at_el0:
    sub     sp, sp, #112
    stp     x19, x20, [sp]
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x2, [sp, #96]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x0, x1, [x2]
    ldp     x4, x5, [x2, #32]
    ldp     x6, x7, [x2, #48]
    ldp     x2, x3, [x2, #16]
    eret

    /* Out of guest_exception(struct frame *): what guest_run_at_el0() was called with has the
     * registers. */
guest_leave_el0:
    mov     x9, x0
    add     sp, x9, #FRAME_SIZE
    ldr     x10, [sp, #96]
    .irp n, 0,1,2,3,4,5,6,7
    ldr     x0, [x9, #8 * \n]
    str     x0, [x10, #8 * \n]
    .endr
    ldp     x19, x20, [sp]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    add     sp, sp, #112
    ret

    .bss
    .balign 4096
stacks:
    .skip   4 << STACK_SHIFT

    .section .note.GNU-stack, "", %progbits
