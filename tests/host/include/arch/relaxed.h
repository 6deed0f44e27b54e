// SPDX-License-Identifier: BSD-3-Clause
/*
 * Relaxed atomic accesses, as C has them.
 */
#ifndef TESTS_HOST_ARCH_RELAXED_H
#define TESTS_HOST_ARCH_RELAXED_H

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
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
}

static inline uint64_t relaxed_load64(const uint64_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static inline void relaxed_store64_two(uint64_t *to, uint64_t value, uint64_t *to_other,
                                       uint64_t other)
{
    relaxed_store64(to, value);
    relaxed_store64(to_other, other);
}

#endif
