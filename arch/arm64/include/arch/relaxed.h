// SPDX-License-Identifier: BSD-3-Clause
/*
 * Relaxed atomic accesses where each instruction counts: what __atomic_load_n() and
 * __atomic_store_n() with __ATOMIC_RELAXED are (Arm ARM DDI 0487, B2.2.1), but GCC gives those a
 * register for the address alone. Any context.
 */
#ifndef ARCH_RELAXED_H
#define ARCH_RELAXED_H

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t relaxed_load32(const uint32_t *from)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, %1" : "=r"(value) : "m"(*from));
    return value;
}

static inline void relaxed_store32(uint32_t *to, uint32_t value)
{
    __asm__ volatile("str %w1, %0" : "=m"(*to) : "rZ"(value));
}

static inline uint32_t relaxed_load_bool(const bool *from)
{
    uint32_t value;

    __asm__ volatile("ldrb %w0, %1" : "=r"(value) : "m"(*from));
    return value;
}

static inline void relaxed_store_bool(bool *to, bool value)
{
    __asm__ volatile("strb %w1, %0" : "=m"(*to) : "rZ"(value));
}

static inline uintptr_t relaxed_load_pointer(const uintptr_t *from)
{
    uintptr_t value;

    __asm__ volatile("ldr %0, %1" : "=r"(value) : "m"(*from));
    return value;
}

static inline void relaxed_store64(uint64_t *to, uint64_t value)
{
    __asm__ volatile("str %1, %0" : "=m"(*to) : "r"(value));
}

static inline uint64_t relaxed_load64(const uint64_t *from)
{
    uint64_t value;

    __asm__ volatile("ldr %0, %1" : "=r"(value) : "m"(*from));
    return value;
}

/* Two stores, each of its own. Without asm: where the places are side by side GCC makes an STP of
 * them, which writes each at once too (B2.2.1). */
static inline void relaxed_store64_two(uint64_t *to, uint64_t value, uint64_t *to_other,
                                       uint64_t other)
{
    *to = value;
    *to_other = other;
    __asm__ volatile("" ::: "memory"); /* here, and not some time later */
}

#endif
