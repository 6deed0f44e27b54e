// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is mapped at an address, as the MMU itself says (AT S1E1R, Arm ARM DDI 0487, D8.17).
 */
#ifndef ARCH_TRANSLATE_H
#define ARCH_TRANSLATE_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes from address on this core's loads see as memory, up to limit. Any context. */
size_t mapping_length(uintptr_t address, size_t limit);

#endif
