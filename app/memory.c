// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `mem`. It reads what can be read without harm: memory that is not reserved, and
 * registers whose reading changes nothing. All else is refused before it is touched: on the AM65x a
 * read of a block that is off or firewalled ends in an SError.
 */
#include "app/commands.h"
#include "app/shell.h"
#include "arch/mmio.h"
#include "arch/translate.h"
#include "drivers/gic/gic.h"
#include "lib/device_tree.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <inttypes.h>
#include <stdio.h>

#define WORD          4u
#define WORDS_DEFAULT 16u
#define WORDS_MAX     1024u
#define WORDS_A_LINE  4u
#define THREAD_SIZE   0x1000u
#define UART_SIZE     0x100u
#define UART_IIR      0x08u /* before it are the received bytes, which a read would take away */
#define FRAME_SIZE    0x10000u
#define CORE_FRAMES   2u

static bool inside(uint64_t address, uint64_t size, uint64_t base, uint64_t length)
{
    return address >= base && address - base < length && size <= length - (address - base);
}

static bool registers_readable(uint64_t address, uint64_t size)
{
    const struct memory_range blocks[] = {
        {AM65X_GICD_BASE, FRAME_SIZE},
        {AM65X_GITS_BASE, FRAME_SIZE},
        {AM65X_GICR_BASE, (uint64_t)gic_redistributor_count() * CORE_FRAMES * FRAME_SIZE},
        {platform_console_base() + UART_IIR, UART_SIZE - UART_IIR},
        {AM65X_JTAGID, WORD},
        {AM65X_UDMAP_GCFG_BASE, 0x100},
        {AM65X_SECURE_PROXY_RT_BASE + AM65X_SCI_RX_THREAD * THREAD_SIZE, 2 * WORD},
        {AM65X_SECURE_PROXY_RT_BASE + AM65X_SCI_TX_THREAD * THREAD_SIZE, 2 * WORD},
    };

    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
        if (inside(address, size, blocks[i].base, blocks[i].size))
            return true;
    return false;
}

/* Why the range may not be read; NULL: it may. */
static const char *refusal(uint64_t address, uint64_t size)
{
    const struct device_tree_info *tree = main_device_tree();

    if (address % WORD != 0)
        return "the address is not a multiple of 4";
    if (registers_readable(address, size))
        return NULL;
    if (!inside(address, size, tree->tree.base, tree->tree.size) &&
        !inside(address, size, tree->file.base, tree->file.size) &&
        !device_tree_is_memory(tree, address, size))
        return "that is neither memory of ours nor registers that are safe to read";
    if (mapped_memory((uintptr_t)address, (size_t)size) != size)
        return "that is not mapped";
    return NULL;
}

bool command_mem(const char *argument)
{
    uint64_t address, words = WORDS_DEFAULT;

    if (!read_number(&argument, UINT64_MAX, &address) ||
        (*argument != '\0' && !read_number(&argument, WORDS_MAX, &words)) || *argument != '\0' ||
        words == 0)
        return false;
    const char *reason = refusal(address, words * WORD);
    if (reason != NULL) {
        printf("mem: 0x%" PRIx64 ", %" PRIu64 " words: %s\n", address, words, reason);
        return true;
    }
    for (uint64_t i = 0; i < words; i++) {
        if (i % WORDS_A_LINE == 0)
            printf("%08" PRIx64 ":", address + i * WORD);
        printf(" %08" PRIx32 "%s", mmio_read32((uintptr_t)(address + i * WORD)),
               i % WORDS_A_LINE == WORDS_A_LINE - 1 || i == words - 1 ? "\n" : "");
    }
    return true;
}
