/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start and vectors below the programs of others (runner.c): a flat MPU in which all can be executed,
 * and exceptions that end the program which took them.
 */
    .syntax unified
    .arm

    .equ SUPERVISOR, 0x13
    .equ ABORT, 0x17
    .equ UNDEFINED, 0x1b
    .equ SCTLR_MPU_BACKGROUND, 1 << 0 | 1 << 17
    .equ DRAM_2_GIB, 30 << 1 | 1
    .equ NORMAL_FULL_ACCESS, 0x30b

    .section .vectors, "ax"
    .global _start
_start:
    ldr     pc, =reset
    ldr     pc, =undefined
    ldr     pc, =supervisor_call
    ldr     pc, =prefetch_abort
    ldr     pc, =data_abort
    b       .
    b       .
    b       .
    .ltorg

    /* In ATCM: what is in DRAM can't be executed before there is a region. */
reset:
    mov     r0, #0
    mcr     p15, 0, r0, c6, c2, 0
    mov     r1, #0x80000000
    mcr     p15, 0, r1, c6, c1, 0
    ldr     r1, =NORMAL_FULL_ACCESS
    mcr     p15, 0, r1, c6, c1, 4
    mov     r1, #DRAM_2_GIB
    mcr     p15, 0, r1, c6, c1, 2
    mrc     p15, 0, r0, c1, c0, 0
    ldr     r1, =SCTLR_MPU_BACKGROUND
    orr     r0, r0, r1
    dsb
    mcr     p15, 0, r0, c1, c0, 0
    mrc     p15, 0, r0, c1, c0, 2
    orr     r0, r0, #0xf00000
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #0x40000000
    vmsr    fpexc, r0
    ldr     sp, =stack_end
    ldr     r0, =main
    blx     r0
    b       .

    /* With the kind of exception in r0 and its address in r1, on the program's own stack. */
    .macro trap kind, back
    sub     r1, lr, #\back
    mov     r0, #\kind
    cps     #SUPERVISOR
    ldr     r2, =on_trap
    bx      r2
    .endm

undefined:
    trap    1, 4
supervisor_call:
    trap    2, 4
prefetch_abort:
    trap    3, 4
data_abort:
    trap    4, 8
    .ltorg

    .section .note.GNU-stack, "", %progbits
