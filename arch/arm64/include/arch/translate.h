// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is mapped at an address, as the MMU itself says (AT S1E1R, Arm ARM DDI 0487, D8.17).
 */
#ifndef ARCH_TRANSLATE_H
#define ARCH_TRANSLATE_H

#include <stddef.h>
#include <stdint.h>

/* What an address is mapped as. */
enum mapping_kind {
    MAPPING_NONE, /* an access would fault */
    MAPPING_DEVICE,
    MAPPING_MEMORY,
};

/* How this core's loads see the address. Any context. */
enum mapping_kind mapping_at(uintptr_t address);

/* How many bytes from address on are mapped as memory, up to limit. Any context. */
size_t mapping_length(uintptr_t address, size_t limit);

#endif
