// SPDX-License-Identifier: BSD-3-Clause
/*
 * LPI property and pending tables, and enabling LPIs at a redistributor (Arm IHI 0069, 5.1 "LPIs";
 * GICR_PROPBASER, GICR_PENDBASER, GICR_CTLR in 12.11).
 */
#include "drivers/gic/lpi.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"

#include "arch/barrier.h"
#include "arch/cache.h"
#include "arch/core.h"
#include "arch/mmio.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* INTIDs of up to 16 bits are used: 57344 LPIs for 64 KiB of properties. */
#define LPI_INTID_BITS_MAX       16u

#define PROPERTY_ENABLE          0x01u
#define PROPERTY_RES1            0x02u
#define PROPERTY_PRIORITY        0xfcu

#define PROPERTY_TABLE_ALIGNMENT 0x1000u
#define PENDING_TABLE_ALIGNMENT  0x10000u

static struct {
    unsigned intid_bits;
    unsigned limit;
    uint8_t *properties;        /* [0] is LPI 8192's */
    uint8_t *pending[CORE_MAX]; /* a bit an INTID, from INTID 0 */
    /* A core writes its own once, before it maps a collection; hence before any reader that
     * depends on it. */
    bool not_coherent[CORE_MAX];
    bool enabled[CORE_MAX]; /* with these tables */
} lpis;

static size_t property_table_size(void)
{
    return ((size_t)1u << lpis.intid_bits) - GIC_INTID_LPI_FIRST;
}

static size_t pending_table_size(void)
{
    return ((size_t)1u << lpis.intid_bits) / 8u;
}

static void free_tables(void)
{
    for (unsigned i = 0; i < CORE_MAX; i++) {
        free(lpis.pending[i]);
        lpis.pending[i] = NULL;
    }
    free(lpis.properties);
    lpis.properties = NULL;
}

int gic_lpi_init(void)
{
    struct gic_facts facts;
    bool complete;

    gic_get_facts(&facts);
    if (!facts.lpis || gic_lpi_announced_limit() <= GIC_INTID_LPI_FIRST)
        return -ENODEV;
    lpis.intid_bits = facts.intid_bits < LPI_INTID_BITS_MAX ? facts.intid_bits : LPI_INTID_BITS_MAX;

    lpis.properties = gic_memory_allocate(PROPERTY_TABLE_ALIGNMENT, property_table_size());
    complete = lpis.properties != NULL;
    for (unsigned i = 0; complete && i < gic_redistributor_count(); i++) {
        lpis.pending[i] = gic_memory_allocate(PENDING_TABLE_ALIGNMENT, pending_table_size());
        complete = lpis.pending[i] != NULL;
    }
    if (!complete) {
        free_tables();
        return -ENOMEM;
    }
    lpis.limit = 1u << lpis.intid_bits;
    if (gic_lpi_announced_limit() < lpis.limit)
        lpis.limit = gic_lpi_announced_limit();
    memset(lpis.properties, GIC_PRIORITY_DEFAULT | PROPERTY_RES1, property_table_size());
    dcache_clean_invalidate(lpis.properties, property_table_size());
    return 0;
}

unsigned gic_lpi_limit(void)
{
    return lpis.limit;
}

/* A loader may have LPIs on, with tables in memory that is now ours. */
static int disable(uintptr_t redistributor)
{
    uintptr_t control = redistributor + GICR_CTLR;
    uint32_t value = mmio_read32(control);

    if ((value & GICR_CTLR_ENABLE_LPIS) == 0)
        return 0;
    mmio_write32(control, value & ~GICR_CTLR_ENABLE_LPIS);
    /* Implementations may let it be set only. */
    if ((mmio_read32(control) & GICR_CTLR_ENABLE_LPIS) != 0)
        return -EBUSY;
    return gic_wait_clear(control, GICR_CTLR_RWP);
}

/* Programs GICR_PROPBASER or GICR_PENDBASER; cached and shareable if the redistributor agrees,
 * otherwise uncached. Whether the address was taken. */
static bool program(uintptr_t address, uint64_t value, uint64_t address_mask, bool *coherent)
{
    uint64_t shareable = GICR_BASER_SHAREABILITY(GIC_MEMORY_INNER_SHAREABLE);

    mmio_write64(address, value | shareable | GICR_BASER_INNER_CACHE(GIC_MEMORY_WRITE_BACK) |
                              GICR_BASER_OUTER_CACHE(GIC_MEMORY_OUTER_AS_INNER));
    if ((mmio_read64(address) & shareable) == 0) {
        *coherent = false;
        mmio_write64(address, value | GICR_BASER_INNER_CACHE(GIC_MEMORY_NON_CACHEABLE));
    }
    return (mmio_read64(address) & address_mask) == (value & address_mask);
}

int gic_lpi_core_init(void)
{
    unsigned core = core_id();
    uintptr_t redistributor = gic_redistributor_base(core);
    bool coherent = true, taken;
    int error;

    if (lpis.limit == 0 || redistributor == 0 || lpis.pending[core] == NULL ||
        (gic_redistributor_typer(core) & GICR_TYPER_PLPIS) == 0)
        return -ENODEV;
    if (lpis.enabled[core])
        return 0;
    error = disable(redistributor);
    if (error != 0)
        return error;

    taken =
        program(redistributor + GICR_PROPBASER,
                (uintptr_t)lpis.properties | GICR_PROPBASER_ID_BITS(lpis.intid_bits),
                GICR_PROPBASER_ADDRESS, &coherent) &&
        program(redistributor + GICR_PENDBASER, (uintptr_t)lpis.pending[core] | GICR_PENDBASER_PTZ,
                GICR_PENDBASER_ADDRESS, &coherent);
    if (!taken)
        return -EIO;
    lpis.not_coherent[core] = !coherent;

    barrier_complete(); /* the tables are in memory before the redistributor reads them */
    mmio_write32(redistributor + GICR_CTLR,
                 mmio_read32(redistributor + GICR_CTLR) | GICR_CTLR_ENABLE_LPIS);
    lpis.enabled[core] = true;
    barrier_complete(); /* LPIs are on when this returns, and commands may name this redistributor
                         */
    return 0;
}

bool gic_lpi_coherent(void)
{
    for (unsigned i = 0; i < CORE_MAX; i++)
        if (lpis.not_coherent[i])
            return false;
    return true;
}

void gic_lpi_set_property(unsigned lpi, bool enable, uint8_t priority)
{
    uint8_t *property = &lpis.properties[lpi - GIC_INTID_LPI_FIRST];

    *property =
        (uint8_t)((priority & PROPERTY_PRIORITY) | PROPERTY_RES1 | (enable ? PROPERTY_ENABLE : 0u));
    if (!gic_lpi_coherent())
        dcache_clean_invalidate(property, sizeof(*property));
}
