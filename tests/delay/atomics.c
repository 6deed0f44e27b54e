// SPDX-License-Identifier: BSD-3-Clause
/*
 * The atomic operations, which -fsanitize=thread makes calls (GCC, gcc/sanitizer.def): done with
 * the order that was asked for, with a point on either side.
 */
#include "tests/delay/points.h"

#include <stdbool.h>

/* Numbers as the compiler passes them: __ATOMIC_RELAXED to __ATOMIC_SEQ_CST. */

#define CASE(order, operation)                                                                     \
    case order:                                                                                    \
        operation;                                                                                 \
        break

#define LOAD(bits)                                                                                 \
    uint##bits##_t __tsan_atomic##bits##_load(const uint##bits##_t *at, int order);                \
    DELAY_POINT uint##bits##_t __tsan_atomic##bits##_load(const uint##bits##_t *at, int order)     \
    {                                                                                              \
        uint##bits##_t value;                                                                      \
                                                                                                   \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        switch (order) {                                                                           \
            CASE(__ATOMIC_RELAXED, value = __atomic_load_n(at, __ATOMIC_RELAXED));                 \
            CASE(__ATOMIC_CONSUME, value = __atomic_load_n(at, __ATOMIC_CONSUME));                 \
            CASE(__ATOMIC_ACQUIRE, value = __atomic_load_n(at, __ATOMIC_ACQUIRE));                 \
        default:                                                                                   \
            value = __atomic_load_n(at, __ATOMIC_SEQ_CST);                                         \
        }                                                                                          \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        return value;                                                                              \
    }

#define STORE(bits)                                                                                \
    void __tsan_atomic##bits##_store(uint##bits##_t *at, uint##bits##_t value, int order);         \
    DELAY_POINT void __tsan_atomic##bits##_store(uint##bits##_t *at, uint##bits##_t value,         \
                                                 int order)                                        \
    {                                                                                              \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        switch (order) {                                                                           \
            CASE(__ATOMIC_RELAXED, __atomic_store_n(at, value, __ATOMIC_RELAXED));                 \
            CASE(__ATOMIC_RELEASE, __atomic_store_n(at, value, __ATOMIC_RELEASE));                 \
        default:                                                                                   \
            __atomic_store_n(at, value, __ATOMIC_SEQ_CST);                                         \
        }                                                                                          \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
    }

#define MODIFY(bits, name, builtin)                                                                \
    uint##bits##_t __tsan_atomic##bits##_##name(uint##bits##_t *at, uint##bits##_t operand,        \
                                                int order);                                        \
    DELAY_POINT uint##bits##_t __tsan_atomic##bits##_##name(uint##bits##_t *at,                    \
                                                            uint##bits##_t operand, int order)     \
    {                                                                                              \
        uint##bits##_t old;                                                                        \
                                                                                                   \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        switch (order) {                                                                           \
            CASE(__ATOMIC_RELAXED, old = builtin(at, operand, __ATOMIC_RELAXED));                  \
            CASE(__ATOMIC_CONSUME, old = builtin(at, operand, __ATOMIC_CONSUME));                  \
            CASE(__ATOMIC_ACQUIRE, old = builtin(at, operand, __ATOMIC_ACQUIRE));                  \
            CASE(__ATOMIC_RELEASE, old = builtin(at, operand, __ATOMIC_RELEASE));                  \
            CASE(__ATOMIC_ACQ_REL, old = builtin(at, operand, __ATOMIC_ACQ_REL));                  \
        default:                                                                                   \
            old = builtin(at, operand, __ATOMIC_SEQ_CST);                                          \
        }                                                                                          \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        return old;                                                                                \
    }

/* The order of a failure is never stronger than that of a success. */
#define COMPARE(bits, name, weak)                                                                  \
    bool __tsan_atomic##bits##_compare_exchange_##name(                                            \
        uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t wanted, int order,            \
        int failed_order);                                                                         \
    DELAY_POINT bool __tsan_atomic##bits##_compare_exchange_##name(                                \
        uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t wanted, int order,            \
        int failed_order)                                                                          \
    {                                                                                              \
        bool done;                                                                                 \
                                                                                                   \
        (void)failed_order;                                                                        \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        switch (order) {                                                                           \
            CASE(__ATOMIC_RELAXED,                                                                 \
                 done = __atomic_compare_exchange_n(at, expected, wanted, weak, __ATOMIC_RELAXED,  \
                                                    __ATOMIC_RELAXED));                            \
            CASE(__ATOMIC_ACQUIRE,                                                                 \
                 done = __atomic_compare_exchange_n(at, expected, wanted, weak, __ATOMIC_ACQUIRE,  \
                                                    __ATOMIC_RELAXED));                            \
            CASE(__ATOMIC_RELEASE,                                                                 \
                 done = __atomic_compare_exchange_n(at, expected, wanted, weak, __ATOMIC_RELEASE,  \
                                                    __ATOMIC_RELAXED));                            \
            CASE(__ATOMIC_ACQ_REL,                                                                 \
                 done = __atomic_compare_exchange_n(at, expected, wanted, weak, __ATOMIC_ACQ_REL,  \
                                                    __ATOMIC_ACQUIRE));                            \
        default:                                                                                   \
            done = __atomic_compare_exchange_n(at, expected, wanted, weak, __ATOMIC_SEQ_CST,       \
                                               __ATOMIC_SEQ_CST);                                  \
        }                                                                                          \
        DELAY_PASS(DELAY_ATOMIC);                                                                  \
        return done;                                                                               \
    }

#define ATOMICS(bits)                                                                              \
    LOAD(bits)                                                                                     \
    STORE(bits)                                                                                    \
    MODIFY(bits, exchange, __atomic_exchange_n)                                                    \
    MODIFY(bits, fetch_add, __atomic_fetch_add)                                                    \
    MODIFY(bits, fetch_sub, __atomic_fetch_sub)                                                    \
    MODIFY(bits, fetch_and, __atomic_fetch_and)                                                    \
    MODIFY(bits, fetch_or, __atomic_fetch_or)                                                      \
    MODIFY(bits, fetch_xor, __atomic_fetch_xor)                                                    \
    MODIFY(bits, fetch_nand, __atomic_fetch_nand)                                                  \
    COMPARE(bits, strong, false)                                                                   \
    COMPARE(bits, weak, true)

ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);

DELAY_POINT void __tsan_atomic_thread_fence(int order)
{
    DELAY_PASS(DELAY_ATOMIC);
    switch (order) {
        CASE(__ATOMIC_ACQUIRE, __atomic_thread_fence(__ATOMIC_ACQUIRE));
        CASE(__ATOMIC_RELEASE, __atomic_thread_fence(__ATOMIC_RELEASE));
        CASE(__ATOMIC_ACQ_REL, __atomic_thread_fence(__ATOMIC_ACQ_REL));
    default:
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
    DELAY_PASS(DELAY_ATOMIC);
}

DELAY_POINT void __tsan_atomic_signal_fence(int order)
{
    (void)order;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
