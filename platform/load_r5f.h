// SPDX-License-Identifier: BSD-3-Clause
/*
 * Loading an R5F with all the memory that it may have here: its own, DRAM that nobody uses, and
 * what the loader's device tree reserves for it.
 */
#ifndef PLATFORM_LOAD_R5F_H
#define PLATFORM_LOAD_R5F_H

#include "drivers/r5f/r5f.h"

/* r5f_load() (drivers/r5f/r5f.h) with platform_is_free_memory(), and with the nodes of
 * /reserved-memory that the core's memory-region names; in lock-step core 0's. Those that are
 * no-map are mapped for as long as it takes. Thread context. As r5f_load(), of a segment in such a
 * node that can't be (-EFAULT) *problem tells that; -ENOMEM: no translation tables are left to map
 * them; -EDEADLK. */
int platform_load_r5f(unsigned core, enum r5f_mode mode, const void *file, size_t size,
                      const char **problem);

#endif
