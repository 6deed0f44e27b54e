// SPDX-License-Identifier: BSD-3-Clause
/*
 * The monitor's accesses on the fuzz machine: tests/fuzz/support/board.c answers.
 */
#ifndef TWIN_MONITOR_MMIO_H
#define TWIN_MONITOR_MMIO_H

#include <stdint.h>

#include "twin/monitor/board.h"

void *memory_at(uint64_t address);
uint64_t mmio_read(uint64_t address, unsigned size);
void mmio_write(uint64_t address, unsigned size, uint64_t value);

static inline uint32_t read32(uint64_t address)
{
    return (uint32_t)mmio_read(address, 4);
}

static inline void write32(uint64_t address, uint32_t value)
{
    mmio_write(address, 4, value);
}

static inline uint64_t nonsecure_read(uint64_t address, unsigned size)
{
    return mmio_read(address + NONSECURE_ALIAS, size);
}

static inline void nonsecure_write(uint64_t address, unsigned size, uint64_t value)
{
    mmio_write(address + NONSECURE_ALIAS, size, value);
}

#endif
