// SPDX-License-Identifier: BSD-3-Clause
/*
 * The loader's device tree, and the memory that it tells of: what is mapped, and what the heap
 * gets. Only what the device tree calls memory is mapped, and of that nothing which it calls no-map
 * (Devicetree Specification 0.4, 3.4 and 3.5), for a core may read ahead from all that is mapped
 * (arch/mmu.h). What is reserved otherwise is mapped, since it may be the loader's file or the
 * tree, and left alone.
 *
 * Until the tree has been read nothing is known but that the image is in memory, and that the tree
 * is: the loader's promise (Linux's Documentation/arm64/booting, "Setup the device tree").
 */
#include "arch/memory_map.h"
#include "arch/mmu.h"
#include "arch/translate.h"
#include "lib/device_tree.h"
#include "lib/heap.h"
#include "lib/log.h"
#include "platform/internal.h"
#include "platform/platform.h"

LOG_SUBJECT(boot);

static struct device_tree_info tree;
static struct memory_range mapped_tree; /* while it is read */
static struct memory_range left_out;    /* for want of tables: the first */
static uintptr_t heap_end, further_start, further_end;

/* The end of the SoC's room for DRAM that the address is in; the address itself if it is in none.
 */
static uint64_t window_end(uint64_t address)
{
    for (const struct memory_window *window = memory_windows_start; window < memory_windows_end;
         window++)
        if (address >= window->start && address < window->end)
            return window->end;
    return address;
}

static uint64_t end_of(const struct memory_range *range)
{
    return range->base + range->size;
}

static uint64_t page_up(uint64_t address)
{
    return (address + MMU_PAGE_SIZE - 1) & ~(MMU_PAGE_SIZE - 1);
}

/* ---- the tree ---- */

/* The pages that the tree lies in, so far. */
static void map_tree(uintptr_t dtb, size_t size)
{
    uint64_t first = dtb & ~(MMU_PAGE_SIZE - 1), last = page_up(dtb + size);

    mapped_tree = (struct memory_range){first, last - first};
    (void)mmu_map_memory(first, last);
}

/* Makes what lies at dtb readable, if that may be a device tree; returns the number of its bytes.
 */
static size_t map_what_is_at(uintptr_t dtb)
{
    uint64_t room = window_end(dtb) - dtb;
    size_t size = 0;

    if (dtb % DEVICE_TREE_HEAD_SIZE != 0 || room == 0)
        return 0;
    map_tree(dtb, DEVICE_TREE_HEAD_SIZE);
    if (mapping_length(dtb, DEVICE_TREE_HEAD_SIZE) == DEVICE_TREE_HEAD_SIZE)
        size = device_tree_size((const void *)dtb);
    if (size > DEVICE_TREE_HEAD_SIZE && size <= DEVICE_TREE_SIZE_MAX && size <= room)
        map_tree(dtb, size);
    return mapping_length(dtb, DEVICE_TREE_SIZE_MAX);
}

/* ---- what it tells ---- */

/* Without a word about memory, and where it can't be known what is reserved: what linker.ld lays
 * out, which is the least that the firmware can work with. */
static void assume_memory(void)
{
    uintptr_t image = (uintptr_t)image_start;

    if (tree.memory_count != 0 && !tree.reserved_lost)
        return;
    tree.memory[0] = (struct memory_range){image, heap_last() - image};
    tree.memory_count = 1;
}

/* The heap's other part is the largest piece of the second bank that is free. */
static void give_further(uint64_t start, uint64_t last)
{
    while (start < last) {
        uint64_t end = device_tree_free_end(&tree, start, last);

        if (end - start > further_end - further_start) {
            further_start = (uintptr_t)start;
            further_end = (uintptr_t)end;
        }
        if (end == start)
            end = page_up(device_tree_taken_end(&tree, start));
        if (end <= start)
            return;
        start = end;
    }
}

/* The heap's first part is behind the image. */
static void give_to_heap(const struct memory_range *range)
{
    uintptr_t start = heap_first(), last = heap_last();

    if (start >= range->base && start < end_of(range)) {
        last = last < end_of(range) ? last : (uintptr_t)end_of(range);
        heap_end = (uintptr_t)device_tree_free_end(&tree, start, last);
    } else if (range->base >= memory_windows_start[0].end) {
        give_further(range->base, end_of(range));
    }
}

/* What is not a whole page is not mapped, so nothing may be given of it. */
static void map_range(const struct memory_range *range)
{
    const uint64_t start = page_up(range->base), end = end_of(range) & ~(MMU_PAGE_SIZE - 1);

    if (start >= end)
        return;
    if (mmu_map_memory(start, end) == 0)
        give_to_heap(&(struct memory_range){start, end - start});
    else if (left_out.size == 0)
        left_out = *range;
}

/* Maps the memory that the tree tells of, instead of the tree alone. */
static void map_memory(void)
{
    struct memory_range range;

    mmu_unmap_memory(mapped_tree.base, end_of(&mapped_tree));
    assume_memory();
    heap_end = heap_first();
    for (const struct memory_window *window = memory_windows_start; window < memory_windows_end;
         window++)
        for (uint64_t from = window->start;
             device_tree_next_memory(&tree, from, &range) && range.base < window->end;
             from = end_of(&range)) {
            if (end_of(&range) > window->end)
                range.size = window->end - range.base;
            map_range(&range);
        }
    heap_set_end(heap_end);
    heap_set_further(further_start, further_end);
}

int platform_read_device_tree(uintptr_t dtb)
{
    int error = device_tree_read((const void *)dtb, map_what_is_at(dtb), &tree);

    map_memory();
    return error;
}

const struct device_tree_info *platform_get_device_tree(void)
{
    return &tree;
}

/* Memory above 4 GiB may be the heap's one day. */
bool platform_is_free_memory(uint64_t start, uint64_t size)
{
    const uint64_t image = (uintptr_t)image_start, end = start + size;
    const struct memory_range ours = {image, heap_last() - image};

    return start <= UINT32_MAX && size != 0 && size <= UINT32_MAX - start &&
           !memory_range_overlaps(&ours, start, end) &&
           device_tree_free_end(&tree, start, end) == end &&
           mapping_length((uintptr_t)start, (size_t)size) == size;
}

/* ---- telling ---- */

static void log_range(const char *name, const struct memory_range *range, const char *remark)
{
    log_info(boot, "%s 0x%llx-0x%llx%s", name, (unsigned long long)range->base,
             (unsigned long long)(end_of(range) - 1), remark);
}

void platform_log_memory(void)
{
    struct memory_range image = {(uintptr_t)image_start, (uintptr_t)(image_end - image_start)};

    for (unsigned i = 0; i < tree.memory_count; i++) {
        const struct memory_range *range = &tree.memory[i];
        bool inside = end_of(range) <= window_end(range->base);

        log_range("memory  ", range, inside ? "" : ": not all of it is where an AM65x has memory");
    }
    for (unsigned i = 0; i < tree.reserved_count; i++)
        log_range("reserved", &tree.reserved[i], tree.no_map[i] ? ", no-map" : "");
    if (left_out.size != 0)
        log_range("left out", &left_out, ": the memory is in too many pieces");
    if (!device_tree_is_memory(&tree, image.base, image.size))
        log_range("image   ", &image, ": no memory of the device tree, or reserved");
    if (heap_end == heap_first())
        log_error(boot, "the memory behind the image is not ours: there is no heap");
}
