// SPDX-License-Identifier: BSD-3-Clause
/*
 * Hand-over from the boot assembly to the application.
 */
#include "boot/boot_info.h"

static struct boot_info boot_info;

/* Called by start.S, and where a debugger can look at the state that C is reached in. */
noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address);

noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address)
{
    boot_info.dtb = dtb;
    boot_info.entry_level = entry_level;
    boot_info.load_address = load_address;
    firmware_main(&boot_info);
}

const struct boot_info *boot_get_info(void)
{
    return &boot_info;
}
