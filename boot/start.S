// SPDX-License-Identifier: BSD-3-Clause
/*
 * The first instructions: arm64 Image header, self-copy to the link address, drop from EL2 to EL1,
 * MMU on, C. And the same, shorter, for the cores that PSCI CPU_ON starts.
 *
 * Follows Linux's Documentation/arm64/booting ("Booting AArch64 Linux"): the loader enters the
 * first byte of the image with x0 = the DTB's address, at EL2 or EL1, interrupts masked, MMU off,
 * and the loaded image clean to the point of coherency. Register and field names: Arm ARM DDI 0487.
 *
 * Until `linked` runs, the code is wherever it was loaded: only PC-relative addresses.
 *
 * The .cfi lines are for debuggers (DWARF 5, 6.4). What a loader or the secure monitor enters was
 * called by nobody: a backtrace ends there. The functions below return to x30 and use no stack,
 * which is what unwind information says by itself.
 */
#include "arch/core_layout.h"
#include "arch/stack.h"
#include "arch/sysreg.h"

#define HCR_RW               (1 << 31) /* EL1 is AArch64; nothing is trapped or routed to EL2 */
#define CNTHCTL_EL1_COUNTER  0x3       /* EL1PCTEN, EL1PCEN: no traps of the physical timer */
#define CPTR_RES1            0x33ff    /* and TFP = TCPAC = 0: no traps */
#define SCTLR_EL2_RES1       0x30c50830
#define ICC_SRE_ENABLE       0x9       /* SRE, and Enable: EL1 may use ICC_SRE_EL1 */
#define PFR0_GIC_SHIFT       24
#define PMCR_N_SHIFT         11
#define DFR0_PMUVER_SHIFT    8
#define CURRENT_EL_SHIFT     2
#define COPY_CODE_ROOM       256
#define PAGE_SIZE            4096
#define EARLY_STACK          PAGE_SIZE /* more than mmu_build_tables() uses */

    .section .text.head, "ax"
    .cfi_sections .debug_frame
    .global _start
    .type   _start, %function
    .cfi_startproc
    .cfi_undefined x30
_start:
    b       start
    nop
    .quad   image_text_offset       // from a 2 MiB boundary, which DRAM starts at
    .quad   image_size              // what the image occupies, .bss and stacks included
    .quad   0x2                     // little endian, 4 KiB pages, near the start of DRAM
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

start:
    msr     daifset, #0xf
    mov     x21, x0                 // the DTB
    adr     x20, _start             // where the image was loaded
    mrs     x19, CurrentEL
    lsr     x19, x19, #CURRENT_EL_SHIFT
    ldr     x22, link_address
    ldr     x23, link_file_size
    cmp     x20, x22
    b.eq    go_linked

    /*
     * Not where it was linked: copy. What caches hold of the destination is stale, whether left
     * by the loader or fetched meanwhile, and goes away both before and after the stores, which
     * bypass the caches as the MMU is off.
     */
    mov     x0, x22
    ldr     x1, link_early_size
    bl      invalidate
    cmp     x22, x20
    b.hi    copy_up

    /*
     * Towards lower addresses, the stores may run over this very code: the loop goes to the end of
     * the memory that the image's header claims, which lies above all that is written.
     */
    ldr     x2, link_image_size
    add     x2, x20, x2
    sub     x2, x2, #COPY_CODE_ROOM
    adr     x0, copy_down
    mov     x1, x2
    mov     x3, #copy_down_end - copy_down
1:  ldr     w4, [x0], #4
    str     w4, [x1], #4
    subs    x3, x3, #4
    b.ne    1b
    dsb     sy                      // the loop is in memory before it is fetched
    ic      iallu
    dsb     sy
    isb
    mov     x0, x20
    mov     x1, x22
    mov     x3, x23
    br      x2

    /* x0 source, x1 destination, x3 bytes (whole pages), x22 where to go on: lowest byte first. */
