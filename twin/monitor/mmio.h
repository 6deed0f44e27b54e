// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses of the monitor to the board's registers, and on the guest's behalf; the guest's memory.
 */
#ifndef TWIN_MONITOR_MMIO_H
#define TWIN_MONITOR_MMIO_H

#include <stdint.h>

#include "twin/monitor/board.h"

/* The guest's memory as the monitor sees it. The caller knows that there is some (guest_memory()).
 */
static inline void *memory_at(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

static inline uint64_t mmio_read(uint64_t address, unsigned size)
{
    switch (size) {
    case 1:
        return *(volatile uint8_t *)(uintptr_t)address;
    case 2:
        return *(volatile uint16_t *)(uintptr_t)address;
    case 4:
        return *(volatile uint32_t *)(uintptr_t)address;
    default:
        return *(volatile uint64_t *)(uintptr_t)address;
    }
}

static inline void mmio_write(uint64_t address, unsigned size, uint64_t value)
{
    switch (size) {
    case 1:
        *(volatile uint8_t *)(uintptr_t)address = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)(uintptr_t)address = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)(uintptr_t)address = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)(uintptr_t)address = value;
        break;
    }
}

static inline uint32_t read32(uint64_t address)
{
    return (uint32_t)mmio_read(address, 4);
}

static inline void write32(uint64_t address, uint32_t value)
{
    mmio_write(address, 4, value);
}

/* With the rights of the non-secure world: what a guest's own access would read and change. */
static inline uint64_t nonsecure_read(uint64_t address, unsigned size)
{
    return mmio_read(address + NONSECURE_ALIAS, size);
}

static inline void nonsecure_write(uint64_t address, unsigned size, uint64_t value)
{
    mmio_write(address + NONSECURE_ALIAS, size, value);
}

#endif
