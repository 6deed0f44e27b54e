// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a function's caller counts on (Arm AAPCS64: x19 to x30, SP, d8 to d15, FPCR) is saved, and
 * there again when the core is back. The context lies on the stack, in cacheable memory: it is read
 * with the MMU on (boot/start.S). The secure monitor cleans the caches that lose their power.
 */
#include "arch/psci.h"
#include "arch/suspend.h"

    .cfi_sections .debug_frame

    /* int64_t core_suspend_call(struct core_context *context, uintptr_t entry) */
    .section .text.core_suspend_call, "ax"
    .global core_suspend_call
    .type   core_suspend_call, %function
    .cfi_startproc
core_suspend_call:
    stp     x19, x20, [x0, #0]
    stp     x21, x22, [x0, #16]
    stp     x23, x24, [x0, #32]
    stp     x25, x26, [x0, #48]
    stp     x27, x28, [x0, #64]
    stp     x29, x30, [x0, #80]
    mov     x2, sp
    mrs     x3, fpcr
    stp     x2, x3, [x0, #CORE_CONTEXT_SP]
    stp     d8, d9, [x0, #CORE_CONTEXT_FP]
    stp     d10, d11, [x0, #CORE_CONTEXT_FP + 16]
    stp     d12, d13, [x0, #CORE_CONTEXT_FP + 32]
    stp     d14, d15, [x0, #CORE_CONTEXT_FP + 48]
    mov     x2, x0                  // comes back in x0
    mov     x3, xzr
    ldr     x0, =PSCI_SYSTEM_SUSPEND
    smc     #0
    ret                             // refused: nothing is lost, x19 to x30 neither
    .cfi_endproc
    .ltorg

    /* Where the boot code ends, the MMU on, with the context in x0. */
    .section .text.core_suspend_resume, "ax"
    .global core_suspend_resume
    .type   core_suspend_resume, %function
    .cfi_startproc
core_suspend_resume:
    ldp     x19, x20, [x0, #0]
    ldp     x21, x22, [x0, #16]
    ldp     x23, x24, [x0, #32]
    ldp     x25, x26, [x0, #48]
    ldp     x27, x28, [x0, #64]
    ldp     x29, x30, [x0, #80]
    ldp     x2, x3, [x0, #CORE_CONTEXT_SP]
    mov     sp, x2
    msr     fpcr, x3
    ldp     d8, d9, [x0, #CORE_CONTEXT_FP]
    ldp     d10, d11, [x0, #CORE_CONTEXT_FP + 16]
    ldp     d12, d13, [x0, #CORE_CONTEXT_FP + 32]
    ldp     d14, d15, [x0, #CORE_CONTEXT_FP + 48]
    mov     x0, xzr
    ret
    .cfi_endproc

    .section .note.GNU-stack, "", %progbits
