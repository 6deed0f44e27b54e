// SPDX-License-Identifier: BSD-3-Clause
/*
 * The heap's bounds. It starts behind the image; newlib's malloc() allocates from it. Where that
 * part has no room for a request, the heap goes on in a further part, if there is one, and never
 * comes back to what was left of the first.
 */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stdint.h>

/* Where the heap starts, and where it ends at most (linker.ld). Any context. */
uintptr_t heap_first(void);
uintptr_t heap_last(void);

/* Makes the heap end earlier, for what is reserved behind it. Boot core, before anything is
 * allocated. */
void heap_set_end(uintptr_t end);

/* Gives the heap [start, end) as its further part, at higher addresses. Boot core, before anything
 * is allocated; later calls replace it. */
void heap_set_further(uintptr_t start, uintptr_t end);

#endif
