// SPDX-License-Identifier: BSD-3-Clause
/*
 * The redistributors' tables for LPIs (Arm IHI 0069, 5.1, and GICR_CTLR, GICR_PROPBASER and
 * GICR_PENDBASER in 12.11). The board's redistributors read and write them, once EnableLPIs is set,
 * wherever in the board's memory they are told to. So the bit stays zero unless both tables lie in
 * the guest's memory, and while it is set they can't be changed; the architecture calls that
 * UNPREDICTABLE.
 *
 * A redistributor may keep what is pending to itself (5.1.2), and the guest can't count on its
 * table as long as EnableLPIs is set. So the board has pending tables of the twin's: the guest's is
 * read when the bit is set, and written when it is cleared.
 */
#include <string.h>

#include "twin/models/am65x.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/order.h"
#include "twin/monitor/sysreg.h"

#define GICD_TYPER              0x0004u
#define TYPER_ID_BITS(typer)    (((unsigned)(typer) >> 19 & 0x1f) + 1)
#define TYPER_ID_BITS_FIELD     (0x1fu << 19)
#define TYPER_ID_BITS_FEW       (13u << 19) /* 14 bits: 8192 LPIs, the fewest (12.9, "GICD_TYPER") */

#define GICR_CTLR               0x0000u
#define CTLR_ENABLE_LPIS        1u
#define GICR_PROPBASER          0x0070u
#define PROPBASER_ID_BITS(p)    (((unsigned)(p)&0x1f) + 1)
#define PROPBASER_ID_BITS_FIELD 0x1full
#define PROPBASER_ADDRESS       0x000ffffffffff000ull
#define GICR_PENDBASER          0x0078u
#define PENDBASER_ADDRESS       0x000fffffffff0000ull
#define PENDBASER_PTZ           (1ull << 62) /* reads as zero */
#define PENDBASER_ATTRIBUTES    (7ull << 56 | 3ull << 10 | 7ull << 7)
#define LPI_FIRST               8192u

static struct lock lpi_lock;
static uint64_t guest_propbaser[BOARD_CPUS_MAX], guest_pendbaser[BOARD_CPUS_MAX];

uint32_t lpi_gicd_typer(void)
{
    uint32_t typer = (uint32_t)nonsecure_read(BOARD_GICD_BASE + GICD_TYPER, 4);

    if (parameters()->moods & AM65X_MOOD_FLAT_ITS)
        typer = (typer & ~TYPER_ID_BITS_FIELD) | TYPER_ID_BITS_FEW;
    return typer;
}

unsigned lpi_id_bits(void)
{
    return TYPER_ID_BITS(lpi_gicd_typer());
}

static uint64_t frame_of(unsigned cpu)
{
    return BOARD_GICR_BASE + ((uint64_t)cpu << GUEST_GICR_FRAME_SHIFT);
}

static uint8_t *board_pending(unsigned cpu)
{
    return (uint8_t *)(uintptr_t)(LPI_PENDING_BASE + cpu * LPI_PENDING_STRIDE);
}

static bool lpis_are_on(unsigned cpu)
{
    return nonsecure_read(frame_of(cpu) + GICR_CTLR, 4) & CTLR_ENABLE_LPIS;
}

/* How wide the INTIDs are that the guest's tables are for. */
static unsigned bits_of(unsigned cpu)
{
    unsigned bits = PROPBASER_ID_BITS(guest_propbaser[cpu]), implemented = lpi_id_bits();

    return bits < implemented ? bits : implemented;
}

/* A byte for each LPI, and a bit for each INTID. */
static bool tables_are_the_guests(unsigned cpu)
{
    uint64_t properties = guest_propbaser[cpu], ids = 1ull << bits_of(cpu);

    return ids <= LPI_FIRST || (guest_memory(properties & PROPBASER_ADDRESS, ids - LPI_FIRST) &&
                                guest_memory(guest_pendbaser[cpu] & PENDBASER_ADDRESS, ids / 8));
}

/* What is pending, from INTID 8192 on, between the guest's table and the board's. */
static void copy_pending(unsigned cpu, bool to_guest)
{
    uint64_t ids = 1ull << bits_of(cpu);
    uint8_t *board = board_pending(cpu) + LPI_FIRST / 8;
    uint64_t guest = (guest_pendbaser[cpu] & PENDBASER_ADDRESS) + LPI_FIRST / 8;

    if (ids <= LPI_FIRST)
        return;
    if (!to_guest) {
        memcpy(board, memory_at(caches_shadow(guest)), (ids - LPI_FIRST) / 8);
        return;
    }
    memcpy(memory_at(guest), board, (ids - LPI_FIRST) / 8);
    caches_written(guest, (ids - LPI_FIRST) / 8);
}

