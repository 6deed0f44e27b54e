// SPDX-License-Identifier: BSD-3-Clause
/*
 * The heap's bounds. It starts behind the image; newlib's malloc() allocates from it.
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

#endif
