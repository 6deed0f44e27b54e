// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether the heap grows, for tests of what is given back. Small allocations fill its holes first:
 * what is lost after that makes it grow.
 */
#ifndef TESTS_TARGET_HEAP_FILLING_H
#define TESTS_TARGET_HEAP_FILLING_H

struct heap_filling;

/* The end of what malloc() has taken of the memory so far. */
const void *heap_break(void);

struct heap_filling *heap_fill_holes(void);
void heap_free_filling(struct heap_filling *filling);

#endif
