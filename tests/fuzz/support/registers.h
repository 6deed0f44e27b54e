// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers that keep what they have been given. Of very many some are forgotten.
 */
#ifndef TESTS_FUZZ_SUPPORT_REGISTERS_H
#define TESTS_FUZZ_SUPPORT_REGISTERS_H

#include <stdint.h>

/* The value that is kept for the address; NULL: none is. */
uint64_t *registers_find(uint64_t address);
/* From now on one is. */
void registers_keep(uint64_t address, uint64_t value);

#endif
