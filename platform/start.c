// SPDX-License-Identifier: BSD-3-Clause
/*
 * From the boot code's hand-over to the application's main(): the loader's device tree, the
 * console, the SoC; and from main()'s return to the power-off.
 */
#include "arch/exception.h"
#include "boot/boot.h"
#include "drivers/gic/gic.h"
#include "drivers/uart/uart.h"
#include "lib/console.h"
#include "lib/device_tree.h"
#include "lib/log.h"
#include "lib/trace.h"
#include "lib/version.h"
#include "platform/am65x.h"
#include "platform/application.h"
#include "platform/internal.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define UART_BAUD         115200u
#define ARGUMENTS_MAX     127 /* words */
#define JTAGID_PART_AM65X 0xbb5au

/* Records a core for trace=boot: 2^13, 256 KiB, enough for a copy by the demonstration. */
#define TRACE_BOOT_ORDER  13u

LOG_USE(boot);

static struct platform_boot_info boot_info;

const struct platform_boot_info *platform_get_boot_info(void)
{
    return &boot_info;
}

/* A report that comes before the console is known goes to the EVM's. */
void exception_early_output(const char *text, size_t length)
{
    if (uart_init(AM65X_UART0_BASE, AM65X_UART_CLOCK_HZ, UART_BAUD) == 0)
        uart_panic_write(text, length);
}

/* Makes a UART of the main domain the console, polled at first: the one at base if there is one,
 * else UART0, the EVM's. A loader's settings stay. Returns its number. */
static unsigned console_up(uint64_t base, uint32_t baud)
{
    static const struct console_device uart = {uart_write, uart_getc, uart_flush,
                                               uart_discard_through};
    unsigned number = 0;

    for (unsigned i = 0; i < AM65X_UART_COUNT; i++)
        if (base == AM65X_UART0_BASE + i * AM65X_UART_STRIDE)
            number = i;
    if (uart_init(AM65X_UART0_BASE + number * AM65X_UART_STRIDE, AM65X_UART_CLOCK_HZ,
                  baud != 0 ? baud : UART_BAUD) == 0)
        console_attach(&uart);
    return number;
}

/* ---- telling ---- */

static void log_soc(void)
{
    uint32_t id = platform_jtag_id();
    char identity[96];

    version_describe(identity, sizeof(identity));
    log_info(boot, "%s", identity);
    log_info(boot, "%s SR%u.0 (JTAGID 0x%08x), entered at EL%u, loaded at 0x%llx",
             AM65X_JTAGID_PART(id) == JTAGID_PART_AM65X ? "AM65x" : "an unknown SoC",
             AM65X_JTAGID_VARIANT(id) + 1u, (unsigned)id, boot_info.entry_level,
             (unsigned long long)boot_info.load_address);
}

static void log_device_tree(int error, unsigned uart)
{
    const struct device_tree_info *tree = platform_get_device_tree();

    if (error == -ENOENT)
        log_info(boot, "no device tree at 0x%llx: assuming UART0, and no more memory than needed",
                 (unsigned long long)boot_info.dtb);
    else if (error != 0)
        log_error(boot,
                  "the device tree at 0x%llx is malformed: %s; what it does not tell is assumed",
                  (unsigned long long)boot_info.dtb, tree->problem);
    if (error != -ENOENT)
        log_info(boot, "%s, console UART%u, arguments \"%s\"",
                 tree->model[0] != '\0' ? tree->model : "a board without a model name", uart,
                 tree->arguments);
    platform_log_memory();
    if (tree->file.size != 0)
        log_info(boot, "the loader's file is at 0x%llx, %llu bytes",
                 (unsigned long long)tree->file.base, (unsigned long long)tree->file.size);
}

/* ---- main() ---- */

/* The boot arguments' words, with the program's name in front; returns their number. */
static int split_arguments(char *text, char *words[ARGUMENTS_MAX + 2])
{
    bool lost;
    int count = platform_split_arguments(text, words, ARGUMENTS_MAX, &lost);

    if (lost || platform_get_device_tree()->arguments_cut)
        log_warning(
            boot,
            "of the boot arguments, %u words and %u characters are taken; they end with \"%s\"",
            (unsigned)ARGUMENTS_MAX, DEVICE_TREE_ARGUMENTS_MAX - 1u, words[count - 1]);
    return count;
}

/* trace=boot: the events of platform_init() are recorded too, whatever the application is. */
static void start_trace(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        int error = strcmp(words[i], "trace=boot") == 0 ? trace_start(TRACE_BOOT_ORDER) : 0;

        if (error != 0)
            log_error(boot, "%s: error %d", words[i], error);
    }
}

noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address)
{
    static char arguments[DEVICE_TREE_ARGUMENTS_MAX];
    static char *words[ARGUMENTS_MAX + 2];

    boot_info = (struct platform_boot_info){
        .dtb = dtb, .entry_level = entry_level, .load_address = load_address};
    int tree_error = platform_read_device_tree(dtb);
    const struct device_tree_info *tree = platform_get_device_tree();
    unsigned uart = console_up(tree->console_base, tree->console_baud);
    log_soc();
    log_device_tree(tree_error, uart);
    memcpy(arguments, tree->arguments, sizeof(arguments));
    int count = split_arguments(arguments, words);
    start_trace(count, words);
    gic_lpi_set_free_memory(platform_is_free_memory);
    boot_info.error = platform_init(uart, tree);
    platform_run_application(count, words);
}