copy_down:
    ldp     x4, x5, [x0], #16
    stp     x4, x5, [x1], #16
    subs    x3, x3, #16
    b.ne    copy_down
    ldr     x6, [x22, #go_linked_offset - _start]
    br      x6
copy_down_end:

    /* Towards higher addresses: highest byte first. This code lies below all that is written. */
copy_up:
    add     x0, x20, x23
    add     x1, x22, x23
    mov     x3, x23
1:  ldp     x4, x5, [x0, #-16]!
    stp     x4, x5, [x1, #-16]!
    subs    x3, x3, #16
    b.ne    1b

go_linked:
    ldr     x6, go_linked_offset
    br      x6

    .balign 8
link_address:      .quad _start
link_file_size:    .quad image_file_size
link_image_size:   .quad image_size
link_early_size:   .quad image_early_size
go_linked_offset:  .quad linked
    .cfi_endproc

/*
 * Invalidates the data cache over [x0, x0 + x1), both multiples of a page. Uses x0-x3.
 * The line size is the smallest of all levels (CTR_EL0.DminLine, log2 of words).
 */
    .cfi_startproc
invalidate:
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4
    mov     x3, #4
    lsl     x3, x3, x2
    add     x1, x0, x1
1:  .rept   16                      // a page has more lines
    dc      ivac, x0
    add     x0, x0, x3
    .endr
    cmp     x0, x1
    b.lo    1b
    dsb     sy                      // no stale line is left when the next access is made
    ret
    .cfi_endproc

/* Clears [x0, x1), both multiples of a page. No DC ZVA: it wants the MMU on. */
    .cfi_startproc
clear:
1:  .rept   16
    stp     xzr, xzr, [x0], #16
    .endr
    cmp     x0, x1
    b.lo    1b
    ret
    .cfi_endproc

/* At the link address, on the boot core; x19-x21 as set above, x22 the link address. */
    .cfi_startproc
    .cfi_undefined x30
linked:
    /*
     * What the stores with the MMU off go to, past the caches: no line of it may be written back over
     * them, or be found later. All else is only touched with the caches on, which agree.
     */
    ldr     x0, =_start
    ldr     x1, =image_early_size
    bl      invalidate              // (see the copy; harmless where nothing was copied)
    ldr     x0, =stacks + STACK_THREAD_TOP - EARLY_STACK
    mov     x1, #EARLY_STACK
    bl      invalidate
    ic      iallu
    dsb     sy
    isb
    bl      leave_el2
    mov     x23, #0                 // core 0

    ldr     x0, =boot_tables_start
    ldr     x1, =boot_tables_end
    bl      clear
    bl      set_up_core
    bl      mmu_build_tables        // C, on the stack, with the MMU still off

    /* Drop what caches hold of the tables and of the record before them, by whatever fetched it. */
    ldr     x0, =boot_record_start
    and     x0, x0, #~(PAGE_SIZE - 1)
    ldr     x1, =boot_tables_end
    sub     x1, x1, x0
    bl      invalidate
    bl      mmu_enable
    ldr     x0, =bss_start
    ldr     x1, =bss_end
    bl      clear
    mov     x0, x21
    mov     x1, x19
    mov     x2, x20
    mov     x29, xzr                // ends every backtrace
    mov     x30, xzr
    b       boot_main
    .cfi_endproc

/* A core that PSCI has started, to where the MMU is on: x23 = its number. Keeps x24. */
    .macro come_up
    msr     daifset, #0xf
    mrs     x19, CurrentEL
    lsr     x19, x19, #CURRENT_EL_SHIFT
    ic      iallu
    dsb     sy
    isb
    bl      leave_el2
    bl      set_up_core
    bl      mmu_enable
    .endm

/* Where PSCI CPU_ON enters, at EL2 or EL1 with the MMU off: x0 = the core's number. The boot
 * core's tables are complete and clean. No stack is used before the MMU is on: the caches may hold
 * lines of it. */
    .global secondary_start
    .type   secondary_start, %function
    .cfi_startproc
    .cfi_undefined x30
secondary_start:
    mov     x23, x0
    come_up
    mov     x29, xzr
    mov     x30, xzr
    b       smp_secondary_main
    .cfi_endproc

/* Where PSCI SYSTEM_SUSPEND enters: as above, on core 0, x0 = the context that it was given. A
 * section of its own, for most applications don't suspend. */
    .section .text.boot_resume, "ax"
    .global boot_resume
    .type   boot_resume, %function
    .cfi_startproc
    .cfi_undefined x30
boot_resume:
    mov     x24, x0
    mov     x23, #0                 // core 0
    come_up
    mov     x0, x24
    b       core_suspend_resume
    .cfi_endproc
    .section .text.head, "ax"

/*
 * Goes on at EL1h, whichever of EL2 and EL1 it is called at (x19). Uses x0, x1.
 * Every EL2 register that could trap or change what EL1 does gets a known value: their reset values
 * are unknown.
 */
    .cfi_startproc
leave_el2:
    ldr     x0, =SCTLR_RES1         // MMU and caches off
    cmp     x19, #1
    b.eq    at_el1
    cmp     x19, #2
    b.ne    stop                    // EL3: no loader may do that

    ldr     x1, =SCTLR_EL2_RES1
    msr     sctlr_el2, x1
    msr     sctlr_el1, x0
    mov     x0, #HCR_RW
    msr     hcr_el2, x0
    mov     x0, #CNTHCTL_EL1_COUNTER
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr        // virtual time is physical time
    mov     x0, #CPTR_RES1
    msr     cptr_el2, x0
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0

    mov     x1, xzr                 // MDCR_EL2: no traps, all counters of the PMU to EL1
    mrs     x0, id_aa64dfr0_el1
    ubfx    x0, x0, #DFR0_PMUVER_SHIFT, #4
    cbz     x0, 1f
    cmp     x0, #0xf                // a PMU of some other kind
    b.eq    1f
    mrs     x1, pmcr_el0
    ubfx    x1, x1, #PMCR_N_SHIFT, #5
1:  msr     mdcr_el2, x1

    mrs     x0, id_aa64pfr0_el1     // the GIC's system registers, if the core has them
    ubfx    x0, x0, #PFR0_GIC_SHIFT, #4
    cbz     x0, 1f
    mrs     x0, ICC_SRE_EL2
    mov     x1, #ICC_SRE_ENABLE
    orr     x0, x0, x1
    msr     ICC_SRE_EL2, x0
    isb                             // SRE decides whether the next register exists
    msr     ICH_HCR_EL2, xzr
1:
    ldr     x0, =vectors            // (entered there from EL1 only: trap_el2)
    msr     vbar_el2, x0
    mov     x0, #PSTATE_DAIF | PSTATE_MODE_EL1H
    msr     spsr_el2, x0
    msr     elr_el2, x30
    isb
    eret

at_el1:
    msr     sctlr_el1, x0
    isb
    msr     spsel, #1
    ret
    .cfi_endproc

    .cfi_startproc
    .cfi_undefined x30
stop:
    wfi
    b       stop
    .cfi_endproc

/* Makes core x23 ready for C: its number, stack, vectors, FP/SIMD. Uses x0, x1. (No MADD behind a
 * load: the linker would move it to a stub of its own, for A53's erratum 835769.) */
    .cfi_startproc
set_up_core:
    ldr     x0, =cores
    mov     x1, #CORE_SIZE
    madd    x0, x23, x1, x0
    msr     tpidr_el1, x0
    ldr     x0, =stacks
    ldr     x1, =STACK_CORE_SIZE
    mul     x1, x23, x1
    add     x0, x0, x1
    ldr     x1, =STACK_THREAD_TOP
    add     x0, x0, x1
    mov     sp, x0
    ldr     x0, =vectors
    msr     vbar_el1, x0
    mov     x0, #CPACR_FPEN
    msr     cpacr_el1, x0
    msr     mdscr_el1, xzr
    msr     contextidr_el1, xzr
    mov     x0, #2                  // CNTV_CTL_EL0: IMASK, disabled
    msr     cntv_ctl_el0, x0
    isb
    ret
    .cfi_endproc

/*
 * Switches the MMU and the caches on with the tables of mmu.c. All is mapped to itself, so the
 * next instruction is where it was. Uses x0, x1; no stack.
 */
    .cfi_startproc
mmu_enable:
    ldr     x0, =mmu_mair
    ldr     x0, [x0]
    msr     mair_el1, x0
    ldr     x0, =mmu_tcr
    ldr     x0, [x0]
    msr     tcr_el1, x0
    ldr     x0, =mmu_root
    msr     ttbr0_el1, x0
    msr     ttbr1_el1, xzr
    dsb     sy                      // the tables are in memory before the walker looks
    tlbi    vmalle1
    ic      iallu
    dsb     sy
    isb
    ldr     x0, =SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_WXN
    msr     sctlr_el1, x0
    isb
    ret
    .cfi_endproc

    .ltorg
