// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MPU as boot/r5f.S leaves it, memory for DMA, newlib.
 */
#include "arch/cache.h"
#include "arch/core.h"
#include "arch/cp15.h"
#include "arch/memory_map.h"
#include "arch/probe.h"
#include "arch/stack.h"
#include "drivers/udma/udma.h"
#include "lib/crc32.h"
#include "tests/r5f/core.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ON        (SCTLR_M | SCTLR_C | SCTLR_I)
#define OFF       (SCTLR_V | SCTLR_BR | SCTLR_VE | SCTLR_TE)
#define BLOCKS    64u
#define SCTLR     0, c1, c0, 0
#define ALIGNMENT 128u

static void test_mpu(void)
{
    uint32_t control = cp15_read(SCTLR), value = 5;
    bool guarded = true, open = true;

    core_check("MPU and caches are on, low vectors, no background region",
               (control & (ON | OFF)) == ON);
    for (unsigned guard = 0; guard < STACK_GUARDS; guard++) {
        uintptr_t at = stack_guard(guard);

        guarded = guarded && probe_read32(at, &value) == -EFAULT && value == 5 &&
                  probe_read32(at + STACK_GUARD_SIZE - 4, &value) == -EFAULT;
        open = open && probe_read32(at + STACK_GUARD_SIZE, &value) == 0 &&
               (guard == 0 || probe_read32(at - 4, &value) == 0);
        value = 5;
    }
    core_check("the guards below the stacks can't be read, and a probe says so", guarded);
    core_check("what lies beside them can", open);
}

static void test_dma_memory(void)
{
    uint8_t *blocks[BLOCKS], *large;
    const size_t size = (size_t)(dma_end - dma_start) / BLOCKS;
    bool good = true;

    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = dma_alloc(size - i % 2);
        good = good && blocks[i] != NULL && blocks[i] >= dma_start && blocks[i] + size <= dma_end &&
               (uintptr_t)blocks[i] % ALIGNMENT == 0 && blocks[i][0] == 0 &&
               blocks[i][size - 1] == 0;
        if (good)
            memset(blocks[i], (int)i, size);
    }
    for (unsigned i = 0; good && i < BLOCKS; i++)
        good = blocks[i][0] == i && blocks[i][size - 1] == i;
    core_check("memory for DMA: all of it, in blocks of their own", good);
    core_check("... and no more", dma_alloc(1) == NULL);
    dma_free(blocks[7]);
    dma_free(blocks[8]);
    core_check("what is free again is found, and cleared",
               (large = dma_alloc(2 * size)) == blocks[7] && large[0] == 0);
    dma_free(large);
    for (unsigned i = 0; i < BLOCKS; i++)
        if (i != 7 && i != 8)
            dma_free(blocks[i]);
    core_check("nothing, and more than there is, is refused",
               dma_alloc(0) == NULL && dma_alloc(SIZE_MAX) == NULL &&
                   dma_alloc((size_t)(dma_end - dma_start) + 1) == NULL);
    large = dma_alloc((size_t)(dma_end - dma_start));
    core_check("all of it at once", large == dma_start);
    dma_free(large);
}

static void test_newlib(void)
{
    char text[40];
    double *numbers = malloc(100 * sizeof(double));
    volatile double two = 2;

    snprintf(text, sizeof(text), "%.6f %llu", sqrt(two), 12345678901234ull);
    core_check("newlib prints a double and 64 bits", strcmp(text, "1.414214 12345678901234") == 0);
    core_check("malloc() has a heap", numbers != NULL);
    free(numbers);
    core_check("CRC-32 of 123456789", crc32_update(0, "123456789", 9) == 0xcbf43926);
}

static void test_core(void)
{
    uint32_t before = cp15_read(CP15_PMCCNTR);
    uint8_t area[96] __attribute__((aligned(32)));

    core_check("the cycle counter counts", cp15_read(CP15_PMCCNTR) != before);
    core_check("one core, the first", core_id() == 0 && core_count() == 1);
    memset(area, 7, sizeof(area));
    dcache_clean_invalidate(area, sizeof(area));
    dcache_invalidate(area + 8, 64);
    core_check("cache maintenance keeps what it must", area[0] == 7 && area[95] == 7);
}

void core_test_memory(void)
{
    test_mpu();
    test_dma_memory();
    test_newlib();
    test_core();
}
