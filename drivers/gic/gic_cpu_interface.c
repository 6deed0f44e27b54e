// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GICv3 CPU interface, through system registers (Arm IHI 0069, chapters 4.2, 4.8 and 12.2).
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/icc.h"
#include "drivers/gic/internal.h"

#include "arch/barrier.h"
#include "arch/core.h"

#include <errno.h>

/* Should devices send on and on, this ends; the interrupt layer can cope with the rest. */
#define LPIS_MAX 0x10000u

/* A loader may have left an interrupt unfinished, whose active priority would mask ours. There is
 * a register for each 32 priorities of pre-emption: the others do not exist. */
static void clear_active_priorities(unsigned priority_bits)
{
    icc_write(ICC_AP1R0_EL1, 0);
    if (priority_bits >= 6u)
        icc_write(ICC_AP1R1_EL1, 0);
    if (priority_bits >= 7u) {
        icc_write(ICC_AP1R2_EL1, 0);
        icc_write(ICC_AP1R3_EL1, 0);
    }
}

/* A loader may have left LPIs pending. They are all that can be: SGIs, PPIs and SPIs are off. Where
 * LPIs can't be turned off, the ITS is needed to have them reread their properties, so those that
 * are pending are taken here, for nobody. */
static void drop_lpis(void)
{
    for (unsigned left = LPIS_MAX; left > 0; left--) {
        unsigned intid = gic_acknowledge();

        if (intid < GIC_INTID_LPI_FIRST)
            return;
        gic_end(intid);
    }
}

/* Inlined: most applications have only the first of its two users. */
static inline __attribute__((always_inline)) int set_up(void)
{
    uint64_t control;

    icc_write(ICC_SRE_EL1, icc_read(ICC_SRE_EL1) | ICC_SRE_SRE);
    barrier_context(); /* the other registers exist only once SRE is set */
    if ((icc_read(ICC_SRE_EL1) & ICC_SRE_SRE) == 0)
        return -ENODEV;

    control = icc_read(ICC_CTLR_EL1);
    icc_write(ICC_CTLR_EL1, control & ~(ICC_CTLR_EOIMODE | ICC_CTLR_CBPR));
    icc_write(ICC_PMR_EL1, ICC_PMR_ALL);
    icc_write(ICC_BPR1_EL1, 0); /* as fine as it goes */
    clear_active_priorities(ICC_CTLR_PRI_BITS(control));
    icc_write(ICC_IGRPEN1_EL1, ICC_IGRPEN1_ENABLE);
    barrier_context(); /* in force when this returns */
    return 0;
}

int gic_cpu_interface_init(void)
{
    int error = set_up();

    if (error == 0)
        drop_lpis();
    return error;
}

int gic_cpu_interface_resume(void)
{
    return set_up();
}

unsigned gic_acknowledge(void)
{
    unsigned intid = (unsigned)(icc_read(ICC_IAR1_EL1) & ICC_IAR_INTID);

    /* The interrupt is active, to every observer, before the handler touches its device. */
    barrier_complete();
    return intid;
}

void gic_end(unsigned intid)
{
    icc_write(ICC_EOIR1_EL1, intid);
    barrier_context(); /* the priority has dropped before another is acknowledged */
}

uint8_t gic_running_priority(void)
{
    return (uint8_t)icc_read(ICC_RPR_EL1);
}

void gic_set_priority_mask(uint8_t priority)
{
    icc_write(ICC_PMR_EL1, priority);
    barrier_context(); /* in force before IRQs are unmasked */
}

bool gic_has_pending(void)
{
    unsigned intid = (unsigned)(icc_read(ICC_HPPIR1_EL1) & ICC_IAR_INTID);

    return intid < GIC_INTID_SPECIAL || intid > GIC_INTID_SPURIOUS;
}

void gic_send_sgi(unsigned core, unsigned sgi)
{
    uint64_t affinity = core_affinity(core);
    unsigned aff0 = (unsigned)affinity & 0xffu;
    uint64_t list = UINT64_C(1) << (aff0 % ICC_SGI1R_RANGE_SIZE);

    barrier_before_sgi(); /* what the SGI announces is there when it is taken */
    icc_write(ICC_SGI1R_EL1, ICC_SGI1R_AFF3(affinity >> 32 & 0xffu) |
                                 ICC_SGI1R_AFF2(affinity >> 16 & 0xffu) |
                                 ICC_SGI1R_AFF1(affinity >> 8 & 0xffu) |
                                 ICC_SGI1R_RANGE(aff0 / ICC_SGI1R_RANGE_SIZE) |
                                 ICC_SGI1R_INTID(sgi & 0xfu) | list);
    barrier_context(); /* sent when this returns, not at some later synchronisation */
}
