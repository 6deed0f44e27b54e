// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory that is reserved for an R5F is no-map, so that no core of these reads ahead in what
 * another one writes. It is mapped while the other one is halted, for its load only. In an object
 * of its own: who loads nothing has none of it in the image.
 */
#include "platform/load_r5f.h"

#include "arch/memory_map.h"
#include "arch/mmu.h"
#include "arch/translate.h"
#include "arch/wait.h"
#include "lib/device_tree.h"
#include "lib/device_tree_r5f.h"
#include "lib/heap.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>

static const uint16_t devices[R5F_CORES] = {AM65X_DEV_MCU_ARMSS0_CPU0, AM65X_DEV_MCU_ARMSS0_CPU1};

static struct device_tree_r5f_region regions[DEVICE_TREE_R5F_MAX];
static unsigned region_count; /* of the load that is under way */
static struct mutex lock = MUTEX_INIT;

/* What the tree gives the core. Without a tree, or with one that makes no sense, it is nothing;
 * *problem: why, if it says something. */
static void read_regions(unsigned core, const char **problem)
{
    const struct device_tree_info *info = platform_get_device_tree();
    const struct memory_range *tree = &info->tree;
    const uint64_t image = (uintptr_t)image_start;
    const struct memory_range own = {image, heap_last() - image};
    int count;

    *problem = NULL;
    region_count = 0;
    if (core >= R5F_CORES || info->problem != NULL || tree->size == 0 ||
        mapping_length((uintptr_t)tree->base, (size_t)tree->size) != tree->size)
        return;
    count = device_tree_read_r5f(info, devices[core], &own, regions, problem);
    region_count = count > 0 ? (unsigned)count : 0;
}

static void unmap_regions(void)
{
    for (; region_count != 0; region_count--) {
        const struct device_tree_r5f_region *region = &regions[region_count - 1];

        if (region->no_map)
            mmu_unmap_memory(region->range.base, region->range.base + region->range.size);
    }
}

/* All of them, or none. */
static int map_regions(void)
{
    const unsigned count = region_count;
    int error = 0;

    for (region_count = 0; region_count < count && error == 0; region_count++) {
        const struct device_tree_r5f_region *region = &regions[region_count];

        if (region->no_map)
            error = mmu_map_memory(region->range.base, region->range.base + region->range.size);
    }
    if (error != 0)
        unmap_regions();
    return error;
}

static bool is_for_it(uint64_t start, uint64_t size)
{
    for (unsigned i = 0; i < region_count; i++)
        if (memory_range_contains(&regions[i].range, start, size))
            return true;
    return platform_is_free_memory(start, size);
}

int platform_load_r5f(unsigned core, enum r5f_mode mode, const void *file, size_t size,
                      const char **problem)
{
    const char *tree_problem;
    int error;

    *problem = NULL;
    error = mutex_lock(&lock);
    if (error != 0)
        return error;
    read_regions(core, &tree_problem);
    error = map_regions();
    if (error != 0)
        *problem = "no tables are left to map the core's memory";
    else
        error = r5f_load(core, mode, file, size, is_for_it, problem);
    if (error == -EFAULT && tree_problem != NULL)
        *problem = tree_problem;
    unmap_regions();
    mutex_unlock(&lock);
    return error;
}
