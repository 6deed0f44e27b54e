// SPDX-License-Identifier: BSD-3-Clause
/*
 * EL2's vectors. They hand over to EL3 (vectors.S), but for what a guest asks of the GIC's CPU
 * interface at each interrupt: ICC_IAR1_EL1, ICC_EOIR1_EL1, ICC_SGI1R_EL1 (Arm IHI 0069, 12.2).
 * That is done here, where the trap arrives: exceptions are what costs time in QEMU, and going on
 * to EL3 is one more. The registers mean at EL2 what they do at EL1.
 *
 * Done is only what takes nothing but the register: no model's line is up, an SPI is none of
 * spi.c's, the cores of an SGI may be there, and nothing is recorded or counted. Everything else is
 * EL3's, by an smc with all registers as the guest left them.
 *
 * EL2's stack pointer stays at this core's struct fast (fast.c). A group-0 interrupt may come at any
 * instruction: EL3 leaves EL2's registers and that memory alone.
 */
#include "twin/monitor/fast.h"

    /* ESR_EL2 of an MSR or MRS (read 1) of S3_0_C12_C\crm_\op2, without Rt (Arm DDI 0487, ISS
     * encoding for EC 0x18). */
    .macro syndrome out, crm, op2, read
    mov     \out, #(12 << 10 | \crm << 1 | \read)
    movk    \out, #(0x18 << 10 | 1 << 9 | 3 << 4 | \op2 << 1), lsl #16
    .endm
    .equ RT_SHIFT, 5
    .equ WRITES_SGI1R, 19               /* a bit that its op2 has, and that of ICC_EOIR1_EL1 not */
    .equ STEP_BIT, 21                   /* SPSR_EL2: the instruction is still to be stepped over */

    .equ SGI_INTID, 0x0f000000
    .equ SGI_AFF1_BIT, 16
    .equ SGI_CORES, 0x3

    .macro guest_registers
    ldp     x0, x1, [sp, #FAST_SAVED]
    ldp     x2, x3, [sp, #FAST_SAVED + 16]
    .endm

    .text
    .balign 4096                        /* QEMU chains blocks of instructions within a page */
    .global el2_vectors
el2_vectors:
    .rept 8
    smc     #0
    .balign 128
    .endr
    b       synchronous
    .balign 128
    .rept 7
    smc     #0
    .balign 128
    .endr

synchronous:
    stp     x0, x1, [sp, #FAST_SAVED]
    stp     x2, x3, [sp, #FAST_SAVED + 16]
    ldr     w0, [sp, #FAST_ON]
    mrs     x1, esr_el2
    cbz     w0, pass_on
    ubfx    x3, x1, #RT_SHIFT, #5
    and     x1, x1, #~(31 << RT_SHIFT)
    syndrome w2, 12, 1, 0               /* ICC_EOIR1_EL1 */
    cmp     x1, x2
    b.eq    get
    syndrome w2, 12, 0, 1               /* ICC_IAR1_EL1 */
    cmp     x1, x2
    b.eq    acknowledge
    syndrome w2, 11, 5, 0               /* ICC_SGI1R_EL1 */
    cmp     x1, x2
    b.eq    get
pass_on:
    guest_registers
    smc     #0

    /* x0 = register x3 of the guest's. */
get:
    adr     x2, 1f
    add     x2, x2, x3, lsl #3
    br      x2
1:  .irp n, 0, 1, 2, 3
    ldr     x0, [sp, #FAST_SAVED + 8 * \n]
    b       write
    .endr
    .irp n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,zr
    mov     x0, x\n
    b       write
    .endr

write:
    tbnz    x1, #WRITES_SGI1R, send

    and     x0, x0, #0xffffff
    cmp     x0, #FAST_PLAIN_END
    b.lo    2f
    cmp     x0, #FAST_LPI_FIRST
    b.lo    pass_on
    /* No LPI is ever active, and QEMU must not see the number (sysreg_trap.c). */
    ldr     w0, [sp, #FAST_CARRIER]
2:  msr     S3_0_C12_C12_1, x0          /* ICC_EOIR1_EL1 */
    b       skip

    /* The AM65x has two cores to a cluster, the board all in one. */
send:
    mov     w2, #SGI_CORES
    movk    w2, #(SGI_INTID >> 16 | 1), lsl #16
    bics    xzr, x0, x2
    b.ne    pass_on
    and     x2, x0, #SGI_CORES
    tbz     x0, #SGI_AFF1_BIT, 3f
    lsl     x2, x2, #2
3:  and     x0, x0, #SGI_INTID
    orr     x0, x0, x2
    dsb     sy                          /* what the guest wrote is there for whom it interrupts */
    msr     S3_0_C12_C11_5, x0          /* ICC_SGI1R_EL1 */
    b       skip

acknowledge:
    mrs     x0, S3_0_C12_C12_0          /* ICC_IAR1_EL1 */
    cmp     x0, #FAST_SPECIAL
    b.hs    no_spi
    sub     x1, x0, #FAST_SPI_FIRST
    cmp     x1, #FAST_SPIS
    b.hs    set
    ldr     x1, [sp, #FAST_LINES]
    lsr     x2, x0, #5
    add     x1, x1, x2, lsl #2
    ldar    w1, [x1]                    /* a line that rises later makes it pending by itself */
    lsr     w1, w1, w0
    tbnz    w1, #0, line_is_up
    b       set
no_spi:
    cmp     x0, #FAST_LPI_FIRST
    b.lo    pass_on                     /* none: perhaps a group-0 interrupt hides it */

    /* Register x3 of the guest's = x0. */
set:
    adr     x2, 4f
    add     x2, x2, x3, lsl #3
    br      x2
4:  .irp n, 0, 1, 2, 3
    str     x0, [sp, #FAST_SAVED + 8 * \n]
    b       skip
    .endr
    .irp n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,zr
    mov     x\n, x0
    b       skip
    .endr

line_is_up:
    msr     tpidr_el2, x0
    guest_registers
    smc     #FAST_SMC_ACKNOWLEDGED

    /* Behind the instruction. */
skip:
    mrs     x0, elr_el2
    mrs     x1, spsr_el2
    add     x0, x0, #4
    msr     elr_el2, x0
    tbnz    x1, #STEP_BIT, 5f
    guest_registers
    eret
5:  bic     x1, x1, #1 << STEP_BIT
    msr     spsr_el2, x1
    guest_registers
    eret

    .section .note.GNU-stack, "", %progbits
