// SPDX-License-Identifier: BSD-3-Clause
/*
 * The hand-over from the boot assembly to C.
 */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include <stdint.h>
#include <stdnoreturn.h>

/* Where start.S ends: thread context of core 0 at EL1, MMU and caches on, IRQs masked, no other
 * core started, .bss clear. Whoever is linked on top defines it (platform/start.c), as a C program
 * defines main().
 * dtb: x0 at entry, the device tree's address or whatever else was there; entry_level: the
 * exception level that the loader used, 1 or 2; load_address: where the loader put the image. */
noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address);

/* Where PSCI CPU_ON has a further core enter, at EL2 or EL1 with the MMU off, its number in x0; it
 * ends in smp_secondary_main(). For smp_boot(). */
extern uint8_t secondary_start[];

/* Where PSCI SYSTEM_SUSPEND has the boot core come back, like that; x0 is core_suspend()'s. */
extern uint8_t boot_resume[];

#endif
