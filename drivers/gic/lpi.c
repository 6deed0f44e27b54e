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
#include "lib/log.h"

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

LOG_USE(gic);

static struct {
    unsigned intid_bits;
    unsigned limit;
    uint8_t *properties;        /* [0] is LPI 8192's */
    uint8_t *pending[CORE_MAX]; /* a bit an INTID, from INTID 0 */
    /* The redistributor of one core at least is. A core finds out before it maps a collection,
     * hence before any reader that depends on it. */
    bool one_not_coherent;
    bool enabled[CORE_MAX]; /* with these tables */
    bool taken_over;        /* the properties are a loader's table, and so are pending tables */
} lpis;

static bool (*is_free)(uint64_t start, uint64_t size);

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
    if (!lpis.taken_over)
        free(lpis.properties);
    lpis.properties = NULL;
}

/* ---- what a loader has left on ---- */

/* -EBUSY: they stay on. Implementations may let EnableLPIs be set only (12.11, "GICR_CTLR"). */
static int disable(uintptr_t redistributor)
{
    uintptr_t control = redistributor + GICR_CTLR;
    uint32_t value = mmio_read32(control);
    int error;

    if ((value & GICR_CTLR_ENABLE_LPIS) == 0)
        return 0;
    mmio_write32(control, value & ~GICR_CTLR_ENABLE_LPIS);
    error = gic_wait_clear(control, GICR_CTLR_RWP);
    if (error != 0)
        return error;
    return (mmio_read32(control) & GICR_CTLR_ENABLE_LPIS) != 0 ? -EBUSY : 0;
}

static uintptr_t properties_of(uintptr_t redistributor)
{
    return (uintptr_t)(mmio_read64(redistributor + GICR_PROPBASER) & GICR_PROPBASER_ADDRESS);
}

/* Whether a redistributor's tables lie where they may stay, and are the others' too. */
static bool can_be_taken_over(uintptr_t redistributor, unsigned intid_bits)
{
    uint64_t ids = UINT64_C(1) << intid_bits;
    uint64_t pending = mmio_read64(redistributor + GICR_PENDBASER) & GICR_PENDBASER_ADDRESS;
    uintptr_t properties = properties_of(redistributor);

    return is_free != NULL && ids > GIC_INTID_LPI_FIRST &&
           is_free(properties, ids - GIC_INTID_LPI_FIRST) && is_free(pending, ids / 8u) &&
           (lpis.properties == NULL || lpis.properties == (uint8_t *)properties);
}

/* The table of properties becomes that of all redistributors. */
static int take_over(uintptr_t redistributor)
{
    uint64_t register_value = mmio_read64(redistributor + GICR_PROPBASER);
    unsigned intid_bits = GICR_PROPBASER_ID_BITS_OF(register_value);

    if (intid_bits > lpis.intid_bits)
        intid_bits = lpis.intid_bits;
    if (!can_be_taken_over(redistributor, intid_bits)) {
        log_error(gic,
                  "a loader has left LPIs on for good, with tables (0x%llx) that can't be taken "
                  "over: the board needs a reset",
                  (unsigned long long)properties_of(redistributor));
        return -EBUSY;
    }
    lpis.properties = (uint8_t *)properties_of(redistributor);
    lpis.intid_bits = intid_bits;
    lpis.taken_over = true;
    return 0;
}

static int look_for_left_overs(void)
{
    lpis.taken_over = false;
    lpis.properties = NULL;
    for (unsigned i = 0; i < gic_redistributor_count(); i++) {
        uintptr_t redistributor = gic_redistributor_address(i);
        int error = disable(redistributor) == -EBUSY ? take_over(redistributor) : 0;

        if (error != 0)
            return error;
    }
    if (lpis.taken_over)
        log_warning(gic, "a loader has left LPIs on for good: its tables at 0x%llx are taken over",
                    (unsigned long long)(uintptr_t)lpis.properties);
    return 0;
}

void gic_lpi_set_free_memory(bool (*check)(uint64_t start, uint64_t size))
{
    is_free = check;
}

bool gic_lpi_taken_over(void)
{
    return lpis.taken_over;
}

/* ---- tables ---- */

