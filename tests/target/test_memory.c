// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory that is mapped is what the device tree says, page by page, and nothing else: the
 * twin's cores never read ahead, so the firmware's own tables are looked through. And what the
 * second bank is good for.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/memory_map.h"
#include "arch/mmu.h"
#include "arch/stack.h"
#include "arch/translate.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"
#include "lib/device_tree.h"
#include "lib/heap.h"
#include "platform/platform.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PAGE           MMU_PAGE_SIZE
#define LEVEL1_SHIFT   30u
#define LEVEL_BITS     9u
#define PAGE_SHIFT     12u
#define ENTRIES        512u
#define DEVICES_END    UINT64_C(0x80000000)
#define SECOND_BANK    UINT64_C(0x880000000)

#define ENTRY_VALID    UINT64_C(1)
#define ENTRY_TABLE    UINT64_C(3) /* levels 1 and 2 */
#define ENTRY_ADDRESS  UINT64_C(0x0000fffffffff000)
#define ENTRY_INDEX(e) ((e) >> 2 & 7)
#define ENTRY_PXN      (UINT64_C(1) << 53)
#define INDEX_NORMAL   1u /* of MAIR_EL1, as arch/arm64/mmu.c has it */

#define GUARD_BYTES    (CORE_MAX * STACK_GUARDS * STACK_GUARD_SIZE)
#define WAIT_US        10000000u
#define REST_MAX       64u

/* ---- what the device tree says ---- */

/* Bytes from start on that are memory of one range, of a page at most. */
static uint64_t bytes_in(uint64_t start, const struct memory_range *range)
{
    uint64_t left = PAGE - start % PAGE;

    if (start < range->base || start - range->base >= range->size)
        return 0;
    if (range->size - (start - range->base) < left)
        left = range->size - (start - range->base);
    return left;
}

/* Ranges may follow each other in the middle of a page, in any order. */
static bool page_in_memory(uint64_t page, const struct device_tree_info *tree)
{
    uint64_t covered = 0;

    for (unsigned round = 0; round < tree->memory_count; round++)
        for (unsigned i = 0; i < tree->memory_count && covered < PAGE; i++)
            covered += bytes_in(page + covered, &tree->memory[i]);
    return covered == PAGE;
}

static bool page_touches(uint64_t page, const struct memory_range *range)
{
    return page < range->base + range->size && range->base < page + PAGE;
}

static bool is_guard(uint64_t page)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        for (unsigned guard = 0; guard < STACK_GUARDS; guard++)
            if (page == stack_guard(core, guard))
                return true;
    return false;
}

/* Whether the page must be mapped as memory; if not, it must not be. */
static bool is_memory(uint64_t page)
{
    const struct device_tree_info *tree = platform_get_device_tree();
    bool memory = page_in_memory(page, tree);

    if (page >= (uintptr_t)image_start && page < (uintptr_t)image_end)
        return !is_guard(page);
    for (unsigned i = 0; i < tree->reserved_count; i++)
        memory &= !tree->no_map[i] || !page_touches(page, &tree->reserved[i]);
    return memory;
}

/* ---- what the tables say ---- */

static struct {
    uint64_t memory;         /* bytes that are mapped as such */
    uint64_t missing, extra; /* the first page that should be and is not, and the reverse */
    uint64_t moved;          /* the first that is not mapped to itself */
    uint64_t executable;     /* the first outside the text */
} found;

static void note(uint64_t *first, uint64_t page)
{
    if (*first == 0)
        *first = page;
}

static void look_at_page(uint64_t page, uint64_t start, uint64_t size, bool mapped)
{
    page &= ~(PAGE - 1);
    if (page < start || page - start >= size || is_memory(page) == mapped)
        return;
    note(mapped ? &found.extra : &found.missing, page);
}

static void look_around(uint64_t edge, uint64_t start, uint64_t size, bool mapped)
{
    look_at_page(edge - PAGE, start, size, mapped);
    look_at_page(edge, start, size, mapped);
    look_at_page(edge + PAGE, start, size, mapped);
}

/* [start, start + size) is all mapped as memory, or not at all: the answer can be wrong only where
 * it begins, or where something else does. */
static void look_at_span(uint64_t start, uint64_t size, bool mapped)
{
    const struct device_tree_info *tree = platform_get_device_tree();

    look_at_page(start, start, size, mapped);
    look_around((uintptr_t)image_start, start, size, mapped);
    look_around((uintptr_t)image_end, start, size, mapped);
    for (unsigned i = 0; i < tree->memory_count; i++) {
        look_around(tree->memory[i].base, start, size, mapped);
        look_around(tree->memory[i].base + tree->memory[i].size, start, size, mapped);
    }
    for (unsigned i = 0; i < tree->reserved_count; i++) {
        look_around(tree->reserved[i].base, start, size, mapped);
        look_around(tree->reserved[i].base + tree->reserved[i].size, start, size, mapped);
    }
}

/* Of the SRAM that TF-A is in nothing is mapped, as a device neither. (What else a tree keeps from
 * us among the devices may be: no core reads ahead there.) */
static void look_for_sram(uint64_t start, uint64_t size)
{
    if (start < (uintptr_t)sram_end && (uintptr_t)sram_start < start + size)
        note(&found.extra, start);
}

static void look_at_leaf(uint64_t address, uint64_t size, uint64_t entry)
{
    bool text = address >= (uintptr_t)text_start && address < (uintptr_t)text_end;

    if ((entry & ENTRY_ADDRESS & ~(size - 1)) != address)
        note(&found.moved, address);
    if ((entry & ENTRY_PXN) == 0 && !text)
        note(&found.executable, address);
    if (ENTRY_INDEX(entry) == INDEX_NORMAL)
        found.memory += size;
    else
        look_for_sram(address, size);
    look_at_span(address, size, ENTRY_INDEX(entry) == INDEX_NORMAL);
}

