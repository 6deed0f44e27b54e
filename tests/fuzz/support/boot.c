// SPDX-License-Identifier: BSD-3-Clause
/*
 * What platform/start.c and app/default/main.c stand on, and what can be asked of their outcome.
 */
#include "tests/fuzz/support/boot.h"

#include "app/prompt/prompt.h"
#include "arch/memory_map.h"
#include "arch/mmio.h"
#include "arch/mmu.h"
#include "arch/translate.h"
#include "boot/boot.h"
#include "drivers/uart/uart_registers.h"
#include "lib/command.h"
#include "lib/console.h"
#include "lib/device_tree.h"
#include "lib/heap.h"
#include "lib/log.h"
#include "lib/version.h"
#include "platform/am65x.h"
#include "platform/internal.h"
#include "platform/platform.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where the heap is: in the EVM's memory, behind an image. */
#define HEAP_FIRST 0x80400000u
#define HEAP_LAST  0x88000000u

/* linker.ld's, as the EVM has them but for where they are; no constructors. */
__asm__(".pushsection .data\n"
        ".globl image_start, image_end, memory_windows_start, memory_windows_end\n"
        ".globl constructors_start, constructors_end\n"
        ".balign 16\n"
        ".set image_start, 0x80200000\n"
        ".set image_end, 0x80400000\n"
        "memory_windows_start: .quad 0x80000000, 0x100000000, 0x880000000, 0x1000000000\n"
        ".quad 0x1000000000, 0x800000000000\n" /* where the trees are, which are the host's */
        "memory_windows_end:\n"
        "constructors_start:\n"
        "constructors_end: .quad 0\n"
        ".popsection");

const struct version version_of_image = {"0.0.0", "0123456789ab", false, "a compiler"};

static const void *tree;
static size_t tree_size;
static bool tree_is_mapped, tree_was_read;
static uint64_t heap_end;

size_t mapping_length(uintptr_t address, size_t limit)
{
    if (address != (uintptr_t)tree || !tree_is_mapped)
        return 0;
    return tree_size < limit ? tree_size : limit;
}

/* At first the tree, then only memory that is told of, or that linker.ld lays out, none of it
 * no-map; now and then there are no tables left. */
int mmu_map_memory(uint64_t start, uint64_t end)
{
    const struct device_tree_info *info = platform_get_device_tree();

    FUZZ_CHECK(start < end);
    if (!tree_was_read) {
        FUZZ_CHECK(start <= (uintptr_t)tree && end > (uintptr_t)tree);
        FUZZ_CHECK(end - start <= DEVICE_TREE_SIZE_MAX + 2 * MMU_PAGE_SIZE);
        tree_is_mapped = true;
        return 0;
    }
    FUZZ_CHECK(end <= 0x800000000000 && start >= 0x80000000);
    for (unsigned i = 0; i < info->reserved_count; i++)
        FUZZ_CHECK(!info->no_map[i] || info->reserved[i].base >= end ||
                   info->reserved[i].base + info->reserved[i].size <= start);
    return end % 7 == 0 ? -ENOMEM : 0;
}

void mmu_unmap_memory(uint64_t start, uint64_t end)
{
    FUZZ_CHECK(!tree_is_mapped || (start <= (uintptr_t)tree && end > (uintptr_t)tree));
    tree_is_mapped = false;
    tree_was_read = true;
}

uintptr_t heap_first(void)
{
    return HEAP_FIRST;
}

uintptr_t heap_last(void)
{
    return HEAP_LAST;
}

static bool apart(const struct memory_range *range)
{
    return range->size == 0 || range->base >= heap_end || range->base + range->size <= HEAP_FIRST;
}

/* What the heap gets is in the memory that the tree tells of, and nobody else's. */
void heap_set_end(uintptr_t end)
{
    const struct device_tree_info *info = platform_get_device_tree();

    FUZZ_CHECK(end >= HEAP_FIRST && end <= HEAP_LAST);
    heap_end = end;
    if (end == HEAP_FIRST)
        return;
    for (unsigned i = 0; i < info->reserved_count; i++)
        FUZZ_CHECK(apart(&info->reserved[i]));
    FUZZ_CHECK(apart(&info->tree) && apart(&info->file));
    FUZZ_CHECK(device_tree_is_memory(info, HEAP_FIRST, end - HEAP_FIRST));
}

void heap_set_further(uintptr_t start, uintptr_t end)
{
    const struct device_tree_info *info = platform_get_device_tree();

    FUZZ_CHECK(start == end || device_tree_is_memory(info, start, end - start));
}

uint32_t platform_jtag_id(void)
{
    return 0x0bb5a02f;
}

int platform_init(unsigned console)
{
    FUZZ_CHECK(console < AM65X_UART_COUNT);
    return 0;
}

uint8_t prompt_run(void)
{
    return 0;
}

/* A UART that is always ready to send. */
uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    uintptr_t offset = (address - AM65X_UART0_BASE) % AM65X_UART_STRIDE;

    FUZZ_CHECK(size == 4 && address >= AM65X_UART0_BASE &&
               address < AM65X_UART0_BASE + AM65X_UART_COUNT * AM65X_UART_STRIDE);
    return offset == offsetof(struct uart_registers, lsr) ? UART_LSR_TX_FIFO_E | UART_LSR_TX_SR_E
                                                          : 0;
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    (void)value;
    (void)host_mmio_read(address, size);
}

/* ---- commands that may be boot arguments ---- */

/* The words are strings, and the last one is NULL. */
static int look(int count, char **words)
{
    size_t length = 0;

    for (int i = 0; i < count; i++)
        length += strlen(words[i]);
    FUZZ_CHECK(words[count] == NULL && length < DEVICE_TREE_ARGUMENTS_MAX);
    return length % 3 == 0 ? COMMAND_USAGE : COMMAND_DONE;
}

COMMAND(demo, .help = "", .run = look, .at_boot = true);
COMMAND(selftest, .arguments = "[list | name,...]", .help = "", .run = look, .at_boot = true);
COMMAND(help, .arguments = "[command]", .help = "", .run = look);

/* ---- the run ---- */

/* exit() of platform/start.c. */
noreturn void fuzz_exit(int status);
noreturn void fuzz_exit(int status)
{
    char *text = malloc(LOG_KEPT);

    FUZZ_CHECK(status >= 0 && status <= 2 && text != NULL);
    FUZZ_CHECK(log_copy(text, 1000) <= LOG_KEPT);
    fuzz_leave();
}

void fuzz_boot(const void *data, size_t size)
{
    void *copy = malloc(size);

    if (copy == NULL)
        return;
    memcpy(copy, data, size);
    tree = copy;
    tree_is_mapped = tree_was_read = false;
    tree_size = size;
    fuzz_catch_output(console_write);
    boot_main((uintptr_t)copy, 1, HEAP_FIRST);
}
