// SPDX-License-Identifier: BSD-3-Clause
/*
 * From the boot code's hand-over to the application's end: platform/start.c and app/default/main.c
 * over a platform that comes up at once.
 */
#ifndef TESTS_FUZZ_SUPPORT_BOOT_H
#define TESTS_FUZZ_SUPPORT_BOOT_H

#include <stddef.h>

/* Runs boot_main() with a copy of the tree as the loader's; the memory behind it is not mapped.
 * Does not return: fuzz_leave(). */
void fuzz_boot(const void *tree, size_t size);

#endif
