// SPDX-License-Identifier: BSD-3-Clause
/*
 * TCMs and SRAM are mapped as device memory, so they are written in whole, aligned words. DRAM is
 * cached, and the R5F does not snoop: it is cleaned.
 */
#include "drivers/r5f/memory.h"
#include "arch/cache.h"
#include "arch/mmio.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define WORD 4u

/* ---- where ---- */

static bool inside(uint32_t address, uint32_t size, uint32_t base, uint32_t room)
{
    return address >= base && address - base < room && size <= room - (address - base);
}

bool r5f_memory_find(unsigned core, uint32_t address, uint32_t size, r5f_is_free_t is_free,
                     struct r5f_place *place)
{
    /* Of core 1's own TCMs the R5F's view comes first: Linux and U-Boot take it so. */
    const uint32_t own = core * R5F_CORE_BUS;
    const struct {
        uint32_t address, size, bus;
    } memories[] = {
        {R5F_ATCM, R5F_TCM_SIZE, R5F_ATCM_BUS + own},
        {R5F_BTCM, R5F_TCM_SIZE, R5F_BTCM_BUS + own},
        {R5F_ATCM_BUS + own, R5F_TCM_SIZE, R5F_ATCM_BUS + own},
        {R5F_BTCM_BUS + own, R5F_TCM_SIZE, R5F_BTCM_BUS + own},
        {R5F_MSRAM, R5F_MSRAM_SIZE, R5F_MSRAM},
    };

    for (size_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++)
        if (inside(address, size, memories[i].address, memories[i].size)) {
            *place = (struct r5f_place){.address = (uint64_t)memories[i].bus +
                                                   (address - memories[i].address)};
            return true;
        }
    *place = (struct r5f_place){.address = address, .is_dram = true};
    return address >= R5F_DRAM && size - 1 <= UINT32_MAX - address && is_free(address, size);
}

/* ---- words ---- */

/* The word at `address` (aligned), with those of its bytes replaced that lie in [start, end). */
static uint32_t merge(uintptr_t address, uintptr_t start, uintptr_t end, const uint8_t *bytes,
                      uint32_t count)
{
    bool is_whole = address >= start && address + WORD <= end;
    uint32_t word = is_whole ? 0 : mmio_read32(address);

    for (unsigned i = 0; i < WORD; i++) {
        uintptr_t at = address + i;
        uint32_t byte = at - start < count ? bytes[at - start] : 0;

        if (at >= start && at < end)
            word = (word & ~(0xffu << (8 * i))) | byte << (8 * i);
    }
    return word;
}

static int write_words(uintptr_t start, const uint8_t *bytes, uint32_t count, uint32_t size)
{
    const uintptr_t first = start & ~(uintptr_t)(WORD - 1), end = start + size;

    for (uintptr_t address = first; address < end; address += WORD)
        mmio_write32(address, merge(address, start, end, bytes, count));
    for (uintptr_t address = first; address < end; address += WORD)
        if (mmio_read32(address) != merge(address, start, end, bytes, count))
            return -EIO;
    return 0;
}

void r5f_memory_clear_tcms(unsigned core)
{
    const uintptr_t own = core * R5F_CORE_BUS;

    for (uintptr_t offset = 0; offset < R5F_TCM_SIZE; offset += WORD) {
        mmio_write32(R5F_ATCM_BUS + own + offset, 0);
        mmio_write32(R5F_BTCM_BUS + own + offset, 0);
    }
}

int r5f_memory_write(const struct r5f_place *place, const uint8_t *bytes, uint32_t count,
                     uint32_t size)
{
    uint8_t *memory = (uint8_t *)(uintptr_t)place->address;
    bool is_right;

    if (!place->is_dram)
        return write_words((uintptr_t)place->address, bytes, count, size);
    memcpy(memory, bytes, count);
    memset(memory + count, 0, size - count);
    dcache_clean_invalidate(memory, size);
    /* What the cache was filled with again is what is in memory. */
    is_right = memcmp(memory, bytes, count) == 0;
    dcache_clean_invalidate(memory, size);
    return is_right ? 0 : -EIO;
}
