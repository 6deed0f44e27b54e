/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start and vectors of the R5F's test programs. Exceptions are noted down in `taken` (r5f.h): an
 * undefined instruction and a data abort are passed by, a prefetch abort returns from the call that
 * led there, IRQ and FIQ call C.
 */
    .syntax unified
    .arm
    .arch_extension sec

    .equ SVC_STACK, 0x41018000
    .equ IRQ_STACK, 0x41016000
    .equ FIQ_STACK, 0x41015c00
    .equ ABORT_STACK, 0x41015800
    .equ UNDEFINED_STACK, 0x41015400
    .equ USER_STACK, 0x41015000

    .section .vectors, "ax"
    .global _start
_start:
    ldr     pc, =reset
    ldr     pc, =undefined
    ldr     pc, =supervisor_call
    ldr     pc, =prefetch_abort
    ldr     pc, =data_abort
    b       .
    ldr     pc, =irq
    ldr     pc, =fiq
    .ltorg

    .text
reset:
    cps     #0x11
    ldr     sp, =FIQ_STACK
    cps     #0x12
    ldr     sp, =IRQ_STACK
    cps     #0x17
    ldr     sp, =ABORT_STACK
    cps     #0x1b
    ldr     sp, =UNDEFINED_STACK
    cps     #0x13
    ldr     sp, =SVC_STACK
    mrc     p15, 0, r0, c1, c0, 2
    orr     r0, r0, #0xf00000
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #0x40000000
    vmsr    fpexc, r0
    bl      main
    bl      leave
    b       .

    /* \field + 4 gets the address, \field + 0 one more */
    .macro note field, address
    ldr     r0, =taken
    ldr     r1, [r0, #\field]
    add     r1, r1, #1
    str     r1, [r0, #\field]
    str     \address, [r0, #\field + 4]
    .endm

undefined:
    push    {r0, r1}
    note    0, lr
    mrs     r1, spsr
    str     r1, [r0, #40]
    tst     r1, #0x20               /* T32: behind two bytes, or four */
    beq     1f
    ldrh    r0, [lr, #-2]
    cmp     r0, #0xe800
    addhs   lr, lr, #2
1:
    pop     {r0, r1}
    movs    pc, lr

supervisor_call:
    push    {r0, r1}
    note    8, lr
    mrs     r1, spsr
    orr     r1, r1, #0x13
    msr     spsr_c, r1
    pop     {r0, r1}
    movs    pc, lr

prefetch_abort:
    push    {r0, r1}
    mrc     p15, 0, r1, c6, c0, 2
    note    16, r1
    mrc     p15, 0, r1, c6, c0, 2
    str     r1, [r0, #20]
    mrc     p15, 0, r1, c5, c0, 1
    str     r1, [r0, #24]
    mrs     r1, spsr
    orr     r1, r1, #0xc0
    bic     r1, r1, #0x20
    msr     cpsr_c, r1              /* the mode that it comes from */
    mov     r0, lr
    cps     #0x17
    bic     lr, r0, #1
    mrs     r1, spsr
    bic     r1, r1, #0x20
    tst     r0, #1                  /* and its instruction set */
    orrne   r1, r1, #0x20
    msr     spsr_c, r1
    pop     {r0, r1}
    movs    pc, lr

data_abort:
    push    {r0, r1, r2}
    mrc     p15, 0, r2, c6, c0, 0
    note    28, r2
    mrc     p15, 0, r1, c5, c0, 0
    str     r1, [r0, #36]
    pop     {r0, r1, r2}
    subs    pc, lr, #4

irq:
    sub     lr, lr, #4
    push    {r0-r3, r12, lr}
    vpush   {d0-d7}
    bl      on_irq
    vpop    {d0-d7}
    ldmfd   sp!, {r0-r3, r12, pc}^

fiq:
    sub     lr, lr, #4
    push    {r0-r3, r12, lr}
    bl      on_fiq
    ldmfd   sp!, {r0-r3, r12, pc}^

    /* uint32_t service(uint32_t function, uint32_t, uint32_t): the twin's (twin/service.h) */
    .global service
    .type service, %function
service:
    smc     #0
    bx      lr

    /* void as_user(void (*function)(void)): calls it in User mode. */
    .global as_user
    .type as_user, %function
as_user:
    push    {r4, lr}
    cps     #0x1f
    ldr     sp, =USER_STACK
    cps     #0x13
    mrs     r1, cpsr
    bic     r1, r1, #0x0f
    msr     cpsr_c, r1
    blx     r0
    svc     #1                      /* comes back in Supervisor mode */
    pop     {r4, pc}

    .section .note.GNU-stack, "", %progbits