/* What the redistributor may read from now on without snooping. */
static void check_tables(unsigned cpu)
{
    uint64_t ids = 1ull << bits_of(cpu), properties = guest_propbaser[cpu] & PROPBASER_ADDRESS;
    uint64_t frame = GUEST_GICR_BASE + ((uint64_t)cpu << GUEST_GICR_FRAME_SHIFT);

    if (ids <= LPI_FIRST)
        return;
    order_told(frame);
    order_accessed(frame, properties, ids - LPI_FIRST, 0);
    caches_check("a redistributor", properties, ids - LPI_FIRST);
    caches_check("a redistributor", guest_pendbaser[cpu] & PENDBASER_ADDRESS, ids / 8);
}

void lpi_check(uint32_t intid)
{
    if (intid < LPI_FIRST)
        return;
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        if (lpis_are_on(cpu) && intid < 1ull << bits_of(cpu))
            caches_check("a redistributor",
                         (guest_propbaser[cpu] & PROPBASER_ADDRESS) + intid - LPI_FIRST, 1);
}

void lpi_check_all(void)
{
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        if (lpis_are_on(cpu))
            caches_check("a redistributor", guest_propbaser[cpu] & PROPBASER_ADDRESS,
                         (1ull << bits_of(cpu)) - LPI_FIRST);
}

static void switch_on(unsigned cpu, uint32_t value)
{
    uint64_t properties = guest_propbaser[cpu] & PROPBASER_ADDRESS;

    if (!tables_are_the_guests(cpu))
        return;
    check_tables(cpu);
    memset(board_pending(cpu), 0, LPI_PENDING_STRIDE);
    if (!(guest_pendbaser[cpu] & PENDBASER_PTZ))
        copy_pending(cpu, false);
    nonsecure_write(frame_of(cpu) + GICR_PROPBASER, 8,
                    ((guest_propbaser[cpu] & ~PROPBASER_ID_BITS_FIELD) | (bits_of(cpu) - 1)) +
                        caches_shadow(properties) - properties);
    nonsecure_write(frame_of(cpu) + GICR_PENDBASER, 8,
                    (uintptr_t)board_pending(cpu) | (guest_pendbaser[cpu] & PENDBASER_ATTRIBUTES));
    complete_accesses(); /* the table is there when the redistributor looks */
    nonsecure_write(frame_of(cpu) + GICR_CTLR, 4, value);
}

static void write_control(unsigned cpu, uint32_t value)
{
    bool were_on = lpis_are_on(cpu), are_on = value & CTLR_ENABLE_LPIS;

    if (are_on && !were_on) {
        switch_on(cpu, value);
        return;
    }
    /* It may be RES1 once it is set. */
    if (were_on && parameters()->moods & AM65X_MOOD_STALE_LOADER)
        are_on = true;
    value = (value & ~CTLR_ENABLE_LPIS) | (are_on ? CTLR_ENABLE_LPIS : 0);
    nonsecure_write(frame_of(cpu) + GICR_CTLR, 4, value);
    if (were_on && !are_on)
        copy_pending(cpu, true);
}

/* What is pending there, and the guest has not had written to its table, is gone. */
void lpi_lose_power(unsigned cpu)
{
    lock_take(&lpi_lock);
    nonsecure_write(frame_of(cpu) + GICR_CTLR, 4,
                    nonsecure_read(frame_of(cpu) + GICR_CTLR, 4) & ~(uint64_t)CTLR_ENABLE_LPIS);
    guest_propbaser[cpu] = guest_pendbaser[cpu] = 0;
    lock_release(&lpi_lock);
}

/* As the guest wrote it. NULL: it is another register. */
static uint64_t *base_at(unsigned cpu, uint64_t reg)
{
    if ((reg & ~7ull) == GICR_PROPBASER)
        return &guest_propbaser[cpu];
    return (reg & ~7ull) == GICR_PENDBASER ? &guest_pendbaser[cpu] : NULL;
}

uint64_t lpi_read(unsigned cpu, uint64_t reg, unsigned size)
{
    const uint64_t *base = base_at(cpu, reg);

    if (base == NULL)
        return nonsecure_read(frame_of(cpu) + reg, size);
    return memory_attributes(*base & ~PENDBASER_PTZ) >> (reg % 8 * 8);
}

void lpi_write(unsigned cpu, uint64_t reg, unsigned size, uint64_t value)
{
    uint64_t *base = base_at(cpu, reg);

    lock_take(&lpi_lock); /* the tables stay what they are until EnableLPIs is set */
    if (reg < GICR_CTLR + 4) {
        if (size >= 4) /* a part of it can't be written */
            write_control(cpu, (uint32_t)value);
    } else if (base == NULL) {
        nonsecure_write(frame_of(cpu) + reg, size, value);
    } else if (!lpis_are_on(cpu)) {
        *base = merge(*base, reg, size, value);
    }
    lock_release(&lpi_lock);
}
