// SPDX-License-Identifier: BSD-3-Clause
/*
 * Included by the compiler in front of every file of the host's build with delays: a point before
 * and after each atomic operation, which GCC compiles in line. (On the target -fsanitize=thread
 * makes it a call, tests/delay/atomics.c.)
 */
#ifndef DELAY_AROUND_ATOMICS_H
#define DELAY_AROUND_ATOMICS_H

/* A point. Any context. */
void delay_at_atomic(void);

#define DELAY_AROUND(operation)                                                                    \
    __extension__({                                                                                \
        delay_at_atomic();                                                                         \
        __typeof__(operation) delay_result = (operation);                                          \
        delay_at_atomic();                                                                         \
        delay_result;                                                                              \
    })

#define __atomic_load_n(...)             DELAY_AROUND(__atomic_load_n(__VA_ARGS__))
#define __atomic_exchange_n(...)         DELAY_AROUND(__atomic_exchange_n(__VA_ARGS__))
#define __atomic_fetch_add(...)          DELAY_AROUND(__atomic_fetch_add(__VA_ARGS__))
#define __atomic_fetch_sub(...)          DELAY_AROUND(__atomic_fetch_sub(__VA_ARGS__))
#define __atomic_fetch_and(...)          DELAY_AROUND(__atomic_fetch_and(__VA_ARGS__))
#define __atomic_fetch_or(...)           DELAY_AROUND(__atomic_fetch_or(__VA_ARGS__))
#define __atomic_add_fetch(...)          DELAY_AROUND(__atomic_add_fetch(__VA_ARGS__))
#define __atomic_sub_fetch(...)          DELAY_AROUND(__atomic_sub_fetch(__VA_ARGS__))
#define __atomic_and_fetch(...)          DELAY_AROUND(__atomic_and_fetch(__VA_ARGS__))
#define __atomic_or_fetch(...)           DELAY_AROUND(__atomic_or_fetch(__VA_ARGS__))
#define __atomic_compare_exchange_n(...) DELAY_AROUND(__atomic_compare_exchange_n(__VA_ARGS__))

/* Has no value. */
#define __atomic_store_n(...)                                                                      \
    __extension__({                                                                                \
        delay_at_atomic();                                                                         \
        __atomic_store_n(__VA_ARGS__);                                                             \
        delay_at_atomic();                                                                         \
    })

#endif
