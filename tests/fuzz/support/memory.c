// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory of the fuzzed code. The address sanitizer's own allocator is below, so each piece is
 * guarded and what is freed stays poisoned for a while.
 */
#include "tests/fuzz/support/memory.h"
#include "tests/fuzz/support/fuzz.h"

#include <sanitizer/allocator_interface.h>
#include <stdint.h>
#include <stdlib.h>

#define PIECES_MAX 8192u

static void *pieces[PIECES_MAX];
static unsigned count;

static void *keep(void *memory)
{
    if (memory != NULL)
        pieces[count++] = memory;
    return memory;
}

/* Whether this much may be had. */
static bool allowed(size_t size)
{
    if (size > FUZZ_ALLOCATION_MAX)
        fuzz_fail("the code asks for %zu bytes of memory", size);
    return count < PIECES_MAX;
}

void *fuzz_malloc(size_t size)
{
    return allowed(size) ? keep(malloc(size)) : NULL;
}

void *fuzz_calloc(size_t number, size_t size)
{
    size_t whole;

    if (__builtin_mul_overflow(number, size, &whole))
        fuzz_fail("the code asks for %zu times %zu bytes of memory", number, size);
    return allowed(whole) ? keep(calloc(number, size)) : NULL;
}

void *fuzz_aligned_alloc(size_t alignment, size_t size)
{
    return allowed(size) ? keep(aligned_alloc(alignment, size)) : NULL;
}

void fuzz_free(void *memory)
{
    for (unsigned i = count; memory != NULL && i-- > 0;)
        if (pieces[i] == memory) {
            pieces[i] = pieces[--count];
            break;
        }
    free(memory); /* what is not in the list is the sanitizer's to report */
}

unsigned fuzz_pieces(void)
{
    return count;
}

bool fuzz_is_allocated(const void *memory, size_t size)
{
    for (unsigned i = 0; i < count; i++) {
        uintptr_t offset = (uintptr_t)memory - (uintptr_t)pieces[i];
        size_t length = __sanitizer_get_allocated_size(pieces[i]);

        if (offset < length && size <= length - offset)
            return true;
    }
    return false;
}

/* ---- variables ---- */

/* The linker's: where the sections of support/code.h begin and end. */
extern uint64_t __start_fuzz_bss[], __stop_fuzz_bss[], __start_fuzz_data[], __stop_fuzz_data[];

struct image {
    uint64_t *start, *stop;
    uint64_t *saved;
};

/* As it stands, and no call of memcpy(): the sanitizer guards the gaps between variables. */
#define PLAIN __attribute__((no_sanitize("address", "undefined", "coverage"), no_builtin("memcpy")))

PLAIN static void copy(uint64_t *restrict to, const uint64_t *restrict from, size_t words)
{
    for (size_t i = 0; i < words; i++)
        to[i] = from[i];
}

static void put_back(struct image *image)
{
    size_t words = (size_t)(image->stop - image->start);

    if (image->saved == NULL) {
        image->saved = malloc(words * sizeof(uint64_t) + sizeof(uint64_t));
        if (image->saved == NULL)
            abort();
        copy(image->saved, image->start, words);
    }
    copy(image->start, image->saved, words);
}

void fuzz_memory_reset(void)
{
    static struct image images[] = {{__start_fuzz_bss, __stop_fuzz_bss, NULL},
                                    {__start_fuzz_data, __stop_fuzz_data, NULL}};

    while (count != 0)
        free(pieces[--count]);
    for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
        put_back(&images[i]);
}
