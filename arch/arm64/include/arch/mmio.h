// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses to memory-mapped registers, of a stated width.
 *
 * Each accessor is exactly one load or store of one register, without write-back: the only form
 * whose data abort carries a valid syndrome (Arm ARM DDI 0487, D17.2.37, ESR_ELx.ISV), so a
 * hypervisor can emulate it. They order nothing: accesses to one device stay in program order
 * because the mapping is Device-nGnRE; anything else is ordered by an explicit barrier
 * (arch/barrier.h) at the call. Any context. An access that the bus refuses is a panic; see
 * arch/probe.h for one that may be refused.
 */
#ifndef ARCH_MMIO_H
#define ARCH_MMIO_H

#include <stdint.h>

static inline uint8_t mmio_read8(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldrb %w0, %1"
                     : "=r"(value)
                     : "m"(*(const volatile uint8_t *)address)
                     : "memory");
    return (uint8_t)value;
}

static inline uint16_t mmio_read16(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldrh %w0, %1"
                     : "=r"(value)
                     : "m"(*(const volatile uint16_t *)address)
                     : "memory");
    return (uint16_t)value;
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, %1"
                     : "=r"(value)
                     : "m"(*(const volatile uint32_t *)address)
                     : "memory");
    return value;
}

static inline uint64_t mmio_read64(uintptr_t address)
{
    uint64_t value;

    __asm__ volatile("ldr %0, %1"
                     : "=r"(value)
                     : "m"(*(const volatile uint64_t *)address)
                     : "memory");
    return value;
}

/* A read for nothing but that writes before it have arrived. */
static inline void mmio_read_back64(uintptr_t address)
{
    (void)mmio_read64(address);
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
    __asm__ volatile("strb %w0, %1"
                     :
                     : "rZ"((uint32_t)value), "m"(*(volatile uint8_t *)address)
                     : "memory");
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
    __asm__ volatile("strh %w0, %1"
                     :
                     : "rZ"((uint32_t)value), "m"(*(volatile uint16_t *)address)
                     : "memory");
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    __asm__ volatile("str %w0, %1" : : "rZ"(value), "m"(*(volatile uint32_t *)address) : "memory");
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    __asm__ volatile("str %x0, %1" : : "rZ"(value), "m"(*(volatile uint64_t *)address) : "memory");
}

#endif
