// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the compiler calls before each access of memory, and at a function's begin and end
 * (-fsanitize=thread; GCC, gcc/tsan.cc and gcc/sanitizer.def have the names).
 */
#include "tests/delay/points.h"

#include <stddef.h>

#define ACCESS(name)                                                                               \
    void __tsan_##name(void *address);                                                             \
    DELAY_POINT void __tsan_##name(void *address)                                                  \
    {                                                                                              \
        (void)address;                                                                             \
        DELAY_PASS(DELAY_ACCESS);                                                                  \
    }

#define ACCESSES(size)                                                                             \
    ACCESS(read##size)                                                                             \
    ACCESS(write##size)                                                                            \
    ACCESS(volatile_read##size)                                                                    \
    ACCESS(volatile_write##size)                                                                   \
    ACCESS(unaligned_read##size)                                                                   \
    ACCESS(unaligned_write##size)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void *caller);
void __tsan_read_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size);

/* Each file has a constructor that calls it. */
void __tsan_init(void)
{
}

DELAY_POINT void __tsan_func_entry(void *caller)
{
    (void)caller;
    DELAY_PASS(DELAY_ACCESS);
}

DELAY_POINT void __tsan_func_exit(void *caller)
{
    (void)caller;
    DELAY_PASS(DELAY_ACCESS);
}

DELAY_POINT void __tsan_read_range(void *address, size_t size)
{
    (void)address;
    (void)size;
    DELAY_PASS(DELAY_ACCESS);
}

DELAY_POINT void __tsan_write_range(void *address, size_t size)
{
    (void)address;
    (void)size;
    DELAY_PASS(DELAY_ACCESS);
}
