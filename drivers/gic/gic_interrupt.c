// SPDX-License-Identifier: BSD-3-Clause
/*
 * Single SGIs, PPIs and SPIs: trigger, priority, affinity, enabled, pending, active
 * (Arm IHI 0069, 12.9 for SPIs; 12.11, SGI_base, for the calling core's SGIs and PPIs).
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/spinlock.h"
#include "arch/wait.h"

#include <errno.h>

/* The trigger of 16 interrupts shares a register. */
static struct spinlock trigger_lock = SPINLOCK_INIT;

static bool is_local(unsigned intid)
{
    return intid < GIC_INTID_SPI_FIRST;
}

/* The base of the registers that intid has; 0 if it does not exist, or not yet. */
static uintptr_t frame_of(unsigned intid)
{
    uintptr_t redistributor;

    if (!is_local(intid))
        return gic_distributor_base_for(intid);
    redistributor = gic_redistributor_base(core_id());
    return redistributor != 0 ? redistributor + GICR_SGI_FRAME : 0;
}

/* Set and clear registers: a one acts, a zero leaves alone, so no lock is needed. */
static int write_bit(unsigned intid, uintptr_t offset)
{
    uintptr_t frame = frame_of(intid);

    if (frame == 0)
        return -EINVAL;
    mmio_write32(frame + offset + GIC_WORD_OF_BITS(intid), 1u << (intid % 32u));
    return 0;
}

static bool read_bit(unsigned intid, uintptr_t offset)
{
    uintptr_t frame = frame_of(intid);

    return frame != 0 &&
           (mmio_read32(frame + offset + GIC_WORD_OF_BITS(intid)) >> (intid % 32u) & 1u) != 0;
}

/* The caller holds trigger_lock. */
static int write_trigger(uintptr_t frame, unsigned intid, enum gic_trigger trigger)
{
    uintptr_t address = frame + GIC_ICFGR + GIC_WORD_OF_ICFGR(intid);
    unsigned shift = 2u * (intid % 16u);
    uint32_t old = mmio_read32(address);
    uint32_t new = old & ~(GIC_ICFGR_EDGE << shift);

    if (trigger == GIC_EDGE)
        new |= GIC_ICFGR_EDGE << shift;
    if (new == old)
        return 0;
    /* Changing the trigger of an enabled interrupt is unpredictable (IHI 0069, "GICD_ICFGR"). */
    if (read_bit(intid, GIC_ISENABLER))
        return -EBUSY;
    mmio_write32(address, new);
    /* The trigger of a PPI may be fixed. */
    return mmio_read32(address) == new ? 0 : -EINVAL;
}

static int set_trigger(uintptr_t frame, unsigned intid, enum gic_trigger trigger)
{
    unsigned long state;
    int error;

    /* SGIs are always edge-triggered; one of the secure world's reads as zero. */
    if (intid < GIC_INTID_PPI_FIRST)
        return trigger == GIC_EDGE ? 0 : -EINVAL;
    state = spin_lock(&trigger_lock);
    error = write_trigger(frame, intid, trigger);
    spin_unlock(&trigger_lock, state);
    return error;
}

int gic_configure(unsigned intid, enum gic_trigger trigger, uint8_t priority)
{
    uintptr_t frame = frame_of(intid);
    int error;

    if (frame == 0 || (trigger != GIC_LEVEL && trigger != GIC_EDGE))
        return -EINVAL;
    error = set_trigger(frame, intid, trigger);
    if (error == 0)
        mmio_write8(frame + GIC_IPRIORITYR + intid, priority);
    return error;
}

int gic_enable(unsigned intid)
{
    return write_bit(intid, GIC_ISENABLER);
}

int gic_mask(unsigned intid)
{
    int error = write_bit(intid, GIC_ICENABLER);

    /* A write that is on its way is overtaken by nothing to the same frame, so this read comes back
     * once the GIC has the write. What it reads does not matter. */
    if (error == 0)
        (void)read_bit(intid, GIC_ICENABLER);
    return error;
}

int gic_disable(unsigned intid)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    error = gic_mask(intid);
    if (error != 0)
        return error;
    if (is_local(intid))
        return gic_wait_clear(gic_redistributor_base(core_id()) + GICR_CTLR, GICR_CTLR_RWP);
    return gic_wait_clear(gic_distributor_base() + GICD_CTLR, GICD_CTLR_RWP);
}

bool gic_is_enabled(unsigned intid)
{
    return read_bit(intid, GIC_ISENABLER);
}

int gic_set_pending(unsigned intid)
{
    return write_bit(intid, GIC_ISPENDR);
}

int gic_clear_pending(unsigned intid)
{
    return write_bit(intid, GIC_ICPENDR);
}

bool gic_is_pending(unsigned intid)
{
    return read_bit(intid, GIC_ISPENDR);
}

bool gic_is_active(unsigned intid)
{
    return read_bit(intid, GIC_ISACTIVER);
}

int gic_set_affinity(unsigned intid, unsigned core)
{
    uintptr_t frame = frame_of(intid);

    if (frame == 0 || is_local(intid) || core >= core_count())
        return -EINVAL;
    /* Bit 31 (any core) stays clear; the affinity bytes lie as in MPIDR_EL1 (IHI 0069,
     * "GICD_IROUTER"). */
    mmio_write64(frame + GICD_IROUTER(intid), core_affinity(core));
    return 0;
}
