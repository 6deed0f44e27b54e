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
#include "boot/boot_info.h"
#include "lib/console.h"
#include "lib/device_tree.h"
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
#define STATUS_USAGE  ((uint8_t)2)

static struct device_tree_info tree;

int main_demo(void)
{
    if (tree.file_size == 0) {
        log_error("demo: the loader left no file in memory (/chosen linux,initrd-start)");
        return -ENOENT;
    }
    return demo_run((uintptr_t)tree.file_base, (size_t)tree.file_size, "the loader's file");
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

static void read_device_tree(const struct boot_info *boot)
{
    int error = device_tree_read(boot->dtb, &tree);

    if (error == -ENOENT)
        log_info("boot:  no device tree at 0x%llx", (unsigned long long)boot->dtb);
    else if (error != 0)
        log_error("boot: the device tree at 0x%llx is malformed", (unsigned long long)boot->dtb);
    else
        log_info("boot:  %s, memory 0x%llx+0x%llx, arguments \"%s\"",
                 tree.model[0] != '\0' ? tree.model : "a board without a model name",
                 (unsigned long long)tree.memory_base, (unsigned long long)tree.memory_size,
                 tree.arguments);
    if (tree.file_size != 0)
        log_info("boot:  the loader's file is at 0x%llx, %llu bytes",
                 (unsigned long long)tree.file_base, (unsigned long long)tree.file_size);
}

/* Does one boot argument. Returns the exit status it stands for. */
static uint8_t do_argument(const char *word)
{
    if (strcmp(word, "demo") == 0)
        return main_demo() == 0 ? STATUS_OK : STATUS_FAILED;
    if (strcmp(word, "selftest") == 0)
        return selftest_run(NULL) == 0 ? STATUS_OK : STATUS_FAILED;
    if (strncmp(word, "selftest=", strlen("selftest=")) == 0)
        return selftest_run(word + strlen("selftest=")) == 0 ? STATUS_OK : STATUS_FAILED;
    if (strcmp(word, "console") == 0)
        return shell_run();
    log_error("boot: unknown boot argument \"%s\" (demo, selftest, selftest=PATTERN, console)",
              word);
    return STATUS_USAGE;
}

static uint8_t do_arguments(char *arguments)
{
    uint8_t status = 0;
    char *position = arguments;
    const char *word = strtok_r(arguments, " \t\n", &position);

    if (word == NULL)
        return shell_run();
    for (; word != NULL; word = strtok_r(NULL, " \t\n", &position)) {
        uint8_t word_status = do_argument(word);

        if (status == 0)
            status = word_status;
    }
    return status;
}

noreturn void firmware_main(const struct boot_info *boot)
{
    uint8_t status = STATUS_FAILED;

    platform_console_init();
    log_soc(boot);
    read_device_tree(boot);
    if (platform_init() == 0)
        status = do_arguments(tree.arguments);
    else if (tree.arguments[0] == '\0')
        status = shell_run();
    fflush(stdout);
    console_flush();
    psci_system_off(status);
}
