// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x as a Cortex-R5F of its MCU domain has it: from the boot code's hand-over to the
 * application's main(), and from main()'s return to the end.
 */
#include "arch/core.h"
#include "boot/boot.h"
#include "lib/device_tree.h"
#include "lib/log.h"
#include "lib/version.h"
#include "platform/application.h"
#include "platform/internal.h"
#include "platform/platform.h"
#include "platform/r5f_arguments.h"
#include "platform/r5f_console.h"
#include "platform/r5f_number.h"

LOG_SUBJECT(boot);

static struct platform_boot_info boot_info;

const struct platform_boot_info *platform_get_boot_info(void)
{
    return &boot_info;
}

/* No loader hands one over: there is nothing in it. */
const struct device_tree_info *platform_get_device_tree(void)
{
    static struct device_tree_info none; /* not const: 2 KiB of zeros are no part of the image */

    return &none;
}

static void log_image(void)
{
    char identity[96];

    version_describe(identity, sizeof(identity));
    log_info(boot, "%s", identity);
    log_info(boot, "AM65x, Cortex-R5F of affinity 0x%x", (unsigned)core_affinity(core_id()));
}

noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address)
{
    static char *words[R5F_ARGUMENTS_MAX + 2];
    int count;

    (void)dtb;
    (void)entry_level;
    (void)load_address;
    platform_r5f_console_attach(platform_r5f_number() == 0);
    log_image();
    count = r5f_arguments(words);
    boot_info.error = platform_r5f_init();
    platform_run_application(count, words);
}
