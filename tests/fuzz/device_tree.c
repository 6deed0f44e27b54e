// SPDX-License-Identifier: BSD-3-Clause
/*
 * The loader's device tree: the input is the tree. lib/device_tree.c reads it, and then
 * platform/start.c goes the whole way with it: memory, console, boot arguments.
 */
#include "lib/device_tree.h"
#include "tests/fuzz/support/boot.h"
#include "tests/fuzz/support/fuzz.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Most trees get a head that is believed, so that what follows is looked at. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (size >= sizeof(struct fdt_header) && seed % 16 != 0) {
        fdt_set_magic(data, FDT_MAGIC);
        fdt_set_totalsize(data, (uint32_t)size);
        fdt_set_version(data, 17);
        fdt_set_last_comp_version(data, 16);
        if (seed % 4 != 0)
            fdt_set_size_dt_strings(data, (uint32_t)size - fdt_off_dt_strings(data));
    }
    return size;
}

static bool in_a_range(const struct device_tree_info *info, uint64_t address)
{
    for (unsigned i = 0; i < info->memory_count; i++)
        if (address - info->memory[i].base < info->memory[i].size)
            return true;
    return false;
}

static bool is_reserved(const struct device_tree_info *info, uint64_t address)
{
    for (unsigned i = 0; i < info->reserved_count; i++)
        if (address - info->reserved[i].base < info->reserved[i].size)
            return true;
    return false;
}

static void ask(const struct device_tree_info *info, uint64_t start)
{
    static const uint64_t sizes[] = {0, 1, 4096, 0x8000000, UINT64_MAX / 2, UINT64_MAX};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint64_t end = start + sizes[i];

        if (device_tree_is_memory(info, start, sizes[i]))
            FUZZ_CHECK(in_a_range(info, start) && !is_reserved(info, start) &&
                       in_a_range(info, end - 1) && !is_reserved(info, end - 1));
        if (end < start)
            continue;
        end = device_tree_free_end(info, start, end);
        FUZZ_CHECK(end >= start && end <= start + sizes[i]);
        FUZZ_CHECK(end == start || device_tree_is_memory(info, start, end - start));
    }
}

static void ask_around(const struct device_tree_info *info, const struct memory_range *range)
{
    ask(info, range->base);
    ask(info, range->base - 1);
    ask(info, range->base + range->size - 1);
    ask(info, range->base + range->size);
}

/* What may be mapped: in order, in memory, and nothing of it no-map. */
static void go_through_memory(const struct device_tree_info *info)
{
    struct memory_range range = {0};

    for (uint64_t from = 0; device_tree_next_memory(info, from, &range);
         from = range.base + range.size) {
        FUZZ_CHECK(range.base >= from && range.size != 0 && in_a_range(info, range.base) &&
                   in_a_range(info, range.base + range.size - 1));
        for (unsigned i = 0; i < info->reserved_count; i++)
            FUZZ_CHECK(!info->no_map[i] || info->reserved[i].base >= range.base + range.size ||
                       info->reserved[i].base + info->reserved[i].size <= range.base);
    }
}

static void check(const struct device_tree_info *info)
{
    go_through_memory(info);
    FUZZ_CHECK(info->memory_count <= DEVICE_TREE_MEMORY_MAX);
    FUZZ_CHECK(info->reserved_count <= DEVICE_TREE_RESERVED_MAX);
    FUZZ_CHECK(strnlen(info->model, sizeof(info->model)) < sizeof(info->model));
    FUZZ_CHECK(strnlen(info->arguments, sizeof(info->arguments)) < sizeof(info->arguments));
    for (unsigned i = 0; i < info->memory_count; i++)
        ask_around(info, &info->memory[i]);
    for (unsigned i = 0; i < info->reserved_count; i++)
        ask_around(info, &info->reserved[i]);
    ask_around(info, &info->tree);
    ask_around(info, &info->file);
}

void fuzz_one(void)
{
    static struct device_tree_info info;
    size_t size;
    const uint8_t *data = fuzz_take_rest(&size);
    void *tree = malloc(size);

    if (tree == NULL)
        return;
    memcpy(tree, data, size);
    (void)device_tree_read(tree, size, &info);
    check(&info);
    free(tree);
    fuzz_boot(data, size);
}
