// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where every core of the board starts, at EL3 with the MMU off, all of them at once; and the way
 * from EL3 into the guest.
 */

#include "twin/monitor/stacks.inc"

    /* \sp_out = top of this core's EL3 stack. */
    .macro stack_top sp_out, scratch
    el3_stack \sp_out, \scratch
    add     \sp_out, \sp_out, #STACK_TOP
    .endm

    .section .text.entry, "ax"
    .global twin_entry
twin_entry:
    adr     x0, el3_vectors
    msr     vbar_el3, x0
    isb
    mrs     x0, mpidr_el1
    ands    x0, x0, #0xff
    b.ne    wait_for_boot_core

    adrp    x0, bss_start
    add     x0, x0, :lo12:bss_start
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
1:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    1b
    stack_top x1, x2
    mov     sp, x1
    bl      monitor_boot
    b       .

    /* Polling is right here: it takes the boot core about a millisecond, and nothing can wake a
     * core before its redistributor is set up. */
wait_for_boot_core:
    adrp    x1, monitor_ready
    add     x1, x1, :lo12:monitor_ready
2:  ldar    w2, [x1]
    cbz     w2, 2b
    stack_top x1, x2
    mov     sp, x1
    bl      monitor_secondary
    b       .

    /* noreturn void guest_enter_mode(uint64_t entry, uint64_t x0, uint64_t spsr), and
     * noreturn void guest_enter(uint64_t entry, uint64_t x0): EL1h, all exceptions masked. */
    .text
    .global guest_enter, guest_enter_mode
guest_enter:
    mov     x2, #0x3c5
guest_enter_mode:
    msr     spsr_el3, x2
    stack_top x2, x3
    mov     sp, x2
    msr     elr_el3, x0
    mov     x0, x1
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    mov     x\n, xzr
    .endr
    eret

    .bss
    .balign 4096
    .global el3_stacks
el3_stacks:
    .skip   STACK_CORES * STACK_TOP

    .section .note.GNU-stack, "", %progbits
