// SPDX-License-Identifier: BSD-3-Clause
/*
 * A page of A32 and T32 code (Arm DDI 0406) that the board's core sees at R5F_PAGE, where an AM65x
 * has nothing: VBAR_EL1, which an R5F has not, points there. A program that reads it finds code,
 * and one that jumps there has an exception. So exceptions pass by here:
 *
 *   - SVC, IRQ, FIQ go on to the guest's own vector at once, by one instruction; an IRQ whose
 * vector the VIM gives (SCTLR.VE) calls the monitor;
 *   - undefined instructions, which may be CP15 accesses that only an R5F knows, and aborts, whose
 *     status has to become a PMSA's, call the monitor.
 *
 * The SPSR of AArch32's modes can't be had from above in QEMU 7.2. So the monitor has the guest's
 * core read it, write it, return by it, or take an exception that it can't make itself.
 */
#include "twin/monitor/r5f.h"

#define SMC            0xe1600070u
#define LDR_PC         0xe59ff018u /* ldr pc, [pc, #0x18]: a literal, 0x20 behind */
#define MOVS_PC_LR     0xe1b0f00eu
#define MRS_R0_SPSR    0xe14f0000u
#define MSR_SPSR_R0    0xe16ff000u
#define UDF            0xe7f000f0u
#define BKPT           0xe1200070u
#define UDF_BKPT_THUMB 0xbe00de00u /* two of T32, the first in the lower half */

#define VECTORS_STRIDE 0x40u
#define VARIANT_HIGH   1u
#define VARIANT_THUMB  2u
#define VARIANT_VIM    4u

#define VECTORS(base, irq)                                                                         \
    SMC, SMC, LDR_PC, SMC, SMC, SMC, irq, LDR_PC, /* reset ... FIQ */                              \
        0, 0, (base) + 0x08, 0, 0, 0, (base) + 0x18, (base) + 0x1c
#define VECTORS_OF(irq)                                                                            \
    VECTORS(0x0u, irq), VECTORS(0xffff0000u, irq), VECTORS(0x1u, irq), VECTORS(0xffff0001u, irq)

const uint32_t r5f_page[1024] __attribute__((aligned(4096))) = {
    VECTORS_OF(LDR_PC), VECTORS_OF(SMC), MOVS_PC_LR, MRS_R0_SPSR, SMC, MSR_SPSR_R0, SMC, UDF, BKPT,
    UDF_BKPT_THUMB,
};

uint32_t r5f_vbar(uint32_t sctlr)
{
    uint32_t variant = (sctlr & SCTLR_HIGH_VECTORS ? VARIANT_HIGH : 0) |
                       (sctlr & SCTLR_THUMB ? VARIANT_THUMB : 0) |
                       (sctlr & SCTLR_VIM ? VARIANT_VIM : 0);

    return R5F_PAGE + variant * VECTORS_STRIDE;
}