int gic_lpi_init(void)
{
    struct gic_facts facts;
    bool complete;
    int error;

    gic_get_facts(&facts);
    if (!facts.lpis || gic_lpi_announced_limit() <= GIC_INTID_LPI_FIRST)
        return -ENODEV;
    lpis.intid_bits = facts.intid_bits < LPI_INTID_BITS_MAX ? facts.intid_bits : LPI_INTID_BITS_MAX;

    error = look_for_left_overs();
    if (error != 0)
        return error;
    if (!lpis.taken_over)
        lpis.properties = /* filled, and cleaned, below */
            aligned_alloc(PROPERTY_TABLE_ALIGNMENT, property_table_size());
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

/* A redistributor whose LPIs a loader has left on, with tables that are taken over. */
static void use_left_overs(unsigned core, uintptr_t redistributor)
{
    const uint64_t shareable = GICR_BASER_SHAREABILITY(GIC_MEMORY_INNER_SHAREABLE);

    if ((mmio_read64(redistributor + GICR_PROPBASER) & mmio_read64(redistributor + GICR_PENDBASER) &
         shareable) == 0)
        __atomic_store_n(&lpis.one_not_coherent, true, __ATOMIC_RELAXED);
    lpis.enabled[core] = true;
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
    if (error == -EBUSY && properties_of(redistributor) == (uintptr_t)lpis.properties) {
        use_left_overs(core, redistributor);
        return 0;
    }
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
    if (!coherent)
        __atomic_store_n(&lpis.one_not_coherent, true, __ATOMIC_RELAXED);

    barrier_complete(); /* the tables are in memory before the redistributor reads them */
    mmio_write32(redistributor + GICR_CTLR,
                 mmio_read32(redistributor + GICR_CTLR) | GICR_CTLR_ENABLE_LPIS);
    lpis.enabled[core] = true;
    barrier_complete(); /* LPIs are on when this returns, and commands may name this redistributor
                         */
    return 0;
}

/* ---- a loss of power ---- */

static struct {
    uint64_t properties, pending; /* GICR_PROPBASER, GICR_PENDBASER */
    bool complete;                /* what is pending is in the table */
} saved[CORE_MAX];

/* What a table holds that the redistributor had no reason to write to is from long ago. */
static uint64_t clear_pending(uint64_t pending)
{
    void *table = (void *)(uintptr_t)(pending & GICR_PENDBASER_ADDRESS);

    memset(table, 0, pending_table_size());
    dcache_clean_invalidate(table, pending_table_size());
    return pending | GICR_PENDBASER_PTZ;
}

static int resume_core(unsigned core)
{
    uintptr_t redistributor = gic_redistributor_base(core);
    uint32_t control = mmio_read32(redistributor + GICR_CTLR);
    uint64_t pending = saved[core].pending;

    if ((control & GICR_CTLR_ENABLE_LPIS) == 0) {
        mmio_write64(redistributor + GICR_PROPBASER, saved[core].properties);
        mmio_write64(redistributor + GICR_PENDBASER,
                     saved[core].complete ? pending : clear_pending(pending));
    }
    if (mmio_read64(redistributor + GICR_PROPBASER) != saved[core].properties ||
        mmio_read64(redistributor + GICR_PENDBASER) != pending)
        return (control & GICR_CTLR_ENABLE_LPIS) != 0 ? -EBUSY : -EIO;
    barrier_complete(); /* the table is in memory before the redistributor reads it */
    mmio_write32(redistributor + GICR_CTLR, control | GICR_CTLR_ENABLE_LPIS);
    return 0;
}

int gic_lpi_resume(void)
{
    int first_error = 0;

    for (unsigned core = 0; core < CORE_MAX; core++) {
        int error = lpis.enabled[core] ? resume_core(core) : 0;

        if (first_error == 0)
            first_error = error;
    }
    barrier_complete(); /* LPIs are on before the ITS sends any */
    return first_error;
}

/* PENDBASER.PTZ reads as zero: so the table is read when LPIs are on again. */
static int suspend_core(unsigned core)
{
    uintptr_t redistributor = gic_redistributor_base(core);
    int error;

    saved[core].properties = mmio_read64(redistributor + GICR_PROPBASER);
    saved[core].pending = mmio_read64(redistributor + GICR_PENDBASER);
    error = disable(redistributor);
    saved[core].complete = error != -EBUSY;
    return error == -EBUSY ? 0 : error;
}

int gic_lpi_suspend(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++) {
        int error = lpis.enabled[core] ? suspend_core(core) : 0;

        if (error == 0)
            continue;
        for (unsigned done = 0; done <= core; done++)
            if (lpis.enabled[done])
                (void)resume_core(done);
        return error;
    }
    return 0;
}

bool gic_lpi_coherent(void)
{
    return !__atomic_load_n(&lpis.one_not_coherent, __ATOMIC_RELAXED);
}

void gic_lpi_set_property(unsigned lpi, bool enable, uint8_t priority)
{
    uint8_t *property = &lpis.properties[lpi - GIC_INTID_LPI_FIRST];

    *property =
        (uint8_t)((priority & PROPERTY_PRIORITY) | PROPERTY_RES1 | (enable ? PROPERTY_ENABLE : 0u));
    if (!gic_lpi_coherent())
        dcache_clean_invalidate(property, sizeof(*property));
}
