// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which of the R5F's memories an address is in.
 */
#include "drivers/r5f/memory.h"

#include <stddef.h>

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
