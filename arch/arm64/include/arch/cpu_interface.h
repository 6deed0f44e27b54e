// SPDX-License-Identifier: BSD-3-Clause
/*
 * The core's interface to its GIC as the dispatch of interrupts has it, inline: acknowledge, end,
 * and whether there is another one (Arm IHI 0069, 12.2.4 "ICC_EOIR1_EL1", 12.2.13 "ICC_IAR1_EL1";
 * Arm ARM DDI 0487, D17.2.91 "ISR_EL1"). Everybody else: drivers/gic/gic.h. With IRQs masked.
 */
#ifndef ARCH_CPU_INTERFACE_H
#define ARCH_CPU_INTERFACE_H

#include "arch/barrier.h"
#include "arch/sysreg.h"

#include <stdbool.h>
#include <stdint.h>

#define CPU_INTERFACE_IAR1  S3_0_C12_C12_0
#define CPU_INTERFACE_EOIR1 S3_0_C12_C12_1
#define ISR_IRQ             (UINT64_C(1) << 7)

/* As gic_acknowledge(). */
static inline uint64_t cpu_interface_acknowledge(void)
{
    uint64_t intid = sysreg_read(CPU_INTERFACE_IAR1); /* bits 63:24 are RES0 */

    /* The interrupt is active, to every observer, before the handler touches its device. */
    barrier_complete();
    return intid;
}

/* As gic_end(). */
static inline void cpu_interface_end(uint64_t intid)
{
    sysreg_write(CPU_INTERFACE_EOIR1, intid);
    barrier_context(); /* the priority has dropped before another is looked for */
}

/* Whether an IRQ is pending on this core. Unlike a second acknowledge, which is an access to the
 * GIC, this costs what any instruction does. */
static inline bool cpu_interface_is_raised(void)
{
    return (sysreg_read(ISR_EL1) & ISR_IRQ) != 0;
}

#endif
