// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MPU's regions (Cortex-R5 TRM DDI 0460, 4.3.20 to 4.3.24).
 */
#include "arch/mpu.h"

#include "arch/barrier.h"
#include "arch/cp15.h"
#include "arch/memory_map.h"
#include "arch/stack.h"

#include <stdint.h>

/* DRACR: access, and the kind of memory. */
#define XN           (1u << 12)
#define AP_NONE      (0u << 8)
#define AP_WRITE     (1u << 8) /* privileged only: nobody else is there */
#define AP_READ      (5u << 8)
#define DEVICE       (1u << 0)           /* TEX 0, B */
#define CACHED       (1u << 3 | 3u << 0) /* TEX 1, C, B: write-back, write-allocate */
#define NOT_CACHED   (1u << 3)           /* TEX 1: normal memory */

/* DRSR. */
#define ENABLE       1u
#define SUBREGIONS   8u

#define REGIONS      16u     /* of the AM65x's R5F */
#define LEAST_WINDOW 0x4000u /* smaller ones would ask for finer alignment than r5f.ld has */

#define DEVICES      0x00000000u
#define DRAM         0x80000000u
#define HALF         0x80000000u /* of the addresses */

/* What lies at start: `size` bytes, a power of two; or, with size 0, what ends at `end`, which is
 * at a multiple of an eighth of the least power of two that has room for it (r5f.ld). */
struct region {
    uintptr_t start, size, end;
    uint32_t access;
};

#define SYMBOL(name) ((uintptr_t)(name))

static const struct region regions[] = {
    {DEVICES, HALF, 0, AP_WRITE | DEVICE | XN},
    {DRAM, HALF, 0, AP_WRITE | NOT_CACHED | XN},
    {SYMBOL(atcm_start), SYMBOL(atcm_size), 0, AP_READ | NOT_CACHED},
    {SYMBOL(btcm_start), SYMBOL(btcm_size), 0, AP_WRITE | NOT_CACHED | XN},
    {SYMBOL(main_start), SYMBOL(main_size), 0, AP_WRITE | CACHED | XN},
    {SYMBOL(main_start), 0, SYMBOL(rodata_end), AP_READ | CACHED | XN},
    {SYMBOL(main_start), 0, SYMBOL(text_end), AP_READ | CACHED},
    {SYMBOL(uncached_start), SYMBOL(uncached_size), 0, AP_WRITE | NOT_CACHED | XN},
};

#define COUNT (sizeof(regions) / sizeof(regions[0]))

_Static_assert(COUNT + STACK_GUARDS <= REGIONS, "the core has so many");

/* What a loader left in a region must hold neither before it is set nor with a new base. */
static void clear_region(unsigned number)
{
    cp15_write(CP15_RGNR, number);
    barrier_context();
    cp15_write(CP15_DRSR, 0);
}

static void set_region(unsigned number, uintptr_t start, uint32_t size, uint32_t subregions_off,
                       uint32_t access)
{
    uint32_t order = 31u - (uint32_t)__builtin_clzl(size);

    clear_region(number);
    cp15_write(CP15_DRBAR, start);
    cp15_write(CP15_DRACR, access);
    cp15_write(CP15_DRSR, subregions_off << 8 | (order - 1) << 1 | ENABLE);
}

static void set_window(unsigned number, const struct region *region)
{
    uint32_t length = region->end - region->start, size = LEAST_WINDOW;

    while (size < length)
        size *= 2;
    set_region(number, region->start, size, 0xffu << length / (size / SUBREGIONS) & 0xff,
               region->access);
}

void mpu_set_regions(void)
{
    unsigned number = 0;

    for (; number < COUNT; number++) {
        if (regions[number].size == 0)
            set_window(number, &regions[number]);
        else
            set_region(number, regions[number].start, regions[number].size, 0,
                       regions[number].access);
    }
    for (unsigned guard = 0; guard < STACK_GUARDS; guard++)
        set_region(number++, stack_guard(guard), STACK_GUARD_SIZE, 0, AP_NONE | XN);
    while (number < REGIONS)
        clear_region(number++);
    barrier_complete();
    barrier_context();
}
