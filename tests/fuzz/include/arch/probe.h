// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses that may be refused, on the fuzz machine: the target answers.
 */
#ifndef TESTS_FUZZ_ARCH_PROBE_H
#define TESTS_FUZZ_ARCH_PROBE_H

#include <stdint.h>

int probe_read32(uintptr_t address, uint32_t *value);
int probe_write32(uintptr_t address, uint32_t value);

#endif
