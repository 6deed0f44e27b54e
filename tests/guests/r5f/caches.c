// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's data cache in the mood caches: SRAM that a region has write-back, and that the same core
 * finds as all others do once the region has it not cached. Without the mood the checks fail that
 * would be wrong on a board by chance only.
 */
#include <stdio.h>

#include "tests/guests/r5f/r5f.h"

#define SCTLR_CACHE       (1u << 2)
#define AREA              (MSRAM + 0x60000u)
#define POWER             14u /* 16 KiB */
#define LINE              32u
#define WRITE_BACK        (ACCESS_FULL | 1u << 3 | 3u)
#define NOT_CACHED        (ACCESS_FULL | 1u << 3)
#define WRITE_THROUGH     (ACCESS_FULL | 2u)
#define SHARED            (WRITE_BACK | 1u << 2)

#define DCIMVAC(address)  write_cp15(7, 0, 6, 1, address)
#define DCCMVAC(address)  write_cp15(7, 0, 10, 1, address)
#define DCCIMVAC(address) write_cp15(7, 0, 14, 1, address)
#define DCCSW(value)      write_cp15(7, 0, 10, 2, value)

static void area_is(uint32_t access)
{
    region(8, AREA, POWER, 0, access);
}

/* What memory has. */
static uint32_t behind(uint32_t address)
{
    uint32_t value;

    area_is(NOT_CACHED);
    value = read32(address);
    area_is(WRITE_BACK);
    return value;
}

static void write_behind(uint32_t address, uint32_t value)
{
    area_is(NOT_CACHED);
    write32(address, value);
    area_is(WRITE_BACK);
}

static void check_lines(void)
{
    write_behind(AREA, 1);
    write_behind(AREA + 4, 1);
    check_value("a line is filled from memory", read32(AREA), 1);
    write32(AREA, 2);
    check("memory does not have what was written, before it is cleaned", behind(AREA) == 1);
    check_value("and the core has", read32(AREA), 2);
    DCCMVAC(AREA + 8);
    check_value("a line that is cleaned is in memory", behind(AREA), 2);
    write_behind(AREA, 3);
    check("what was written past the cache, it does not see before the line is invalidated",
          read32(AREA) == 2);
    DCIMVAC(AREA);
    check_value("then it does", read32(AREA), 3);
    write32(AREA, 4);
    DCIMVAC(AREA);
    check("what is invalidated before it is clean is lost", read32(AREA) == 3);
    write_behind(AREA, 5);
    DCCIMVAC(AREA);
    check_value("a line that is not dirty is not written back", read32(AREA), 5);
}

/* 128 sets of four ways: which one it is in, nobody can know. */
static void check_set_and_way(void)
{
    write32(AREA + 5 * LINE, 6);
    for (uint32_t way = 0; way < 4; way++)
        DCCSW(way << 30 | (5 * LINE));
    check_value("a line is cleaned by its set, in all ways", behind(AREA + 5 * LINE), 6);
}

static void check_others(void)
{
    uint32_t sctlr = read_cp15(1, 0, 0, 0);

    area_is(WRITE_THROUGH);
    write32(AREA + 0x1000, 7);
    check_value("write-through memory has what was written", behind(AREA + 0x1000), 7);
    area_is(SHARED);
    write32(AREA + 0x1000, 8);
    check_value("what is shared is not cached", behind(AREA + 0x1000), 8);
    area_is(WRITE_BACK);
    write_cp15(1, 0, 0, 0, sctlr & ~SCTLR_CACHE);
    write32(AREA + 0x2000, 9);
    check_value("nor is anything while the cache is off", behind(AREA + 0x2000), 9);
    write_cp15(1, 0, 0, 0, sctlr);
    write32(AREA + 0x2000, 10);
    write_cp15(15, 0, 5, 0, 0);
    check_value("and nothing is after all of it is invalidated", read32(AREA + 0x2000),
                behind(AREA + 0x2000));
}

void on_irq(void)
{
}

void on_fiq(void)
{
}

int main(void)
{
    write_cp15(15, 0, 5, 0, 0);
    region(0, MSRAM, 19, 0, ACCESS_FULL | 1u << 3);
    area_is(WRITE_BACK);
    write_cp15(1, 0, 0, 0, read_cp15(1, 0, 0, 0) | SCTLR_MPU | SCTLR_BACKGROUND | SCTLR_CACHE);
    check_lines();
    check_set_and_way();
    check_others();
    return 0;
}
