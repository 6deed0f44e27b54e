// SPDX-License-Identifier: BSD-3-Clause
/*
 * A Cortex-R5F's memory in the device tree (lib/device_tree_r5f.h).
 */
#include "lib/device_tree_r5f.h"

#include <errno.h>
#include <libfdt.h>
#include <stddef.h>

#define CORE "ti,am654-r5f"
#define PAGE UINT64_C(0x1000)

static int find_core(const void *tree, uint32_t device)
{
    int node = -1, length;

    while ((node = fdt_node_offset_by_compatible(tree, node, CORE)) >= 0) {
        const fdt32_t *number = fdt_getprop(tree, node, "ti,sci-dev-id", &length);

        if (number != NULL && length == (int)sizeof(*number) && fdt32_ld(number) == device)
            break;
    }
    return node;
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_ld(&cells[i]);
    return value;
}

/* The first range of its reg: Linux takes no other either. False: there is none. */
static bool read_range(const void *tree, int node, struct memory_range *range)
{
    int parent = fdt_parent_offset(tree, node), length, addresses, sizes;
    const fdt32_t *reg = fdt_getprop(tree, node, "reg", &length);

    if (parent < 0 || reg == NULL)
        return false;
    addresses = fdt_address_cells(tree, parent);
    sizes = fdt_size_cells(tree, parent);
    if (addresses < 1 || addresses > 2 || sizes < 1 || sizes > 2 ||
        length < (addresses + sizes) * (int)sizeof(*reg))
        return false;
    range->base = read_cells(reg, addresses);
    range->size = read_cells(reg + addresses, sizes);
    return true;
}

/* Which reserved range that is, and whether it is nobody else's; -EINVAL: neither. */
static int find_reserved(const struct device_tree_info *info, const struct memory_range *range)
{
    int found = -EINVAL;

    for (unsigned i = 0; i < info->reserved_count; i++) {
        const struct memory_range *reserved = &info->reserved[i];

        if (!memory_range_overlaps(reserved, range->base, range->base + range->size))
            continue;
        if (found >= 0 || reserved->base != range->base || reserved->size != range->size)
            return -EINVAL;
        found = (int)i;
    }
    return found;
}

static bool is_memory(const struct device_tree_info *info, const struct memory_range *range)
{
    for (unsigned i = 0; i < info->memory_count; i++)
        if (memory_range_contains(&info->memory[i], range->base, range->size))
            return true;
    return false;
}

/* Why that can't be the core's; NULL: it can. */
static const char *refusal(const struct device_tree_info *info, const struct memory_range *own,
                           const struct memory_range *range)
{
    const uint64_t end = range->base + range->size;

    if (range->size == 0 || (range->base | range->size) % PAGE != 0 || range->base > UINT32_MAX ||
        range->size > UINT32_MAX - range->base + 1)
        return "the device tree gives the core memory that is no whole pages below 4 GiB";
    if (!is_memory(info, range))
        return "the device tree gives the core a range that is no memory";
    if (memory_range_overlaps(own, range->base, end) ||
        memory_range_overlaps(&info->tree, range->base, end) ||
        memory_range_overlaps(&info->file, range->base, end))
        return "the device tree gives the core memory that is in use here";
    return NULL;
}

static const char *read_region(const struct device_tree_info *info, uint32_t handle,
                               const struct memory_range *own,
                               struct device_tree_r5f_region *region)
{
    const void *tree = (const void *)(uintptr_t)info->tree.base;
    int node = fdt_node_offset_by_phandle(tree, handle), reserved;
    const char *problem;

    if (node < 0 || !read_range(tree, node, &region->range))
        return "the core's memory-region in the device tree leads to no memory";
    problem = refusal(info, own, &region->range);
    if (problem != NULL)
        return problem;
    reserved = find_reserved(info, &region->range);
    if (reserved < 0)
        return "the core's memory-region in the device tree is not reserved for it alone";
    region->no_map = info->no_map[reserved];
    return NULL;
}

int device_tree_read_r5f(const struct device_tree_info *info, uint32_t device,
                         const struct memory_range *own,
                         struct device_tree_r5f_region regions[static DEVICE_TREE_R5F_MAX],
                         const char **problem)
{
    const void *tree = (const void *)(uintptr_t)info->tree.base;
    const fdt32_t *handles;
    int core, length, count;

    *problem = NULL;
    core = find_core(tree, device);
    handles = core >= 0 ? fdt_getprop(tree, core, "memory-region", &length) : NULL;
    if (handles == NULL)
        return 0;
    count = length / (int)sizeof(*handles);
    if (count > (int)DEVICE_TREE_R5F_MAX)
        count = (int)DEVICE_TREE_R5F_MAX;
    for (int i = 0; i < count; i++) {
        *problem = read_region(info, fdt32_ld(&handles[i]), own, &regions[i]);
        if (*problem != NULL)
            return -EINVAL;
    }
    return count;
}
