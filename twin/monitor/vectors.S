// SPDX-License-Identifier: BSD-3-Clause
/*
 * Exception vectors of EL3 (Arm DDI 0487, D1.4.1), where all work is done but what fast.S does.
 *
 * Stage-2 aborts and traps of EL1's system registers can only be taken to EL2. Its vectors
 * (fast.S) call EL3, which finds the syndrome in EL2's registers and returns straight to the guest.
 * EL2 so needs no stack, and a group-0 interrupt may hit it at any instruction without harm.
 */

#include "twin/monitor/frame.inc"
#include "twin/monitor/stacks.inc"

    .equ FRAME_SIZE, 256

    .macro failure_vector
    .balign 128
    b       el3_failure
    .endm

    /* Saves x0-x30 (struct frame), calls handler(frame), returns. Fits a vector's 32 words. */
    .macro el3_vector handler
    .balign 128
    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp, #0]
    frame_x2_to_x29 stp
    str     x30, [sp, #240]
    mov     x0, sp
    bl      \handler
    b       el3_return
    .endm

    .text
    /* An access of probe.S's has been aborted, or the twin itself has failed, perhaps for want of
     * stack. Then nobody returns from here, so registers that the report does not tell are free. */
el3_failure:
    mrs     x9, elr_el3
    adr     x10, probe_start
    cmp     x9, x10
    b.lo    1f
    adr     x10, probe_end
    cmp     x9, x10
    b.lo    el3_recover
1:
    mov     x1, sp
    el3_stack x2, x3
    add     sp, x2, #STACK_FAILURE_TOP
    mov     x0, x30
    bl      trap_bug

el3_recover:
    adr     x10, probe_failed
    msr     elr_el3, x10
    eret

el3_return:
    ldp     x0, x1, [sp, #0]
    frame_x2_to_x29 ldp
    ldr     x30, [sp, #240]
    add     sp, sp, #FRAME_SIZE
    eret

    .balign 2048
    .global el3_vectors
el3_vectors:
    .rept 8                             /* from EL3 itself: the twin is broken */
    failure_vector
    .endr
    el3_vector trap_synchronous         /* from EL1 (SMC) or from EL2 (see below) */
    failure_vector                      /* IRQ: not routed here */
    el3_vector trap_fiq
    failure_vector                      /* SError: not routed here */
    .rept 4                             /* EL2 is AArch64: these are never taken */
    failure_vector
    .endr

    .section .note.GNU-stack, "", %progbits
