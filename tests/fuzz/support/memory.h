// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory of the fuzzed code: what it allocates, and its variables.
 */
#ifndef TESTS_FUZZ_SUPPORT_MEMORY_H
#define TESTS_FUZZ_SUPPORT_MEMORY_H

#include <stddef.h>

/* What support/code.h makes of malloc() and the like. NULL too when too many pieces are there. */
void *fuzz_malloc(size_t size);
void *fuzz_calloc(size_t count, size_t size);
void *fuzz_aligned_alloc(size_t alignment, size_t size);
void fuzz_free(void *memory);

/* Frees all that is still allocated, and makes every variable what it was at the first call. */
void fuzz_memory_reset(void);

#endif
