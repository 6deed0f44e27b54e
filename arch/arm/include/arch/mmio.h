// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses to memory-mapped registers, of a stated width.
 *
 * Each accessor but the 64-bit ones is exactly one load or store of one register, without
 * write-back. They order nothing: accesses to one device stay in program order because the region
 * is Device memory (Arm ARM DDI 0406, A3.5.3); anything else is ordered by an explicit barrier
 * (arch/barrier.h) at the call. Any context. An access that the bus refuses is a panic; see
 * arch/probe.h for one that may be refused.
 */
#ifndef ARCH_MMIO_H
#define ARCH_MMIO_H

#include <stdint.h>

static inline uint8_t mmio_read8(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldrb %0, %1"
                     : "=r"(value)
                     : "m"(*(const volatile uint8_t *)address)
                     : "memory");
    return (uint8_t)value;
}

static inline uint16_t mmio_read16(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldrh %0, %1"
                     : "=r"(value)
                     : "Q"(*(const volatile uint16_t *)address)
                     : "memory");
    return (uint16_t)value;
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %0, %1"
                     : "=r"(value)
                     : "m"(*(const volatile uint32_t *)address)
                     : "memory");
    return value;
}

/* 64 bits are two accesses, the lower half first: the R5F's bus has no larger one to Device memory
 * that nobody splits. For registers whose halves are of one value only while it stands still, or
 * whose upper half is taken when the lower is read or takes effect when the upper is written. */
static inline uint64_t mmio_read64(uintptr_t address)
{
    uint32_t low = mmio_read32(address);

    return low | (uint64_t)mmio_read32(address + 4) << 32;
}

/* A read for nothing but that writes before it have arrived: of either half. */
static inline void mmio_read_back64(uintptr_t address)
{
    (void)mmio_read32(address);
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
    __asm__ volatile("strb %0, %1"
                     :
                     : "r"((uint32_t)value), "m"(*(volatile uint8_t *)address)
                     : "memory");
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
    __asm__ volatile("strh %0, %1"
                     :
                     : "r"((uint32_t)value), "Q"(*(volatile uint16_t *)address)
                     : "memory");
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    __asm__ volatile("str %0, %1" : : "r"(value), "m"(*(volatile uint32_t *)address) : "memory");
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    mmio_write32(address, (uint32_t)value);
    mmio_write32(address + 4, (uint32_t)(value >> 32));
}

#endif
