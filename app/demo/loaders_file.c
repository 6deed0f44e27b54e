// SPDX-License-Identifier: BSD-3-Clause
/*
 * The demonstration's file: the one that the loader left, as its device tree says.
 */
#include "app/demo/file.h"
#include "lib/device_tree.h"
#include "platform/platform.h"

const char *demo_find_file(uintptr_t *start, size_t *length)
{
    const struct memory_range *file = &platform_get_device_tree()->file;

    *start = (uintptr_t)file->base;
    *length = (size_t)file->size;
    return *length != 0 ? "the loader's file"
                        : "the loader left no file in memory (/chosen linux,initrd-start)";
}
