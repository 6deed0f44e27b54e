// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firmware's main function: bring the SoC up, do what the boot arguments say, and end.
 *
 * Boot arguments are words, done in their order: `demo` copies the file that the loader left,
 * `selftest` or `selftest=PATTERN` runs the self-test, `console` goes to the prompt. After the last
 * word the firmware powers off, with a failing status if any word failed; without any word it goes
 * to the prompt.
 */
#include "app/demo.h"
#include "app/shell.h"
#include "arch/cpu.h"
#include "arch/psci.h"
#include "arch/translate.h"
#include "boot/boot_info.h"
#include "lib/console.h"
#include "lib/device_tree.h"
#include "lib/heap.h"
#include "lib/log.h"
#include "platform/platform.h"
#include "tests/selftest/selftest.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The exit status for a boot argument that is not known, as of a shell's bad usage. */
#define STATUS_OK     ((uint8_t)0)
#define STATUS_FAILED ((uint8_t)1)

static struct device_tree_info tree;

int main_demo(void)
{
    if (tree.file.size == 0) {
        log_error("demo: the loader left no file in memory (/chosen linux,initrd-start)");
        return -ENOENT;
    }
    return demo_run((uintptr_t)tree.file.base, (size_t)tree.file.size, "the loader's file");
}

const struct device_tree_info *main_device_tree(void)
{
    return &tree;
}

/* JTAGID's fields (SPRUID7, 5.1.2): variant 31:28, part number 27:12. */
static void log_soc(const struct boot_info *boot)
{
    uint32_t id = platform_jtag_id();
    unsigned revision = (id >> 28) + 1, part = id >> 12 & 0xffff;

    log_info("k3metal on %s SR%u.0 (JTAGID 0x%08x), entered at EL%u, loaded at 0x%llx",
             part == 0xbb5a ? "AM65x" : "an unknown SoC", revision, (unsigned)id, boot->entry_level,
             (unsigned long long)boot->load_address);
}

/* Before there is a console, which the tree names: says nothing, returns the error. */
static int read_device_tree(const struct boot_info *boot)
{
    size_t room = mapped_memory(boot->dtb, DEVICE_TREE_SIZE_MAX);
    int error = device_tree_read((const void *)boot->dtb, room, &tree);

    platform_assume_memory(&tree);
    heap_set_end((uintptr_t)device_tree_free_end(&tree, heap_first(), heap_last()));
    return error;
}

static void log_ranges(const char *name, const struct memory_range *ranges, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        log_info("boot:  %s 0x%llx-0x%llx", name, (unsigned long long)ranges[i].base,
                 (unsigned long long)(ranges[i].base + ranges[i].size - 1));
}

static void log_device_tree(const struct boot_info *boot, int error, unsigned uart)
{
    if (error == -ENOENT)
        log_info("boot:  no device tree at 0x%llx: assuming the EVM's memory and UART0",
                 (unsigned long long)boot->dtb);
    else if (error != 0)
        log_error("boot: the device tree at 0x%llx is malformed: %s; the EVM's values stand in",
                  (unsigned long long)boot->dtb, tree.problem);
    if (error != -ENOENT)
        log_info("boot:  %s, console UART%u, arguments \"%s\"",
                 tree.model[0] != '\0' ? tree.model : "a board without a model name", uart,
                 tree.arguments);
    log_ranges("memory  ", tree.memory, tree.memory_count);
    log_ranges("reserved", tree.reserved, tree.reserved_count);
    if (device_tree_free_end(&tree, heap_first(), heap_last()) == heap_first())
        log_error("boot: the memory behind the image is reserved: there is no heap");
    if (tree.file.size != 0)
        log_info("boot:  the loader's file is at 0x%llx, %llu bytes",
                 (unsigned long long)tree.file.base, (unsigned long long)tree.file.size);
}

/* Does one boot argument. Returns the exit status it stands for, or -ENOENT: it is not ours. */
static int do_argument(const char *word)
{
    if (strcmp(word, "demo") == 0)
        return main_demo() == 0 ? STATUS_OK : STATUS_FAILED;
    if (strcmp(word, "selftest") == 0)
        return selftest_run(NULL) == 0 ? STATUS_OK : STATUS_FAILED;
    if (strncmp(word, "selftest=", strlen("selftest=")) == 0)
        return selftest_run(word + strlen("selftest=")) == 0 ? STATUS_OK : STATUS_FAILED;
    if (strcmp(word, "console") == 0)
        return shell_run();
    log_error("boot: ignoring the boot argument \"%s\" (known are: demo, selftest, "
              "selftest=PATTERN, console)",
              word);
    return -ENOENT;
}

/* Boards' device trees bring arguments for Linux; with none for us, there is the prompt. */
static uint8_t do_arguments(char *arguments)
{
    int status = -ENOENT;
    char *position = arguments;

    for (const char *word = strtok_r(arguments, " \t\n", &position); word != NULL;
         word = strtok_r(NULL, " \t\n", &position)) {
        int word_status = do_argument(word);

        if (status <= 0 && word_status != -ENOENT)
            status = word_status;
    }
    return status == -ENOENT ? shell_run() : (uint8_t)status;
}

noreturn void firmware_main(const struct boot_info *boot)
{
    uint8_t status = STATUS_FAILED;

    int tree_error = read_device_tree(boot);
    unsigned uart = platform_console_init(tree.console_base, tree.console_baud);
    log_soc(boot);
    log_device_tree(boot, tree_error, uart);
    if (platform_init() == 0)
        status = do_arguments(tree.arguments);
    else if (tree.arguments[0] == '\0')
        status = shell_run();
    fflush(stdout);
    console_flush();
    psci_system_off(status);
}
