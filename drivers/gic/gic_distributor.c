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

/* As wide as an INTID is anywhere (IHI 0069, 2.2). */
#define INTID_BITS_MAX          24u

/* Four priority bytes to a register. */
#define PRIORITIES_DEFAULT      (GIC_PRIORITY_DEFAULT * 0x01010101u)

LOG_USE(gic);

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

uintptr_t gic_distributor_base_for(unsigned intid)
{
    return intid < distributor.intid_limit ? distributor.base : 0;
}

unsigned gic_lpi_announced_limit(void)
{
    return distributor.lpi_limit;
}

void gic_get_facts(struct gic_facts *facts)
{
    *facts = distributor.facts;
}

/* The exclusive upper bound of LPI INTIDs; 0: no LPIs. -ERANGE: the fields contradict each other.
 */
static int read_lpi_limit(uint32_t typer, unsigned intid_bits, unsigned *limit)
{
    unsigned number_field = GICD_TYPER_NUM_LPIS(typer);

    *limit = 0;
    if ((typer & GICD_TYPER_LPIS) == 0)
        return 0;
    if (number_field == 0) {
        *limit = 1u << intid_bits;
        return 0;
    }
    /* num_LPIs: 2^(num_LPIs + 1) LPIs instead of all that the INTIDs allow, but never more. */
    if (number_field + 1u >= intid_bits ||
        GIC_INTID_LPI_FIRST + (2u << number_field) > 1u << intid_bits)
        return -ERANGE;
    *limit = GIC_INTID_LPI_FIRST + (2u << number_field);
    return 0;
}

static int read_facts(uintptr_t base, unsigned architecture)
{
    uint32_t typer = mmio_read32(base + GICD_TYPER);
    unsigned limit = (GICD_TYPER_IT_LINES(typer) + 1u) * INTIDS_PER_BIT_REGISTER;
    unsigned intid_bits = GICD_TYPER_ID_BITS(typer) + 1u;
    struct gic_facts *facts = &distributor.facts;

    if (intid_bits > INTID_BITS_MAX ||
        read_lpi_limit(typer, intid_bits, &distributor.lpi_limit) != 0) {
        log_error(gic, "GICD_TYPER 0x%08x: more INTIDs or LPIs than an INTID has bits for",
                  (unsigned)typer);
        return -ERANGE;
    }
    /* The last block of 32 would reach into the special INTIDs. */
    distributor.intid_limit = limit < GIC_INTID_SPECIAL ? limit : GIC_INTID_SPECIAL;
    facts->architecture = architecture;
    facts->iidr = mmio_read32(base + GICD_IIDR);
    facts->spi_count = distributor.intid_limit - GIC_INTID_SPI_FIRST;
    facts->two_security_states = (typer & GICD_TYPER_SECURITY_EXTN) != 0;
    facts->lpis = (typer & GICD_TYPER_LPIS) != 0;
    facts->intid_bits = intid_bits;
    return 0;
}

/* SPIs as a reset leaves them: disabled, not pending, level, default priority, for the boot core.
 * A loader may have left others. */
static void reset_spis(uintptr_t base)
{
    const uint64_t affinity = core_affinity(core_id());
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
        mmio_write64(base + GICD_IROUTER(intid), affinity);
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

    if (architecture != GIC_ARCHITECTURE_V3 && architecture != GIC_ARCHITECTURE_V4) {
        log_error(gic, "no GICv3 at 0x%llx: architecture %u", (unsigned long long)distributor_base,
                  architecture);
        return -ENODEV;
    }
    error = read_facts(distributor_base, architecture);
    if (error != 0)
        return error;
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
