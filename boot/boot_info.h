// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the boot code knows about how it was started.
 */
#ifndef BOOT_BOOT_INFO_H
#define BOOT_BOOT_INFO_H

#include <stdint.h>
#include <stdnoreturn.h>

struct boot_info {
    uintptr_t dtb;        /* x0 at entry: the device tree's address, or whatever else was there */
    unsigned entry_level; /* the exception level the loader used: 1 or 2 */
    uintptr_t load_address;
};

/* The application: thread context of core 0, IRQs masked until there is a handler for them
 * (exception_set_irq_handler()), MMU and caches on, no other core started. */
noreturn void firmware_main(const struct boot_info *info);

/* The same facts for those who come later. */
const struct boot_info *boot_get_info(void);

#endif
