// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers in the first 2 MiB (arch/mmu.h), whose pages are mapped one by one, so that a null
 * pointer still faults. In an object of its own: who needs none of them has no table for it.
 */
#include "arch/arm64/mmu_table.h"
#include "arch/barrier.h"
#include "arch/mmu.h"

#include <errno.h>

static uint64_t pages[ENTRIES] __attribute__((aligned(4096)));

int mmu_map_registers(uint64_t start, uint64_t end)
{
    uint64_t *blocks = (uint64_t *)(uintptr_t)(mmu_root[0] & TABLE_ADDRESS);

    if (start % PAGE_SIZE != 0 || end % PAGE_SIZE != 0 || start < PAGE_SIZE || end > BLOCK_SIZE)
        return -EINVAL;
    for (uint64_t address = start; address < end; address += PAGE_SIZE)
        pages[address / PAGE_SIZE] = address | DESCRIPTOR_PAGE | DEVICE;
    barrier_complete(); /* the walker sees them before the table */
    blocks[0] = (uintptr_t)pages | DESCRIPTOR_TABLE;
    barrier_complete();
    barrier_context(); /* none of them was valid, so no TLB holds anything of them */
    return 0;
}
