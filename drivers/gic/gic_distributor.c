// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GICv3 distributor as a whole: finding it, bringing it up, its facts (Arm IHI 0069, 12.9).
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "lib/log.h"

#include <errno.h>

#define INTIDS_PER_BIT_REGISTER 32u

/* Four priority bytes to a register. */
#define PRIORITIES_DEFAULT      (GIC_PRIORITY_DEFAULT * 0x01010101u)

LOG_SUBJECT(gic);

static struct {
    uintptr_t base;
    unsigned intid_limit;
    unsigned lpi_limit;
    struct gic_facts facts;
} distributor;

uintptr_t gic_distributor_base(void)
{
    return distributor.base;
}

unsigned gic_intid_limit(void)
{
    return distributor.intid_limit;
}

unsigned gic_lpi_announced_limit(void)
{
    return distributor.lpi_limit;
}

void gic_get_facts(struct gic_facts *facts)
{
    *facts = distributor.facts;
}

static void read_facts(uintptr_t base, unsigned architecture)
{
    uint32_t typer = mmio_read32(base + GICD_TYPER);
    unsigned limit = (GICD_TYPER_IT_LINES(typer) + 1u) * INTIDS_PER_BIT_REGISTER;
    struct gic_facts *facts = &distributor.facts;

    /* The last block of 32 would reach into the special INTIDs. */
    distributor.intid_limit = limit < GIC_INTID_SPECIAL ? limit : GIC_INTID_SPECIAL;
    facts->architecture = architecture;
    facts->iidr = mmio_read32(base + GICD_IIDR);
    facts->spi_count = distributor.intid_limit - GIC_INTID_SPI_FIRST;
    facts->two_security_states = (typer & GICD_TYPER_SECURITY_EXTN) != 0;
    facts->lpis = (typer & GICD_TYPER_LPIS) != 0;
    facts->intid_bits = GICD_TYPER_ID_BITS(typer) + 1u;

    distributor.lpi_limit = 0;
    if (facts->lpis) {
        distributor.lpi_limit = 1u << facts->intid_bits;
        /* num_LPIs, if not zero: 2^(num_LPIs + 1) LPIs instead of all that the INTIDs allow. */
        if (GICD_TYPER_NUM_LPIS(typer))
            distributor.lpi_limit = GIC_INTID_LPI_FIRST + (2u << GICD_TYPER_NUM_LPIS(typer));
    }
}

/* SPIs as a reset leaves them: disabled, not pending, level, default priority, for the boot core.
 * A loader may have left others. */
static void reset_spis(uintptr_t base)
{
    unsigned intid;

    for (intid = GIC_INTID_SPI_FIRST; intid < distributor.intid_limit;
         intid += INTIDS_PER_BIT_REGISTER) {
        uintptr_t bits = base + GIC_WORD_OF_BITS(intid);

        mmio_write32(bits + GIC_ICENABLER, UINT32_MAX);
        mmio_write32(bits + GIC_ICPENDR, UINT32_MAX);
        mmio_write32(bits + GIC_ICACTIVER, UINT32_MAX);
        /* Where there is a secure world, it sets the group, and these writes are ignored. */
        mmio_write32(bits + GIC_IGROUPR, UINT32_MAX);
    }
    for (intid = GIC_INTID_SPI_FIRST; intid < distributor.intid_limit; intid += 4u)
        mmio_write32(base + GIC_IPRIORITYR + intid, PRIORITIES_DEFAULT);
    for (intid = GIC_INTID_SPI_FIRST; intid < distributor.intid_limit; intid += 16u)
        mmio_write32(base + GIC_ICFGR + GIC_WORD_OF_ICFGR(intid), 0);
    for (intid = GIC_INTID_SPI_FIRST; intid < distributor.intid_limit; intid++)
        mmio_write64(base + GICD_IROUTER(intid), core_affinity(core_id()));
}

static int enable(uintptr_t base)
{
    uintptr_t control = base + GICD_CTLR;
    uint32_t keep = mmio_read32(control) & (GICD_CTLR_ARE_NS | GICD_CTLR_DS);
    int error;

    /* Group 1 off while the SPIs change. Affinity routing is never taken back: clearing it is
     * unpredictable (IHI 0069, "GICD_CTLR"). */
    mmio_write32(control, keep);
    error = gic_wait_clear(control, GICD_CTLR_RWP);
    if (error != 0)
        return error;

    /* Routing registers exist with affinity routing only, so that comes first. */
    keep |= GICD_CTLR_ARE_NS;
    mmio_write32(control, keep);
    error = gic_wait_clear(control, GICD_CTLR_RWP);
    if (error != 0)
        return error;
    reset_spis(base);
    error = gic_wait_clear(control, GICD_CTLR_RWP);
    if (error != 0)
        return error;

    mmio_write32(control, keep | GICD_CTLR_ENABLE_GRP1A);
    return gic_wait_clear(control, GICD_CTLR_RWP);
}

int gic_init(uintptr_t distributor_base, uintptr_t redistributor_base, uintptr_t redistributor_size)
{
    unsigned architecture = GIC_PIDR2_ARCHITECTURE(mmio_read32(distributor_base + GICD_PIDR2));
    bool left_out;
    int error;

    if (architecture != GIC_ARCHITECTURE_V3 && architecture != GIC_ARCHITECTURE_V4)
        return -ENODEV;

    read_facts(distributor_base, architecture);
    error = gic_redistributors_find(redistributor_base, redistributor_size, &left_out);
    if (error != 0)
        return error;
    if (left_out)
        log_error(gic, "more redistributors than room for cores (%u): the rest stay off", CORE_MAX);
    error = enable(distributor_base);
    if (error != 0)
        return error;
    distributor.base = distributor_base;
    return 0;
}