static void look_through(const uint64_t *table, unsigned shift, uint64_t base)
{
    uint64_t size = UINT64_C(1) << shift;

    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t entry = table[i], address = base + i * size;

        if ((entry & ENTRY_VALID) == 0)
            look_at_span(address, size, false);
        else if (shift > PAGE_SHIFT && (entry & ENTRY_TABLE) == ENTRY_TABLE)
            look_through((const uint64_t *)(uintptr_t)(entry & ENTRY_ADDRESS), shift - LEVEL_BITS,
                         address);
        else
            look_at_leaf(address, size, entry);
    }
}

SELFTEST(memory, all_that_the_device_tree_leaves_to_us_is_mapped_and_nothing_else, 60)
{
    memset(&found, 0, sizeof(found));
    look_through(mmu_root, LEVEL1_SHIFT, 0);
    CHECK_EQUAL(found.extra, 0);
    CHECK_EQUAL(found.missing, 0);
    CHECK_EQUAL(found.moved, 0);
    CHECK_EQUAL(found.executable, 0);
    CHECK(found.memory >= (uintptr_t)(image_end - image_start) - GUARD_BYTES);
}

SELFTEST(memory, the_mmu_sees_the_ends_of_each_range_as_they_are, 60)
{
    const struct device_tree_info *tree = platform_get_device_tree();

    for (unsigned i = 0; i < tree->memory_count; i++) {
        uint64_t end = (tree->memory[i].base + tree->memory[i].size) & ~(PAGE - 1);

        CHECK_EQUAL(mapping_length(end - PAGE, 2 * PAGE) >= PAGE, is_memory(end - PAGE));
        CHECK_EQUAL(mapping_length(end, 1) != 0, is_memory(end));
    }
    for (unsigned i = 0; i < tree->reserved_count; i++)
        if (tree->no_map[i]) {
            uint64_t first = tree->reserved[i].base, last = first + tree->reserved[i].size - 1;

            CHECK_EQUAL(mapping_length(first, 1) != 0, is_memory(first & ~(PAGE - 1)));
            CHECK_EQUAL(mapping_length(last, 1) != 0, is_memory(last & ~(PAGE - 1)));
        }
}

/* ---- the second bank ---- */

static bool has_second_bank(void)
{
    struct memory_range range;

    return device_tree_next_memory(platform_get_device_tree(), SECOND_BANK, &range);
}

static unsigned copies_done;
static int copies_status;

static void on_copied(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    if (status != 0)
        copies_status = status;
    __atomic_fetch_add(&copies_done, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static bool have_come(void *argument)
{
    return __atomic_load_n(&copies_done, __ATOMIC_ACQUIRE) >= *(const unsigned *)argument;
}

/* To the other bank and back by way of a third buffer. */
static void copy_round(struct udma_channel *channel, uint8_t *low, uint8_t *high, size_t size)
{
    unsigned wanted = 1;

    copies_done = 0;
    copies_status = 0;
    for (size_t i = 0; i < size; i++)
        low[i] = (uint8_t)(i * 31u + (i >> 8));
    memset(high, 0, size);
    CHECK_EQUAL(udma_copy(channel, (uintptr_t)high, (uintptr_t)low, size, NULL), 0);
    CHECK_EQUAL(wait_for(have_come, &wanted, WAIT_US), 0);
    CHECK_EQUAL(memcmp(high, low, size), 0);
    memset(low, 0, size);
    wanted = 2;
    CHECK_EQUAL(udma_copy(channel, (uintptr_t)low, (uintptr_t)high, size, NULL), 0);
    CHECK_EQUAL(wait_for(have_come, &wanted, WAIT_US), 0);
    CHECK_EQUAL(memcmp(high, low, size), 0);
    CHECK_EQUAL(copies_status, 0);
}

/* Behind what is too large for the heap's first part, all new memory is the second bank's. What
 * that part's end still has free is used up first: `rest` has it. Returns the first that is. */
static uint8_t *dma_alloc_high(void *rest[REST_MAX], unsigned *count, size_t size)
{
    uint8_t *memory = dma_alloc(size);

    for (*count = 0; memory != NULL && (uintptr_t)memory < SECOND_BANK && *count < REST_MAX;
         memory = dma_alloc(size))
        rest[(*count)++] = memory;
    return memory;
}

/* The channel's rings and descriptors come from the second bank too. Last of the tests that count
 * what is in the heap. */
SELFTEST(memory, heap_rings_and_copies_are_good_in_the_second_bank, 60)
{
    const struct udma_channel_config config = {.name = "banks", .callback = on_copied, .depth = 4};
    const size_t size = 64u * 1024u;
    struct udma_channel *channel;
    void *large, *rest[REST_MAX];
    uint8_t *low, *high;
    unsigned count;

    if (!has_second_bank())
        SKIP("there is no second bank of memory");
    low = dma_alloc(size);
    large = malloc(heap_last() - heap_first());
    CHECK(low != NULL);
    if (large == NULL) {
        dma_free(low);
        SKIP("the heap has one part only: a sanitized build"); /* tests/system/memory looks */
    }
    high = dma_alloc_high(rest, &count, size);
    CHECK(high != NULL);
    CHECK((uintptr_t)low < DEVICES_END * 2 && (uintptr_t)large >= SECOND_BANK);
    CHECK((uintptr_t)high >= SECOND_BANK);
    CHECK_EQUAL(udma_channel_open(&config, &channel), 0);
    copy_round(channel, low, high, size);
    CHECK_EQUAL(udma_channel_close(channel), 0);
    free(large);
    dma_free(low);
    dma_free(high);
    while (count != 0)
        dma_free(rest[--count]);
}
