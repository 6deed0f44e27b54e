// SPDX-License-Identifier: BSD-3-Clause
/*
 * Register accesses on the host: they go to the device models. An address that no model claims
 * ends the test with a message.
 */
#ifndef TESTS_HOST_ARCH_MMIO_H
#define TESTS_HOST_ARCH_MMIO_H

#include <stdint.h>

uint64_t host_mmio_read(uintptr_t address, unsigned size);
void host_mmio_write(uintptr_t address, unsigned size, uint64_t value);

static inline uint8_t mmio_read8(uintptr_t address)
{
    return (uint8_t)host_mmio_read(address, 1);
}

static inline uint16_t mmio_read16(uintptr_t address)
{
    return (uint16_t)host_mmio_read(address, 2);
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    return (uint32_t)host_mmio_read(address, 4);
}

static inline uint64_t mmio_read64(uintptr_t address)
{
    return host_mmio_read(address, 8);
}

/* A read for nothing but that writes before it have arrived. */
static inline void mmio_read_back64(uintptr_t address)
{
    (void)mmio_read64(address);
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
    host_mmio_write(address, 1, value);
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
    host_mmio_write(address, 2, value);
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    host_mmio_write(address, 4, value);
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    host_mmio_write(address, 8, value);
}

#endif
