// SPDX-License-Identifier: BSD-3-Clause
/*
 * TCMs and SRAM are mapped as device memory, so they are written in whole, aligned words. DRAM is
 * cached, and the R5F does not snoop: it is cleaned.
 */
#include "arch/cache.h"
#include "arch/probe.h"
#include "drivers/r5f/memory.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define WORD 4u

/* [start, end), the first `count` bytes of which are given; the others are zeros. */
struct range {
    uintptr_t start, end;
    const uint8_t *bytes;
    uint32_t count;
};

/* Those of the word's bytes replaced that are in the range; the others are as they were. */
static uint32_t merge(uint32_t word, uintptr_t address, const struct range *range)
{
    for (unsigned i = 0; i < WORD; i++) {
        uintptr_t at = address + i;
        uint32_t byte = at - range->start < range->count ? range->bytes[at - range->start] : 0;

        if (at >= range->start && at < range->end)
            word = (word & ~(0xffu << (8 * i))) | byte << (8 * i);
    }
    return word;
}

static int write_word(uintptr_t address, const struct range *range)
{
    bool is_whole = address >= range->start && address + WORD <= range->end;
    uint32_t word = 0;
    int error = is_whole ? 0 : probe_read32(address, &word);

    return error == 0 ? probe_write32(address, merge(word, address, range)) : error;
}

static int check_word(uintptr_t address, const struct range *range)
{
    uint32_t word = 0;
    int error = probe_read32(address, &word);

    return error == 0 && word == merge(word, address, range) ? 0 : -EIO;
}

/* A bus that refuses is an error, and not the end of the program: a core whose power or reset is
 * not what it should be. */
static int for_each_word(const struct range *range,
                         int (*step)(uintptr_t address, const struct range *range))
{
    int error = 0;

    for (uintptr_t address = range->start & ~(uintptr_t)(WORD - 1);
         address < range->end && error == 0; address += WORD)
        error = step(address, range);
    return error == 0 ? 0 : -EIO;
}

static int write_words(uintptr_t start, const uint8_t *bytes, uint32_t count, uint32_t size)
{
    const struct range range = {start, start + size, bytes, count};
    int error = for_each_word(&range, write_word);

    return error == 0 ? for_each_word(&range, check_word) : error;
}

int r5f_memory_clear_tcms(unsigned core)
{
    const uintptr_t own = core * R5F_CORE_BUS;
    int error = write_words(R5F_ATCM_BUS + own, NULL, 0, R5F_TCM_SIZE);

    return error == 0 ? write_words(R5F_BTCM_BUS + own, NULL, 0, R5F_TCM_SIZE) : error;
}

int r5f_memory_write(const struct r5f_place *place, const uint8_t *bytes, uint32_t count,
                     uint32_t size)
{
    uint8_t *memory = (uint8_t *)(uintptr_t)place->address;
    bool is_right;

    if (!place->is_dram)
        return write_words((uintptr_t)place->address, bytes, count, size);
    /* Lines that a core may have read ahead, when this was mapped before, are older than memory. */
    dcache_clean_invalidate(memory, size);
    memcpy(memory, bytes, count);
    memset(memory + count, 0, size - count);
    dcache_clean_invalidate(memory, size);
    /* What the cache was filled with again is what is in memory. */
    is_right = memcmp(memory, bytes, count) == 0;
    dcache_clean_invalidate(memory, size);
    return is_right ? 0 : -EIO;
}
