// SPDX-License-Identifier: BSD-3-Clause
/*
 * Relaxed accesses where each instruction counts (Arm ARM DDI 0406, A3.5.3 "Atomicity"). Any
 * context. There is no other core, and an interrupt in the middle of an LDRD or STRD has it begin
 * anew (Cortex-R5 TRM DDI 0460, "Low interrupt latency"): what is stored is whole for who is
 * interrupted, not for the interrupt's handler. What is of 64 bits here is counted, and looked at
 * by threads.
 */
#ifndef ARCH_RELAXED_H
#define ARCH_RELAXED_H

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t relaxed_load32(const uint32_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static inline void relaxed_store32(uint32_t *to, uint32_t value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
}

static inline uint32_t relaxed_load_bool(const bool *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static inline void relaxed_store_bool(bool *to, bool value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
}

static inline uintptr_t relaxed_load_pointer(const uintptr_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static inline void relaxed_store64(uint64_t *to, uint64_t value)
{
    *(volatile uint64_t *)to = value;
}

static inline uint64_t relaxed_load64(const uint64_t *from)
{
    return *(const volatile uint64_t *)from;
}

/* Two stores, each of its own. */
static inline void relaxed_store64_two(uint64_t *to, uint64_t value, uint64_t *to_other,
                                       uint64_t other)
{
    relaxed_store64(to, value);
    relaxed_store64(to_other, other);
}

#endif
