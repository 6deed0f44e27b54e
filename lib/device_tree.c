// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reading the loader's device tree. Everything in it comes from outside: each value is checked
 * before it is believed.
 */
#include "lib/device_tree.h"

#include <errno.h>
#include <libfdt.h>
#include <string.h>

/* A tree larger than this is not one. */
#define DEVICE_TREE_SIZE_MAX 0x100000u

/* A cell-array value of 1 or 2 cells, as loaders write addresses in /chosen. */
static int read_address(const void *tree, int node, const char *name, uint64_t *value)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree, node, name, &length);

    if (cells == NULL)
        return -ENOENT;
    if (length == (int)sizeof(fdt32_t)) {
        *value = fdt32_ld(cells);
    } else if (length == 2 * (int)sizeof(fdt32_t)) {
        *value = (uint64_t)fdt32_ld(cells) << 32 | fdt32_ld(cells + 1);
    } else {
        return -EINVAL;
    }
    return 0;
}

static void copy_string(const void *tree, int node, const char *name, char *text, size_t size)
{
    int length;
    const char *value = fdt_getprop(tree, node, name, &length);

    if (value == NULL || length <= 0)
        return;
    size_t count = strnlen(value, (size_t)length);
    if (count >= size)
        count = size - 1;
    memcpy(text, value, count);
    text[count] = '\0';
}

static int read_memory(const void *tree, struct device_tree_info *info)
{
    int node = fdt_node_offset_by_prop_value(tree, -1, "device_type", "memory", sizeof("memory"));

    if (node < 0)
        return 0;
    int length;
    const fdt32_t *cells = fdt_getprop(tree, node, "reg", &length);
    int address_cells = fdt_address_cells(tree, 0), size_cells = fdt_size_cells(tree, 0);
    if (cells == NULL)
        return 0;
    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2 ||
        length < (address_cells + size_cells) * (int)sizeof(fdt32_t))
        return -EINVAL;
    for (int i = 0; i < address_cells; i++)
        info->memory_base = info->memory_base << 32 | fdt32_ld(cells++);
    for (int i = 0; i < size_cells; i++)
        info->memory_size = info->memory_size << 32 | fdt32_ld(cells++);
    return 0;
}

static int read_file(const void *tree, int chosen, struct device_tree_info *info)
{
    uint64_t start, end;
    int start_error = read_address(tree, chosen, "linux,initrd-start", &start);
    int end_error = read_address(tree, chosen, "linux,initrd-end", &end);

    if (start_error == -ENOENT && end_error == -ENOENT)
        return 0;
    if (start_error != 0 || end_error != 0 || end < start)
        return -EINVAL;
    info->file_base = start;
    info->file_size = end - start;
    return 0;
}

int device_tree_read(uintptr_t address, struct device_tree_info *info)
{
    const void *tree = (const void *)address;

    memset(info, 0, sizeof(*info));
    if (address == 0 || address % 8 != 0 || fdt_magic(tree) != FDT_MAGIC)
        return -ENOENT;
    if (fdt_check_header(tree) != 0 || fdt_totalsize(tree) > DEVICE_TREE_SIZE_MAX)
        return -EINVAL;

    copy_string(tree, 0, "model", info->model, sizeof(info->model));
    int error = read_memory(tree, info);
    int chosen = fdt_path_offset(tree, "/chosen");
    if (chosen < 0)
        return error;
    copy_string(tree, chosen, "bootargs", info->arguments, sizeof(info->arguments));
    int file_error = read_file(tree, chosen, info);
    return error != 0 ? error : file_error;
}
