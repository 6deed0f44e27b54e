// SPDX-License-Identifier: BSD-3-Clause
/*
 * The redistributors' tables for LPIs (Arm IHI 0069, 5.1, and GICR_CTLR, GICR_PROPBASER and
 * GICR_PENDBASER in 12.11). The board's redistributors read and write them, once EnableLPIs is set,
 * wherever in the board's memory they are told to. So the bit stays zero unless both tables lie in
 * the guest's memory, and while it is set they can't be changed; the architecture calls that
 * UNPREDICTABLE.
 */
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"

#define GICD_TYPER           0x0004u
#define TYPER_ID_BITS(typer) (((unsigned)(typer) >> 19 & 0x1f) + 1)

#define GICR_CTLR            0x0000u
#define CTLR_ENABLE_LPIS     1u
#define GICR_PROPBASER       0x0070u
#define PROPBASER_ID_BITS(p) (((unsigned)(p)&0x1f) + 1)
#define PROPBASER_ADDRESS    0x000ffffffffff000ull
#define GICR_PENDBASER       0x0078u
#define PENDBASER_ADDRESS    0x000fffffffff0000ull
#define LPI_FIRST            8192u

static struct lock lpi_lock;

static uint64_t reg_read(uint64_t frame, uint64_t reg)
{
    return nonsecure_read(frame + reg, 8);
}

/* A byte for each LPI, and a bit for each INTID. */
static bool tables_are_the_guests(uint64_t frame)
{
    uint64_t properties = reg_read(frame, GICR_PROPBASER), ids;
    unsigned implemented = TYPER_ID_BITS(nonsecure_read(BOARD_GICD_BASE + GICD_TYPER, 4));
    unsigned bits = PROPBASER_ID_BITS(properties);

    ids = 1ull << (bits < implemented ? bits : implemented);
    return ids <= LPI_FIRST ||
           (guest_memory(properties & PROPBASER_ADDRESS, ids - LPI_FIRST) &&
            guest_memory(reg_read(frame, GICR_PENDBASER) & PENDBASER_ADDRESS, ids / 8));
}

static bool allowed(uint64_t frame, uint64_t reg, uint64_t value)
{
    if (reg < GICR_CTLR + 4)
        return !(value & CTLR_ENABLE_LPIS) || tables_are_the_guests(frame);
    if (reg >= GICR_PROPBASER && reg < GICR_PENDBASER + 8)
        return !(nonsecure_read(frame + GICR_CTLR, 4) & CTLR_ENABLE_LPIS);
    return true;
}

void lpi_write(uint64_t frame, uint64_t reg, unsigned size, uint64_t value)
{
    lock_take(&lpi_lock); /* the tables stay what they are until EnableLPIs is set */
    if (allowed(frame, reg, value))
        nonsecure_write(frame + reg, size, value);
    lock_release(&lpi_lock);
}
