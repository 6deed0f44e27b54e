// SPDX-License-Identifier: BSD-3-Clause
/*
 * The demonstration's file where there is no loader that leaves one: the beginning of the program
 * itself, which never changes, as much as half of the memory for DMA has room for.
 */
#include "app/demo/file.h"
#include "arch/memory_map.h"

const char *demo_find_file(uintptr_t *start, size_t *length)
{
    size_t most = (size_t)(uintptr_t)dma_size / 2, there = (size_t)(rodata_end - main_start);

    *start = (uintptr_t)main_start;
    *length = there < most ? there : most;
    return "the program's own text";
}
